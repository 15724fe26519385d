//! `cargo xtask bench`: the ratios that `benches/` prints.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run as run_command;

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let mut benches = checkout.cargo("run");
    run_command(benches.args(["--release", "--locked", "--manifest-path", "benches/Cargo.toml"]))
}
