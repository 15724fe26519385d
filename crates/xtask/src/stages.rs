//! Stages: a heading, the work, the seconds, and a table of all at the end.

use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::table::{Column, Table};

/// A part of a longer run that can also be run by itself.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Checkout) -> Result<()>,
}

/// Prints them.
pub(crate) fn list<'s>(stages: impl Iterator<Item = &'s Stage>) {
    for stage in stages {
        anstream::println!("{:<13} {}", stage.name, stage.about);
    }
}

/// The one with this name.
pub(crate) fn find<'s>(stages: impl Iterator<Item = &'s Stage> + Clone, name: &str) -> Result<&'s Stage> {
    stages.clone().find(|stage| stage.name == name).with_context(|| {
        let known: Vec<&str> = stages.map(|stage| stage.name).collect();
        format!("no stage is named {name}; there are {}", known.join(", "))
    })
}

/// The stages that have been run, with their times.
pub(crate) struct Timeline {
    begun: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Timeline {
    pub(crate) fn begin() -> Self {
        Self { begun: Instant::now(), done: Vec::new() }
    }

    /// Runs one stage. When it fails, the table so far is printed, and the error names the stage.
    pub(crate) fn stage(
        &mut self,
        name: &'static str,
        about: &str,
        run: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        heading(name, about);
        let start = Instant::now();
        let outcome = run();
        self.done(name, start.elapsed());
        if outcome.is_err() {
            self.print();
        }
        outcome.with_context(|| format!("stage {name}"))
    }

    /// Notes a stage that was run elsewhere, and how long it took.
    pub(crate) fn done(&mut self, name: &'static str, took: Duration) {
        self.done.push((name, took));
        anstream::println!("{name}: {} s", seconds(took));
    }

    /// The table of stages with their seconds.
    pub(crate) fn print(&self) {
        let mut table = Table::new([Column::text("stage"), Column::number("seconds")]);
        for &(name, took) in &self.done {
            table.row([name.to_owned(), seconds(took)]);
        }
        table.row(["all, from begin to end".to_owned(), seconds(self.begun.elapsed())]);
        anstream::println!();
        table.print();
        anstream::println!();
    }
}

/// What stands above the output of a stage.
pub(crate) fn heading(name: &str, about: &str) {
    let blue: Style = AnsiColor::Blue.on_default().bold();
    anstream::println!("\n{blue}== {name}{blue:#}  {about}");
}

fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}
