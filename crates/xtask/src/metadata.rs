//! What `cargo metadata` says: our packages, everybody else's, and who depends on whom.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::external::{cargo, output};

#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_root: PathBuf,
    pub(crate) target_directory: PathBuf,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    #[serde(default)]
    pub(crate) authors: Vec<String>,
    pub(crate) description: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) readme: Option<String>,
    #[serde(default)]
    pub(crate) keywords: Vec<String>,
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    /// The registry it comes from; none for our own.
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    /// The registries it may be published to: none means any, an empty list means never.
    pub(crate) publish: Option<Vec<String>>,
    pub(crate) targets: Vec<Target>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) req: String,
    /// `dev`, `build`, or none for an ordinary one.
    pub(crate) kind: Option<String>,
    /// The folder of one of our own.
    pub(crate) path: Option<PathBuf>,
}

#[derive(Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

impl Metadata {
    /// Reads the workspace that a manifest belongs to.
    pub(crate) fn read(manifest: &Path) -> Result<Self> {
        let mut command = cargo();
        command.args(["metadata", "--format-version", "1", "--manifest-path"]).arg(manifest);
        serde_json::from_str(&output(&mut command)?).context("cargo metadata prints something unexpected")
    }

    /// Our own packages.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_none())
    }

    /// Everybody else's.
    pub(crate) fn third_party(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_some())
    }

    /// The folder of one of our packages from the root, such as `crates/keyhome-core`.
    pub(crate) fn folder<'a>(&self, package: &'a Package) -> Result<&'a Path> {
        let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
        folder.strip_prefix(&self.workspace_root).with_context(|| format!("{} is outside", folder.display()))
    }
}

impl Package {
    /// Whether it is ever published.
    pub(crate) fn is_published(&self) -> bool {
        self.publish.as_ref().is_none_or(|registries| !registries.is_empty())
    }

    /// The names of its binaries.
    pub(crate) fn binaries(&self) -> impl Iterator<Item = &str> {
        let binary = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
        self.targets.iter().filter(binary).map(|target| target.name.as_str())
    }
}
