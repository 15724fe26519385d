//! Stages, one after the other: a heading, the work, the seconds, and a table of all at the end.

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

/// The stages that have been run, with their times.
#[derive(Default)]
pub(crate) struct Timeline {
    done: Vec<(&'static str, Duration)>,
}

impl Timeline {
    /// Runs one stage. When it fails, the table so far is printed, and the error names the stage.
    pub(crate) fn stage(
        &mut self,
        name: &'static str,
        about: &str,
        run: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let blue: Style = AnsiColor::Blue.on_default().bold();
        anstream::println!("\n{blue}== {name}{blue:#}  {about}");
        let start = Instant::now();
        let outcome = run();
        let took = start.elapsed();
        self.done.push((name, took));
        anstream::println!("{name}: {} s", seconds(took));
        if outcome.is_err() {
            self.print();
        }
        outcome.with_context(|| format!("stage {name}"))
    }

    /// The table of stages with their seconds.
    pub(crate) fn print(&self) {
        let mut table = Table::new([Column::text("stage"), Column::number("seconds")]);
        for &(name, took) in &self.done {
            table.row([name.to_owned(), seconds(took)]);
        }
        table.row(["total".to_owned(), seconds(self.done.iter().map(|&(_, took)| took).sum())]);
        anstream::println!();
        table.print();
        anstream::println!();
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}
