//! A run of the command, and what it left behind.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::super::refusal;
use crate::door::{Asked, Refusal};

/// What a run of the command left behind.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) exit: i32,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Ran {
    pub(super) fn lines(&self) -> Vec<Value> {
        let lines = lossy(&self.stdout);
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
            .collect()
    }

    pub(super) fn value(&self) -> Asked<Value> {
        if self.exit == 2 {
            return Asked::Refused(self.refusal());
        }
        assert_eq!(self.exit, 0, "{}", self.stderr);
        let mut lines = self.lines();
        assert_eq!(lines.len(), 1, "one JSON value");
        Asked::Answered(lines.remove(0))
    }

    /// With `--json` the reason of exit 2 is `{"error": {...}}` on stderr.
    pub(super) fn refusal(&self) -> Refusal {
        let error =
            self.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).next_back();
        let error = error.unwrap_or_else(|| panic!("no JSON on stderr: {}", self.stderr));
        assert!(self.stdout.is_empty(), "an answer and an error: {}", lossy(&self.stdout));
        refusal(&error["error"])
    }
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Builds the command with the profile and into the folder of the running test.
pub(super) fn build() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let folder = test.parent().and_then(Path::parent).expect("target/PROFILE/deps").to_owned();
    let target = folder.parent().expect("target");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--quiet", "--package", "keyhome-cli", "--bin", "keyhome", "--target-dir"])
        .arg(target);
    if folder.file_name() == Some(OsStr::new("release")) {
        cargo.arg("--release");
    }
    let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo");
    assert!(status.success(), "the command does not build");
    folder.join("keyhome")
}
