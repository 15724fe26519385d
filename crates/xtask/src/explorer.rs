//! The explorer: one page over the npm package, built into one file, and its tests in a real browser.

use std::path::PathBuf;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run;
use crate::node_tools::NodeTools;
use crate::{dist, node};

/// Builds the page over the npm package: types checked, one file.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    built(checkout)?;
    anstream::println!("{}", page(checkout).display());
    Ok(())
}

/// The page beside the command, and as the command serves it.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    beside_the_command(checkout, "test")
}

/// Times in a real browser, beside those of the command.
pub(crate) fn bench(checkout: &Checkout) -> Result<()> {
    beside_the_command(checkout, "bench")
}

/// Runs a script of the page, which finds the command with the page in it.
fn beside_the_command(checkout: &Checkout, script: &str) -> Result<()> {
    let tools = built(checkout)?;
    run(tools.script(script).env("KEYHOME_BIN", dist::built_command(checkout)?))
}

/// Where the page is, once built.
pub(crate) fn page(checkout: &Checkout) -> PathBuf {
    folder(checkout).join("dist/explorer.html")
}

/// Builds the page and what it stands on, once a run, and gives the tools with which it was done.
fn built(checkout: &Checkout) -> Result<NodeTools> {
    let tools = node::built(checkout)?.within(folder(checkout));
    checkout.run.once("explorer", || {
        tools.install(checkout)?;
        run(&mut tools.script("build"))
    })?;
    Ok(tools)
}

pub(crate) fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root().join("explorer")
}
