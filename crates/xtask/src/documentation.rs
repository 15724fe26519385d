//! The documentation builds without a warning, and the examples in it run.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run;

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let mut doc = checkout.cargo("doc");
    run(doc.args(["--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "--deny warnings"))?;
    run(checkout.cargo("test").args(["--workspace", "--doc", "--locked"]))
}
