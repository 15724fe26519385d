//! `cargo xtask test`: every check that a change must pass, the quick ones first.

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::external::run as run_command;
use crate::stages::{Stage, Timeline};
use crate::tree::Status;
use crate::{
    commands, coverage, dist, documentation, doors, explorer, fuzz, layering, licences, no_std, node,
    proxy_clients, python, python_packages, redis_py, versions, wasm,
};

const STAGES: &[Stage] = &[
    Stage { name: "format", about: "rustfmt has nothing to change", run: format },
    Stage { name: "layering", about: "who may import whom", run: layering::check },
    Stage { name: "licences", about: "licences and sources of all dependencies", run: licences::check },
    Stage { name: "versions", about: "one version number", run: versions::check },
    Stage { name: "commands", about: "the command table is what the recordings give", run: commands::check },
    Stage { name: "clippy", about: "no warning of rustc or clippy", run: clippy },
    Stage {
        name: "build",
        about: "`cargo build` needs cargo, rustc and a C toolchain only",
        run: dist::build_bare,
    },
    Stage { name: "tests", about: "all tests, with line coverage", run: coverage::run },
    Stage { name: "docs", about: "documentation, and the examples in it", run: documentation::check },
    Stage { name: "no-std", about: "the core builds for WebAssembly without std", run: no_std::check },
    Stage { name: "fuzz", about: "every fuzz target, a fixed number of runs", run: fuzz::run_short },
    Stage { name: "node", about: "the npm package: types, and all suites with each engine", run: node::test },
    Stage {
        name: "clients",
        about: "the clients for many servers, on real ones: with each engine, over each major of theirs",
        run: node::test_clients,
    },
    Stage { name: "browser", about: "the npm package in a real browser", run: wasm::test_browser },
    Stage { name: "explorer", about: "the explorer's page in a real browser", run: explorer::test },
    Stage { name: "npm", about: "the npm tarballs in empty projects", run: node::test_packages },
    Stage { name: "sizes", about: "what browsers download is small", run: wasm::check },
    Stage {
        name: "python",
        about: "the pip package: style, types and tests, on the wheel",
        run: python::test,
    },
    Stage {
        name: "redis-py",
        about: "the Python clients for many servers, on real ones: over each redis-py",
        run: redis_py::test,
    },
    Stage {
        name: "python-apps",
        about: "the Python clients in Django, Flask, FastAPI, Celery, RQ and Dramatiq",
        run: redis_py::test_apps,
    },
    Stage {
        name: "metrics",
        about: "what the proxy tells Prometheus, read by Prometheus's own parser",
        run: python::test_proxy,
    },
    Stage {
        name: "proxy-clients",
        about: "today's clients in four languages, at their default options, through the proxy",
        run: proxy_clients::test,
    },
    Stage {
        name: "pip",
        about: "wheel and sdist in empty environments, and the lines of the documentation",
        run: python_packages::test,
    },
    Stage {
        name: "doors",
        about: "all doors give the same answers, and those of real servers",
        run: doors::prove,
    },
    Stage { name: "demo", about: "what `make demo` shows", run: doors::demo },
];

/// Seconds, in `make test-long`.
const SOAK: &str = "1800";

/// Runs the stages that are named, or all. The tree must be as clean at the end as at the start.
pub(crate) fn run(checkout: &Checkout, names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| STAGES.iter().all(|stage| stage.name != **name)) {
        let known: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        bail!("no stage is named {unknown}; there are {}", known.join(", "));
    }
    let before = Status::read(checkout)?;
    let mut timeline = Timeline::default();
    for stage in STAGES.iter().filter(|stage| names.is_empty() || names.iter().any(|name| name == stage.name))
    {
        timeline.stage(stage.name, stage.about, || (stage.run)(checkout))?;
    }
    timeline.stage("clean-tree", "nothing was changed or left behind", || before.is_still(checkout))?;
    timeline.print();
    Ok(())
}

/// Prints the stages.
pub(crate) fn list() {
    for stage in STAGES {
        anstream::println!("{:<13} {}", stage.name, stage.about);
    }
}

/// What takes too long for every change.
pub(crate) fn run_long(checkout: &Checkout) -> Result<()> {
    let mut timeline = Timeline::default();
    timeline.stage("properties", "property tests with 5,000 cases each, optimised", || {
        let mut tests = checkout.cargo("test");
        run_command(tests.args(["--workspace", "--release", "--locked"]).env("PROPTEST_CASES", "5000"))
    })?;
    timeline.stage("soak", "the proxy for half an hour: memory and open files do not grow", || {
        let mut tests = checkout.cargo("test");
        tests.args(["--package", "keyhome-tests", "--test", "proxy", "--release", "--locked", "--"]);
        run_command(tests.args(["soak", "--nocapture"]).env("KEYHOME_SOAK_SECONDS", SOAK))
    })?;
    timeline.stage("fuzz", "every fuzz target, half an hour each", || fuzz::run_long(checkout))?;
    timeline.print();
    Ok(())
}

fn format(checkout: &Checkout) -> Result<()> {
    run_command(checkout.cargo("fmt").args(["--all", "--check"]))?;
    run_command(checkout.cargo("fmt").args(["--manifest-path", fuzz::MANIFEST, "--check"]))?;
    run_command(checkout.cargo("fmt").args(["--manifest-path", wasm::BINDGEN, "--check"]))
}

fn clippy(checkout: &Checkout) -> Result<()> {
    let deny = ["--", "--deny", "warnings"];
    run_command(checkout.cargo("clippy").args(["--workspace", "--all-targets", "--locked"]).args(deny))
}
