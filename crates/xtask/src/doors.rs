//! The doors, all of them together: built, and asked for the same things. `tests/` asks; here is built what it asks.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run;
use crate::{dist, node, python};

/// Every case of the contract, and random keys in random pools, with real servers beside.
pub(crate) fn prove(checkout: &Checkout) -> Result<()> {
    ask(checkout, "proof")
}

/// A table of all doors beside real servers.
pub(crate) fn demo(checkout: &Checkout) -> Result<()> {
    ask(checkout, "demo")
}

fn ask(checkout: &Checkout, what: &str) -> Result<()> {
    anstream::println!("building the command ...");
    dist::build_command(checkout)?;
    anstream::println!("building the npm package, native and WebAssembly ...");
    let tools = node::built(checkout)?;
    anstream::println!("building the pip package ...");
    let python = python::interpreter(checkout)?;
    anstream::println!("building what asks them ...");
    let mut asking = checkout.cargo("run");
    asking.args(["--release", "--locked", "--quiet", "--package", "keyhome-tests", "--bin", "keyhome-doors"]);
    asking.arg("--").arg(what);
    asking.env("KEYHOME_BIN", dist::keyhome(checkout));
    asking.env("KEYHOME_NODE", tools.node().get_program()).env("KEYHOME_PYTHON", python);
    run(&mut asking)
}
