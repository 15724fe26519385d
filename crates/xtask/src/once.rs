//! What several stages need is made once a run, also when those stages are processes of their own.
//!
//! A run has a folder with an empty file for each thing that is made, which is locked while somebody makes it, and has a
//! word in it afterwards. The folder's path goes down to the processes in their environment.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

/// Where the folder of the run is, for the processes of its stages.
const VARIABLE: &str = "KEYHOME_RUN";

/// What has been made in this run.
pub(crate) struct Run {
    folder: PathBuf,
    /// Removed with the process that began the run.
    _begun: Option<TempDir>,
}

impl Run {
    /// The run that this process is a part of, or a new one.
    pub(crate) fn join_or_begin() -> Result<Self> {
        if let Some(folder) = std::env::var_os(VARIABLE) {
            return Ok(Self { folder: folder.into(), _begun: None });
        }
        Self::begin()
    }

    fn begin() -> Result<Self> {
        let begun = tempfile::Builder::new().prefix("keyhome-run-").tempdir()?;
        Ok(Self { folder: begun.path().to_owned(), _begun: Some(begun) })
    }

    /// Has `command`, another xtask, join this run.
    pub(crate) fn joined_by<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env(VARIABLE, &self.folder)
    }

    /// A copy of this xtask that stays, though cargo may build another in its place meanwhile.
    pub(crate) fn kept_xtask(&self) -> Result<PathBuf> {
        let copy = self.folder.join("xtask");
        std::fs::copy(std::env::current_exe()?, &copy)?;
        Ok(copy)
    }

    /// Makes what has this name, unless it has been made in this run; waits where somebody else is at it. A failure leaves it
    /// for the next to try.
    pub(crate) fn once(&self, name: &str, make: impl FnOnce() -> Result<()>) -> Result<()> {
        let path = self.folder.join(name);
        let open = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file: File = open.with_context(|| path.display().to_string())?;
        file.lock()?;
        let mut word = String::new();
        file.read_to_string(&mut word)?;
        if word.is_empty() {
            make()?;
            file.write_all(b"made\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;

    use super::*;

    #[test]
    fn a_thing_is_made_once_and_tried_again_after_a_failure() {
        let run = Run::begin().unwrap();
        let made = Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            if made.get() == 1 {
                bail!("no")
            }
            Ok(())
        };
        assert!(run.once("thing", make).is_err());
        run.once("thing", make).unwrap();
        run.once("thing", make).unwrap();
        assert_eq!(made.get(), 2);
    }

    #[test]
    fn who_comes_meanwhile_waits() {
        let run = Run::begin().unwrap();
        let made = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    run.once("thing", || {
                        made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok(())
                    })
                    .unwrap();
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }
}
