//! Configs from files or stdin, with the file's name and text kept for messages.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use keyhome::{Error, ErrorKind, Router, config};

use crate::{args::PoolArgs, failure::Failure};

/// A config's text and where it came from.
pub(crate) struct ConfigFile {
    name: PathBuf,
    text: String,
}

/// Whether `path` means stdin.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether two inputs would both have to be stdin.
pub(crate) fn only_one_stdin(inputs: &[(&str, bool)]) -> Result<(), Failure> {
    let names: Vec<&str> = inputs.iter().filter(|(_, stdin)| *stdin).map(|(name, _)| *name).collect();
    if names.len() > 1 {
        return Err(Failure::Input(format!(
            "{} cannot all be stdin; put one into a file",
            names.join(" and ")
        )));
    }
    Ok(())
}

impl ConfigFile {
    /// Reads the file, or stdin for `-`. Bytes that are no text are an error of the config, not of reading.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = if is_stdin(path) { PathBuf::from("stdin") } else { path.to_owned() };
        let bytes = if is_stdin(path) {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(path)
        };
        let bytes = bytes.map_err(|error| Failure::Read { file: name.clone(), error })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
                let line = before.matches('\n').count() as u32 + 1;
                let column = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
                let detail = format!("byte 0x{:02x} is not UTF-8 text", error.as_bytes()[valid]);
                let error = Error::new(ErrorKind::ConfigSyntax, detail).at(line, column);
                Err(Failure::Config { file: name, text: String::new(), error })
            }
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    /// Whether it is the text of CLUSTER NODES, which has no pools.
    pub(crate) fn is_cluster(&self) -> bool {
        config::looks_like_cluster_nodes(&self.text)
    }

    /// The router of the pool, or of the only one.
    pub(crate) fn router(&self, pool: Option<&str>) -> Result<Router, Failure> {
        config::read(&self.text, pool).map_err(|error| self.invalid(error))
    }

    /// `error` as one of this file.
    pub(crate) fn invalid(&self, error: Error) -> Failure {
        Failure::Config { file: self.name.clone(), text: self.text.clone(), error }
    }
}

/// The router that `-c` and `-p` ask for.
pub(crate) fn router(args: &PoolArgs) -> Result<Router, Failure> {
    ConfigFile::read(&args.config)?.router(args.pool.as_deref())
}
