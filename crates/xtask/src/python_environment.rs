//! Virtual environments, each with the packages that a file of requirements names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::external::{output, run};

/// The oldest Python that the wheel is for.
const OLDEST: (u32, u32) = (3, 11);

/// A virtual environment.
pub(crate) struct Environment(PathBuf);

impl Environment {
    /// One that has what files of requirements name, made anew when they change.
    pub(crate) fn made(
        checkout: &Checkout,
        name: &str,
        folder: &Path,
        requirements: &[&str],
    ) -> Result<Self> {
        let environment = Self(checkout.target("python").join(name));
        checkout.run.once(&format!("environment {name}"), || environment.make_of(folder, requirements))?;
        Ok(environment)
    }

    fn make_of(&self, folder: &Path, requirements: &[&str]) -> Result<()> {
        let mut wanted = python_version()?;
        for file in requirements {
            wanted.push_str(&fs::read_to_string(folder.join(file))?);
        }
        // Written last: an environment without it is half made.
        let stamp = self.root().join("made-of.txt");
        if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == wanted) {
            return Ok(());
        }
        self.make()?;
        for file in requirements {
            let mut pip = self.pip();
            run(pip.args(["install", "--quiet", "--requirement", file]).current_dir(folder))?;
        }
        fs::write(stamp, wanted)?;
        Ok(())
    }

    /// One with this package alone, such as a compiler that comes as one.
    pub(crate) fn of_package(folder: PathBuf, package: &str) -> Result<Self> {
        let environment = Self(folder);
        environment.make()?;
        run(environment.pip().args(["install", "--quiet", package]))?;
        Ok(environment)
    }

    /// One with nothing in it but pip.
    pub(crate) fn empty(checkout: &Checkout) -> Result<Self> {
        let environment = Self(checkout.target("python/empty"));
        environment.make()?;
        Ok(environment)
    }

    fn make(&self) -> Result<()> {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(self.root()))
    }

    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join("bin").join(name)
    }

    /// A program of the environment. What it imports is compiled into a folder of its own, not beside the sources.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.program(name));
        command.env("VIRTUAL_ENV", self.root()).env("PYTHONPYCACHEPREFIX", self.root().join("pycache"));
        command
    }

    pub(crate) fn pip(&self) -> Command {
        let mut command = self.command("python");
        command.args(["-m", "pip", "--disable-pip-version-check"]);
        command
    }
}

/// What `python3 --version` prints, if it is new enough.
fn python_version() -> Result<String> {
    let version = output(Command::new("python3").arg("--version"))?;
    let mut numbers = version.trim().trim_start_matches("Python ").split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => Ok(version),
        _ => bail!("python3 is {}; keyhome needs Python {}.{} or newer", version.trim(), OLDEST.0, OLDEST.1),
    }
}
