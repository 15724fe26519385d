//! An error of the core as the fields that every language shows.

use alloc::string::{String, ToString};

use keyhome::{Error, ErrorKind};
use serde::Serialize;

/// An error as the fields that every language shows. As JSON a field that does not apply is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The stable word, equal in every language.
    pub code: &'static str,
    /// The whole message for people, place included.
    pub message: String,
    /// The line of a config, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column in it, from 1, in code points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The key of a batch, or the word of a command, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
}

impl Failure {
    /// A failure that a border itself finds, such as a key that is no text.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error::new(kind, message).into()
    }

    /// The fields as JSON text, for borders over which an error goes as one text.
    pub fn json(&self) -> String {
        crate::json(self)
    }

    /// The same failure, about the key at `position`.
    #[must_use]
    pub fn at_position(mut self, position: usize) -> Self {
        self.message = alloc::format!("position {position}: {}", self.message);
        self.position = Some(position);
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            line: error.line(),
            column: error.column(),
            position: error.position(),
        }
    }
}
