//! The doors, all of them together: built, and asked for the same things. `tests/` asks; here is built what it asks.

use std::process::Command;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run;
use crate::{dist, node, python};

/// Seconds of each of the two modes, in `make test-long`.
const CHAOS: &str = "600";

/// Every case of the contract, and random keys in random pools, with real servers beside.
pub(crate) fn prove(checkout: &Checkout) -> Result<()> {
    run(&mut asking(checkout, "proof")?)
}

/// A table of all doors beside real servers.
pub(crate) fn demo(checkout: &Checkout) -> Result<()> {
    run(&mut asking(checkout, "demo")?)
}

/// Clients in Node and Python, and the proxy, while servers fail; and all that they were told is checked.
pub(crate) fn chaos(checkout: &Checkout) -> Result<()> {
    run(&mut asking(checkout, "chaos")?)
}

/// The same for longer.
pub(crate) fn chaos_long(checkout: &Checkout) -> Result<()> {
    run(asking(checkout, "chaos")?.env("KEYHOME_CHAOS_SECONDS", CHAOS))
}

/// Clients in Node and Python, and the proxy, whose weights differ: they find out.
pub(crate) fn fingerprint(checkout: &Checkout) -> Result<()> {
    run(&mut asking(checkout, "fingerprint")?)
}

fn asking(checkout: &Checkout, what: &str) -> Result<Command> {
    anstream::println!("building the command ...");
    dist::built_command(checkout)?;
    anstream::println!("building the npm package, native and WebAssembly ...");
    let tools = node::built(checkout)?;
    anstream::println!("building the pip package ...");
    let python = python::interpreter(checkout)?;
    anstream::println!("building what asks them ...");
    let mut asking = harness(checkout, what)?;
    asking.env("KEYHOME_NODE", tools.node().get_program()).env("KEYHOME_PYTHON", python);
    Ok(asking)
}

/// `keyhome-doors WHAT`, which is told where the command is.
pub(crate) fn harness(checkout: &Checkout, what: &str) -> Result<Command> {
    let mut harness = checkout.cargo("run");
    harness.args(["--release", "--locked", "--quiet", "--package", "keyhome-tests"]);
    harness.args(["--bin", "keyhome-doors", "--", what]);
    harness.env("KEYHOME_BIN", dist::built_command(checkout)?);
    Ok(harness)
}
