//! Where things are: the checkout, and the folder that cargo builds into.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::external::{self, cargo};
use crate::metadata::Metadata;
use crate::once::Run;

/// The checkout that this xtask was built from, and what cargo says about it.
pub(crate) struct Checkout {
    /// The workspace as cargo understands it, with all dependencies.
    pub(crate) metadata: Metadata,
    /// What has been made of it in this run.
    pub(crate) run: Run,
    /// What `rustc -vV` prints.
    rustc: String,
}

impl Checkout {
    pub(crate) fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let metadata = Metadata::read(&manifest)?;
        let rustc = external::output(Command::new("rustc").arg("-vV"))?;
        Ok(Self { metadata, run: Run::join_or_begin()?, rustc })
    }

    /// The folder of the workspace's Cargo.toml.
    pub(crate) fn root(&self) -> &Path {
        &self.metadata.workspace_root
    }

    /// A path in the folder that cargo builds into, `target` by default.
    pub(crate) fn target(&self, path: impl AsRef<Path>) -> PathBuf {
        self.metadata.target_directory.join(path)
    }

    /// A cargo command at the root of the checkout.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = cargo();
        command.current_dir(self.root()).arg(subcommand);
        command
    }

    /// A git command at the root of the checkout.
    pub(crate) fn git(&self, subcommand: &str) -> Command {
        let mut command = Command::new("git");
        command.current_dir(self.root()).arg(subcommand);
        command
    }

    /// The target triple of this machine.
    pub(crate) fn host(&self) -> Result<&str> {
        self.rustc_says("host: ")
    }

    /// The major version of the LLVM that rustc was built with.
    pub(crate) fn llvm_major(&self) -> Result<&str> {
        let version = self.rustc_says("LLVM version: ")?;
        Ok(version.split_once('.').map_or(version, |(major, _)| major))
    }

    fn rustc_says(&self, field: &str) -> Result<&str> {
        let value = self.rustc.lines().find_map(|line| line.strip_prefix(field));
        value.with_context(|| format!("`rustc -vV` prints no line {field:?}"))
    }
}
