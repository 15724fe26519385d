//! `cargo xtask bench`: the ratios that `benches/` prints, those of the packages and of the explorer, and what WebAssembly
//! weighs. `cargo xtask bench-proxy`: what a request costs the proxy.

use std::process::Command;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run as run_command;
use crate::python_environment::Environment;
use crate::{dist, explorer, node, python, wasm};

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    run_command(&mut benches(checkout, "keyhome-bench"))?;
    node::bench(checkout)?;
    wasm::bench_browser(checkout)?;
    explorer::bench(checkout)?;
    python::bench(checkout)?;
    wasm::weigh(checkout, &node::built(checkout)?)
}

/// The proxy as it is released, beside nutcracker and the Envoy of PyPI.
pub(crate) fn proxy(checkout: &Checkout, rows: &[String]) -> Result<()> {
    let folder = checkout.root().join("benches");
    let envoy = Environment::made(checkout, "envoy", &folder, &["requirements.txt"])?;
    let mut benches = benches(checkout, "keyhome-bench-proxy");
    benches.arg("--").arg("--keyhome").arg(dist::built_command(checkout)?);
    run_command(benches.arg("--envoy").arg(envoy.program("envoy")).args(rows))
}

fn benches(checkout: &Checkout, program: &str) -> Command {
    let mut benches = checkout.cargo("run");
    benches.args(["--release", "--locked", "--package", "keyhome-benches", "--bin", program]);
    benches
}
