//! `cargo xtask test-long`: what takes too long for every change.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run as run_command;
use crate::stages::{self, Stage, Timeline};
use crate::{doors, fuzz, node};

/// One after the other: what is watched here wants the machine for itself.
const STAGES: &[Stage] = &[
    Stage { name: "properties", about: "property tests with 5,000 cases each, optimised", run: properties },
    Stage { name: "soak", about: "the proxy for half an hour: memory and open files do not grow", run: soak },
    Stage {
        name: "chaos",
        about: "clients and proxy for 20 minutes while servers fail",
        run: doors::chaos_long,
    },
    Stage {
        name: "clients",
        about: "the Node clients with each engine over each major, all operations",
        run: node::test_all_clients,
    },
    Stage { name: "fuzz", about: "every fuzz target, half an hour each", run: fuzz::run_long },
];

/// Seconds.
const SOAK: &str = "1800";

/// Runs all stages, or those that are named.
pub(crate) fn run(checkout: &Checkout, names: &[String]) -> Result<()> {
    let named: Vec<&Stage> = match names {
        [] => STAGES.iter().collect(),
        names => names.iter().map(|name| stages::find(STAGES.iter(), name)).collect::<Result<_>>()?,
    };
    let mut timeline = Timeline::begin();
    for stage in named {
        timeline.stage(stage.name, stage.about, || (stage.run)(checkout))?;
    }
    timeline.print();
    Ok(())
}

/// Prints the stages.
pub(crate) fn list() {
    stages::list(STAGES.iter());
}

fn properties(checkout: &Checkout) -> Result<()> {
    let mut tests = checkout.cargo("test");
    run_command(tests.args(["--workspace", "--release", "--locked"]).env("PROPTEST_CASES", "5000"))
}

fn soak(checkout: &Checkout) -> Result<()> {
    let mut tests = checkout.cargo("test");
    tests.args(["--package", "keyhome-tests", "--test", "proxy", "--release", "--locked", "--"]);
    run_command(tests.args(["soak", "--nocapture"]).env("KEYHOME_SOAK_SECONDS", SOAK))
}
