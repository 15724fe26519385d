//! Stages that run at the same time: each a process of its own, whose output is shown when it is done.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::at_once;
use crate::checkout::Checkout;
use crate::external::{Heard, heard};
use crate::stages::{Stage, Timeline, heading};

/// What became of a stage.
struct Done {
    stage: &'static Stage,
    heard: Result<Heard>,
    took: Duration,
}

/// Runs all stages, each by `xtask stage NAME`, as many at a time as there are processors for, in their order. After one
/// that failed no other begins, and those that have begun come to their end.
pub(crate) fn run(
    checkout: &Checkout,
    xtask: &Path,
    stages: &'static [Stage],
    timeline: &mut Timeline,
) -> Result<()> {
    let lanes = thread::available_parallelism()?.get().min(stages.len());
    let mut failed = Vec::new();
    anstream::println!("\n{lanes} stages at a time, each shown when it is done");
    let work = |stage: &'static Stage| {
        anstream::println!(".. {} has begun", stage.name);
        let mut process = Command::new(xtask);
        checkout.run.joined_by(&mut process).args(["stage", stage.name]);
        let start = Instant::now();
        let heard = heard(&mut process);
        let is_well = heard.as_ref().is_ok_and(|heard| heard.error.is_none());
        let done = Done { stage, heard, took: start.elapsed() };
        if is_well { ControlFlow::Continue(done) } else { ControlFlow::Break(done) }
    };
    at_once::each(lanes, stages, work, |Done { stage, heard, took }| {
        heading(stage.name, stage.about);
        let outcome = heard.and_then(|Heard { said, error }| {
            anstream::println!("{}", said.trim_end());
            error.map_or(Ok(()), Err)
        });
        timeline.done(stage.name, took);
        if let Err(error) = outcome {
            anstream::println!("{}: {error:#}", stage.name);
            failed.push(stage.name);
        }
    });
    if !failed.is_empty() {
        timeline.print();
    }
    ensure!(failed.is_empty(), "{}", failed.join(", "));
    Ok(())
}
