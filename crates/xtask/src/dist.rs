//! Builds: what is released, and the proof that an ordinary `cargo build` asks for nothing unusual.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::binary;
use crate::checkout::Checkout;
use crate::coverage;
use crate::crates;
use crate::explorer;
use crate::external::run;
use crate::node;
use crate::python;
use crate::stages::{Stage, Timeline};

/// The package of the `keyhome` command.
pub(crate) const COMMAND: &str = "keyhome-cli";

/// All that `cargo build` may call: Rust, and the C compiler's driver as linker.
const BARE: &[&str] = &["cargo", "rustc", "cc", "ld"];

/// What is released, in the order in which one part stands on another.
const PARTS: &[Stage] = &[
    Stage { name: "node", about: "the npm package and its native addon", run: node::build },
    Stage { name: "explorer", about: "the page over the npm package", run: explorer::build },
    Stage { name: "command", about: "the keyhome command, with the page in it", run: build_command },
    Stage { name: "binary", about: "the same as one file for any Linux", run: binary::build },
    Stage { name: "python", about: "the pip package", run: python::build },
    Stage { name: "crates", about: "the crates, packed", run: crates::build },
];

/// Builds what is released: the command, and the packages in `dist/`. All of it, or the parts that are named.
pub(crate) fn build(checkout: &Checkout, names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|part| part.name != **name)) {
        let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        bail!("nothing that is released is named {unknown}; there are {}", known.join(", "));
    }
    let mut timeline = Timeline::begin();
    for part in PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)) {
        timeline.stage(part.name, part.about, || (part.run)(checkout))?;
    }
    timeline.print();
    Ok(())
}

fn build_command(checkout: &Checkout) -> Result<()> {
    anstream::println!("{}", built_command(checkout)?.display());
    Ok(())
}

/// The same as a part of a longer run, and what else the stages that run at the same time stand on.
pub(crate) fn build_for_stages(checkout: &Checkout) -> Result<()> {
    node::build(checkout)?;
    explorer::build(checkout)?;
    built_command(checkout)?;
    python::with_wheel(checkout).map(drop)
}

/// The released command, built without a word of ours; with the page of the explorer in it, if that has been built.
pub(crate) fn built_command(checkout: &Checkout) -> Result<PathBuf> {
    let mut build = checkout.cargo("build");
    build.args(["--release", "--locked", "--package", COMMAND]);
    let has_page = with_page(&mut build, checkout);
    checkout.run.once(if has_page { "command with the page" } else { "command" }, || run(&mut build))?;
    Ok(checkout.target("release/keyhome"))
}

/// Has a build of the command put the explorer's page into it, and says whether there is one.
pub(crate) fn with_page(build: &mut Command, checkout: &Checkout) -> bool {
    let page = explorer::page(checkout);
    let has_page = page.is_file();
    if has_page {
        build.env("KEYHOME_EXPLORER", page);
    }
    has_page
}

/// Builds the whole workspace with nothing else on the PATH: no npm, no Python, no WebAssembly tools.
pub(crate) fn build_bare(checkout: &Checkout) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("keyhome-path-").tempdir()?;
    let path = std::env::var_os("PATH").context("PATH is not set")?;
    for tool in BARE {
        let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|tool| tool.is_file());
        let found = found.with_context(|| format!("{tool} is not installed: run `make setup`"))?;
        symlink(found, folder.path().join(tool))?;
    }
    let mut cargo = Command::new(folder.path().join("cargo"));
    cargo.current_dir(checkout.root()).args(["build", "--workspace"]);
    // As the tests build it, so that it is built once.
    coverage::with_counters(checkout, &mut cargo)?;
    run(cargo.env("PATH", folder.path()))
}
