//! `cargo xtask bench`: the ratios that `benches/` prints, those of the packages and of the explorer, and what WebAssembly weighs.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run as run_command;
use crate::{explorer, node, python, wasm};

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let mut benches = checkout.cargo("run");
    run_command(benches.args(["--release", "--locked", "--manifest-path", "benches/Cargo.toml"]))?;
    node::bench(checkout)?;
    wasm::bench_browser(checkout)?;
    explorer::bench(checkout)?;
    python::bench(checkout)?;
    wasm::weigh(checkout, &node::built(checkout)?)
}
