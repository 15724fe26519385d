//! `cargo xtask test`: every check that a change must pass, the quick ones first.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run as run_command;
use crate::stages::{self, Stage, Timeline};
use crate::tree::Status;
use crate::{
    commands, coverage, crates, dist, documentation, doors, examples, explorer, fuzz, lanes, layering,
    licences, map, no_std, node, proxy_clients, python, python_packages, redis_py, release, site, versions,
    wasm,
};

/// One after the other: what says quickest that something is wrong, and what the rest stands on.
const FIRST: &[Stage] = &[
    Stage { name: "format", about: "rustfmt has nothing to change", run: format },
    Stage { name: "layering", about: "who may import whom", run: layering::check },
    Stage { name: "map", about: "README.md says what is in each folder", run: map::check },
    Stage { name: "licences", about: "licences and sources of all dependencies", run: licences::check },
    Stage { name: "versions", about: "one version number", run: versions::check },
    Stage { name: "release", about: "the release workflow names what there is", run: release::check },
    Stage { name: "commands", about: "the command table is what the recordings give", run: commands::check },
    Stage { name: "clippy", about: "no warning of rustc or clippy", run: clippy },
    Stage {
        name: "build",
        about: "`cargo build` needs cargo, rustc and a C toolchain only",
        run: dist::build_bare,
    },
    Stage {
        name: "packages",
        about: "what `make build` leaves: the command, and the packages in dist/",
        run: dist::build_for_stages,
    },
];

/// Several at a time, those that take longest first.
const REST: &[Stage] = &[
    Stage {
        name: "clients",
        about: "the clients for many servers, on real ones: with each engine, over each major of theirs",
        run: node::test_clients,
    },
    Stage { name: "tests", about: "all tests, with line coverage", run: coverage::run },
    Stage {
        name: "redis-py",
        about: "the Python clients for many servers, on real ones: over each redis-py",
        run: redis_py::test,
    },
    Stage {
        name: "proxy-clients",
        about: "today's clients in four languages, at their default options, through the proxy",
        run: proxy_clients::test,
    },
    Stage { name: "explorer", about: "the explorer's page in a real browser", run: explorer::test },
    Stage {
        name: "doors",
        about: "all doors give the same answers, and those of real servers",
        run: doors::prove,
    },
    Stage {
        name: "chaos",
        about: "clients in Node and Python, and the proxy, while servers fail: what they were told is checked",
        run: doors::chaos,
    },
    Stage {
        name: "fingerprint",
        about: "clients in Node and Python, and the proxy, whose weights differ: they warn, or refuse",
        run: doors::fingerprint,
    },
    Stage { name: "node", about: "the npm package: types, and all suites with each engine", run: node::test },
    Stage {
        name: "python",
        about: "the pip package: style, types and tests, on the wheel",
        run: python::test,
    },
    Stage { name: "examples", about: "every example of examples/, on real servers", run: examples::test },
    Stage { name: "fuzz", about: "every fuzz target, a fixed number of runs", run: fuzz::run_short },
    Stage {
        name: "pip",
        about: "wheel and sdist in empty environments, and the lines of the documentation",
        run: python_packages::test,
    },
    Stage { name: "crates", about: "the packed crates in empty projects", run: crates::test },
    Stage { name: "sizes", about: "what browsers download is small", run: wasm::check },
    Stage { name: "npm", about: "the npm tarballs in empty projects", run: node::test_packages },
    Stage { name: "docs", about: "documentation, and the examples in it", run: documentation::check },
    Stage { name: "demo", about: "what `make demo` shows", run: doors::demo },
    Stage { name: "browser", about: "the npm package in a real browser", run: wasm::test_browser },
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
    Stage { name: "site", about: "the docs site: every page, every link", run: site::build },
    Stage { name: "no-std", about: "the core builds for WebAssembly without std", run: no_std::check },
];

/// Runs all stages, or those that are named, one after the other. The tree must be as clean at the end as at the start.
pub(crate) fn run(checkout: &Checkout, names: &[String]) -> Result<()> {
    let named = names.iter().map(|name| find(name)).collect::<Result<Vec<_>>>()?;
    let before = Status::read(checkout)?;
    let xtask = checkout.run.kept_xtask()?;
    let mut timeline = Timeline::begin();
    let alone = if names.is_empty() { FIRST.iter().collect() } else { named };
    for stage in alone {
        timeline.stage(stage.name, stage.about, || (stage.run)(checkout))?;
    }
    if names.is_empty() {
        lanes::run(checkout, &xtask, REST, &mut timeline)?;
    }
    timeline.stage("clean-tree", "nothing was changed or left behind", || before.is_still(checkout))?;
    timeline.print();
    Ok(())
}

/// Runs one stage as a part of a run that others see to.
pub(crate) fn run_stage(checkout: &Checkout, name: &str) -> Result<()> {
    (find(name)?.run)(checkout)
}

/// Whether a stage has this name.
pub(crate) fn is_a_stage(name: &str) -> Result<()> {
    find(name).map(drop)
}

/// Prints the stages.
pub(crate) fn list() {
    stages::list(all());
}

fn all() -> impl Iterator<Item = &'static Stage> + Clone {
    FIRST.iter().chain(REST)
}

fn find(name: &str) -> Result<&'static Stage> {
    stages::find(all(), name)
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
