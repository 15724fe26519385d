//! A config text as one tree in which everything knows its place, whatever language it was written in.

use alloc::{format, string::String, vec::Vec};

use keyhome_core::{Error, ErrorKind};

use crate::{json, wording::quote, yaml};

/// The deepest nesting that is read. A config needs six levels; the rest is room for a mistake to be named where it
/// is, and the limit keeps hostile texts off the stack.
pub(crate) const DEPTH_MAX: usize = 64;

/// A place in a text, both numbers from 1, columns in code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The place behind `text`, if `text` begins here. Lines end in LF, CR LF or CR.
    pub(crate) fn after(self, text: &str) -> Self {
        let Self { mut line, mut column } = self;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if character == '\n' || (character == '\r' && characters.peek() != Some(&'\n')) {
                line = line.saturating_add(1);
                column = 1;
            } else {
                column = column.saturating_add(1);
            }
        }
        Self { line, column }
    }

    pub(crate) fn error(self, kind: ErrorKind, detail: impl Into<String>) -> Error {
        self.of(Error::new(kind, detail))
    }

    /// `error`, said of this place.
    pub(crate) fn of(self, error: Error) -> Error {
        error.moved_to(self.line, self.column)
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Scalar(Form, String),
    Sequence(Vec<Value>),
    /// In the order of the text; keys can repeat.
    Mapping(Vec<(Value, Value)>),
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text of YAML, quoted or not, and strings of JSON: what it means depends on who reads it.
    Text,
    /// A number of JSON.
    Number,
    /// `true` or `false` of JSON.
    Boolean,
    /// No value at all in YAML, `null` in JSON.
    Null,
}

impl Value {
    pub(crate) fn error(&self, kind: ErrorKind, detail: impl Into<String>) -> Error {
        self.place.error(kind, detail)
    }

    /// The error of a value that is not of the type `wanted`.
    pub(crate) fn is_not(&self, wanted: &str) -> Error {
        self.error(ErrorKind::ConfigType, format!("found {}; {wanted} is needed", self.described()))
    }

    /// What it is, in words for a message.
    pub(crate) fn described(&self) -> String {
        match &self.kind {
            Kind::Sequence(_) => "a list".into(),
            Kind::Mapping(_) => "a mapping".into(),
            Kind::Scalar(Form::Null, _) => "nothing".into(),
            Kind::Scalar(Form::Text, text) if text.is_empty() => "an empty text".into(),
            Kind::Scalar(Form::Text, text) => quote(text),
            Kind::Scalar(Form::Number, text) => format!("the number {}", quote(text)),
            Kind::Scalar(Form::Boolean, text) => format!("the switch {}", quote(text)),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Scalar(Form::Null, _))
    }

    /// The value of `key`, if this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Kind::Mapping(entries) = &self.kind else { return None };
        entries
            .iter()
            .find(|(name, _)| matches!(&name.kind, Kind::Scalar(Form::Text, text) if text == key))
            .map(|(_, value)| value)
    }

    /// The text that it is, if that is not empty; `wanted` says in the message what is needed.
    pub(crate) fn text(&self, wanted: &str) -> Result<&str, Error> {
        match &self.kind {
            Kind::Scalar(Form::Text, text) if !text.is_empty() => Ok(text),
            _ => Err(self.is_not(wanted)),
        }
    }
}

/// Reads YAML, or JSON if the first character that is not blank is `{`. `None`: there is nothing in it.
pub(crate) fn parse(text: &str) -> Result<Option<Value>, Error> {
    let text = without_byte_order_mark(text);
    if is_json(text) { json::parse(text).map(Some) } else { yaml::parse(text) }
}

/// A byte order mark says nothing in UTF-8, and no editor counts it as a column.
pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// A text without the blanks before it. Trimming by characters weighs more in WebAssembly.
pub(crate) fn without_blanks_before(text: &str) -> &str {
    let blanks = text.bytes().take_while(|byte| b" \t\n\r".contains(byte)).count();
    text.get(blanks..).unwrap_or_default()
}

fn is_json(text: &str) -> bool {
    without_blanks_before(text).starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_is_one() {
        let after = |text| {
            let Place { line, column } = Place::START.after(text);
            (line, column)
        };
        assert_eq!(after(""), (1, 1));
        assert_eq!(after("aé😀"), (1, 4));
        assert_eq!(after("a\n"), (2, 1));
        assert_eq!(after("a\r\nb"), (2, 2));
        assert_eq!(after("a\rb"), (2, 2));
        assert_eq!(after("\r\r\n\n"), (4, 1));
    }

    #[test]
    fn json_begins_with_a_brace_after_blanks_and_a_mark() {
        assert!(is_json("{}"));
        assert!(is_json(without_byte_order_mark("\u{feff}\r\n\t {")));
        assert!(!is_json("# {}\n{}"));
        assert!(!is_json("[{}]"));
    }
}
