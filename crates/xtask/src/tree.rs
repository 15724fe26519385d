//! The tree is as clean after the tests as it was before them.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::external::output;

/// What `git status` said at some moment.
pub(crate) struct Status(BTreeSet<String>);

impl Status {
    pub(crate) fn read(checkout: &Checkout) -> Result<Self> {
        let lines = output(checkout.git("status").args(["--porcelain", "--untracked-files=all"]))?;
        Ok(Self(lines.lines().map(str::to_owned).collect()))
    }

    /// Fails when files were changed or made since.
    pub(crate) fn is_still(&self, checkout: &Checkout) -> Result<()> {
        let now = Self::read(checkout)?;
        let new: Vec<&str> = now.0.difference(&self.0).map(String::as_str).collect();
        if new.is_empty() {
            anstream::println!("no file was changed or left behind");
            Ok(())
        } else {
            bail!("the run changed the tree or left files behind:\n{}", new.join("\n"))
        }
    }
}
