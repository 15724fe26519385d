//! Why the command stops, and with which exit code.

use std::{fmt, io, path::PathBuf, process::ExitCode};

use keyhome::Error;
use serde_json::json;

use crate::report;

/// What a command that ran to its end says by its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    No,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Done => ExitCode::SUCCESS,
            Answer::No => ExitCode::from(1),
        }
    }
}

/// Why a command could not run to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A config that is not valid, with its text, to show the place.
    Config { file: PathBuf, text: String, error: Error },
    /// Any other error of the core.
    Core(Error),
    /// A file that cannot be read.
    Read { file: PathBuf, error: io::Error },
    /// A file that cannot be written.
    Write { file: PathBuf, error: io::Error },
    /// Keys that cannot be read, a combination that makes no sense.
    Input(String),
    /// The proxy does not run.
    Proxy(keyhome_proxy::Failure),
    /// Standard output is gone; nobody is there to be told.
    OutputGone,
    /// Standard output cannot be written.
    Output(io::Error),
}

impl Failure {
    /// Says so on stderr and gives the exit code.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if matches!(self, Self::OutputGone) {
            return ExitCode::SUCCESS;
        }
        if json {
            report::line(&json!({ "error": self.as_json() }).to_string());
        } else {
            report::failure(self);
        }
        ExitCode::from(2)
    }

    fn as_json(&self) -> serde_json::Value {
        match self {
            Self::Config { error, .. }
            | Self::Core(error)
            | Self::Proxy(
                keyhome_proxy::Failure::Pool { error, .. } | keyhome_proxy::Failure::Fingerprint(error),
            ) => json!(error),
            other => json!({ "code": "input", "message": other.to_string() }),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { file, error, .. } => match error.line() {
                Some(_) => write!(f, "{}, {error}", file.display()),
                None => write!(f, "{}: {error}", file.display()),
            },
            Self::Core(error) => write!(f, "{error}"),
            Self::Read { file, error } => write!(f, "cannot read {}: {error}", file.display()),
            Self::Write { file, error } => write!(f, "cannot write {}: {error}", file.display()),
            Self::Input(message) => f.write_str(message),
            Self::Proxy(failure) => failure.fmt(f),
            Self::OutputGone => f.write_str("standard output was closed"),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// An error of writing the answer; `head` closing its end is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::OutputGone } else { Self::Output(error) }
    }
}
