//! JSON texts as documents: exactly JSON, no comments, no commas at the end.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use keyhome_core::{Error, ErrorKind};
use serde::de::IgnoredAny;

use crate::document::{DEPTH_MAX, Form, Kind, Place, Value};

/// Reads `text`, which has no byte order mark.
///
/// `serde_json` judges the text; only then does the scanner below walk over it for the places, which `serde_json`
/// does not tell, and for keys given twice, of which it would keep one.
pub(crate) fn parse(text: &str) -> Result<Value, Error> {
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let reason = error.to_string();
        let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
        return Err(syntax(place_of(text, &error, reason), reason));
    }
    let mut scanner = Scanner { rest: text, place: Place::START };
    scanner.value(0)
}

fn syntax(place: Place, reason: &str) -> Error {
    place.error(ErrorKind::ConfigSyntax, format!("this is not JSON: {reason}"))
}

/// `serde_json` counts lines by LF alone and columns in bytes: up to and with the wrong byte, but up to a control
/// character.
fn place_of(text: &str, error: &serde_json::Error, reason: &str) -> Place {
    if error.is_eof() {
        return Place::START.after(text);
    }
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let column = error.column().saturating_sub(usize::from(!reason.starts_with("control character")));
    let mut before = (line + column).min(text.len());
    while !text.is_char_boundary(before) {
        before -= 1;
    }
    Place::START.after(text.get(..before).unwrap_or(text))
}

/// Walks over a text that is JSON.
struct Scanner<'t> {
    rest: &'t str,
    place: Place,
}

impl<'t> Scanner<'t> {
    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        self.blanks();
        let place = self.place;
        if depth > DEPTH_MAX {
            return Err(syntax(place, "nested too deeply"));
        }
        let kind = match self.rest.chars().next() {
            Some('{') => self.mapping(depth)?,
            Some('[') => self.sequence(depth)?,
            Some('"') => Kind::Scalar(Form::Text, self.string()?),
            _ => {
                let end = self.rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(self.rest.len());
                let text = self.take(end);
                let form = match text {
                    "null" => Form::Null,
                    "true" | "false" => Form::Boolean,
                    _ => Form::Number,
                };
                Kind::Scalar(form, text.into())
            }
        };
        Ok(Value { place, kind })
    }

    fn mapping(&mut self, depth: usize) -> Result<Kind, Error> {
        let mut entries = Vec::new();
        self.take(1);
        while !self.closes('}') {
            let key = Value { place: self.place, kind: Kind::Scalar(Form::Text, self.string()?) };
            self.blanks();
            self.take(1);
            entries.push((key, self.value(depth + 1)?));
        }
        Ok(Kind::Mapping(entries))
    }

    fn sequence(&mut self, depth: usize) -> Result<Kind, Error> {
        let mut items = Vec::new();
        self.take(1);
        while !self.closes(']') {
            items.push(self.value(depth + 1)?);
        }
        Ok(Kind::Sequence(items))
    }

    /// Goes to the next item, over its comma, or past the bracket that ends them all. The end of the text ends them
    /// too, so that no mistake of this scanner could make it go round for ever.
    fn closes(&mut self, bracket: char) -> bool {
        self.blanks();
        if self.rest.starts_with(',') {
            self.take(1);
            self.blanks();
        }
        let closes = self.rest.is_empty() || self.rest.starts_with(bracket);
        if closes {
            self.take(1);
        }
        closes
    }

    fn string(&mut self) -> Result<String, Error> {
        let place = self.place;
        let mut escaped = true; // the quote that opens the string does not close it
        let closing = self.rest.bytes().position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let text = self.take(closing.map_or(self.rest.len(), |closing| closing + 1));
        serde_json::from_str(text).map_err(|_| syntax(place, "an escape in this text is half of a character"))
    }

    fn blanks(&mut self) {
        let blanks = self.rest.len() - self.rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.take(blanks);
    }

    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.place = self.place.after(taken);
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_code_points_and_lines() {
        let value = parse("{\"é\": [1, \"\\\"😀\\\\\",\r\n  true]}").unwrap();
        let Kind::Mapping(entries) = value.kind else { panic!() };
        let [(key, Value { place, kind: Kind::Sequence(items) })] = &entries[..] else { panic!() };
        assert_eq!((key.place.column, place.column), (2, 7));
        let places: Vec<_> = items.iter().map(|item| (item.place.line, item.place.column)).collect();
        assert_eq!(places, [(1, 8), (1, 11), (2, 3)]);
        assert_eq!(items[1].kind, Kind::Scalar(Form::Text, "\"😀\\".into()));
    }

    #[test]
    fn a_wrong_sign_is_found_where_it_stands() {
        let place = |text| {
            let error = parse(text).unwrap_err();
            assert_eq!(error.code(), "config.syntax", "{text}");
            (error.line().unwrap(), error.column().unwrap())
        };
        assert_eq!(place("{\"ключ\": x}"), (1, 10));
        assert_eq!(place("{\"a\": 1,\n}"), (2, 1));
        assert_eq!(place("{\"a\": 01}"), (1, 8));
        assert_eq!(place("{}\nx"), (2, 1));
        assert_eq!(place("{\"a\": 1"), (1, 8));
        assert_eq!(place("{\n\"a\": \"\\ud800\"}"), (2, 6));
        assert_eq!(place("{\"a\": \"\u{1}\"}"), (1, 8));
    }

    #[test]
    fn depth_does_not_reach_the_stack() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{{\"a\":{}1{}}}", open.repeat(200_000), close.repeat(200_000));
            assert_eq!(parse(&deep).unwrap_err().code(), "config.syntax");
        }
    }
}
