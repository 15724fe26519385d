//! `cargo xtask bench`: the ratios that `benches/` prints, those of the packages and of the explorer, and what WebAssembly
//! weighs. `cargo xtask bench-proxy`: what a request costs the proxy.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run as run_command;
use crate::python_environment::Environment;
use crate::{explorer, node, python, wasm};

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let mut benches = checkout.cargo("run");
    run_command(benches.args([
        "--release",
        "--locked",
        "--package",
        "keyhome-benches",
        "--bin",
        "keyhome-bench",
    ]))?;
    node::bench(checkout)?;
    wasm::bench_browser(checkout)?;
    explorer::bench(checkout)?;
    python::bench(checkout)?;
    wasm::weigh(checkout, &node::built(checkout)?)
}

/// The proxy as it is released, beside nutcracker and the Envoy of PyPI.
pub(crate) fn proxy(checkout: &Checkout, rows: &[String]) -> Result<()> {
    run_command(checkout.cargo("build").args(["--release", "--locked", "--package", "keyhome-cli"]))?;
    let folder = checkout.root().join("benches");
    let envoy = Environment::made(checkout, "envoy", &folder, &["requirements.txt"])?;
    let mut benches = checkout.cargo("run");
    benches.args([
        "--release",
        "--locked",
        "--package",
        "keyhome-benches",
        "--bin",
        "keyhome-bench-proxy",
        "--",
    ]);
    benches.arg("--keyhome").arg(checkout.target("release/keyhome"));
    run_command(benches.arg("--envoy").arg(envoy.program("envoy")).args(rows))
}
