//! The examples, on real servers: what each prints is compared, by the tests in `tests/examples/`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::external::run;
use crate::{dist, node, python};

/// Runs them with what `make build` leaves, installed as their README says.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    let tools = node::built(checkout)?.within(folder(checkout));
    tools.install(checkout)?;
    let mut npm = tools.npm();
    npm.args(["install", "--silent", "--no-save", "--prefer-offline"]).args(tarballs(checkout)?);
    run(&mut npm)?;
    let command = dist::built_command(checkout)?;
    let mut tests = tools.node();
    tests.args(["--test", "--test-reporter=spec"]).args(files(checkout)?);
    tests.env("KEYHOME", command).env("PYTHON", python::interpreter(checkout)?);
    run(tests.env_remove("KEYHOME_ENGINE"))
}

/// The npm package and its addon, in `dist/`.
fn tarballs(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    listed(&checkout.root().join("dist"), ".tgz")
}

fn files(checkout: &Checkout) -> Result<Vec<PathBuf>> {
    listed(&checkout.root().join("tests/examples"), ".test.mjs")
}

fn listed(folder: &Path, end: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(end) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Where they are.
fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root().join("examples")
}
