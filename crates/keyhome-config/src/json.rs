//! JSON texts as documents: exactly JSON, no comments, no commas at the end.
//!
//! Written here because no library at hand tells where values stand, and `serde_json` is an eighth of the WebAssembly
//! module; in the tests it judges the same texts.

use alloc::{format, string::String, vec::Vec};

use keyhome_core::{Error, ErrorKind};

use crate::{
    cursor::Cursor,
    document::{DEPTH_MAX, Form, Kind, Value},
};

/// Reads `text`, which has no byte order mark.
pub(crate) fn parse(text: &str) -> Result<Value, Error> {
    let mut scanner = Scanner(Cursor::new(text));
    let value = scanner.value(0)?;
    scanner.blanks();
    if scanner.0.rest.is_empty() { Ok(value) } else { Err(scanner.expected("nothing behind it")) }
}

struct Scanner<'t>(Cursor<'t>);

impl<'t> Scanner<'t> {
    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        self.blanks();
        let place = self.0.place;
        if depth > DEPTH_MAX {
            return Err(self.syntax("nested too deeply"));
        }
        let kind = match self.0.byte(0) {
            b'{' => self.mapping(depth)?,
            b'[' => self.sequence(depth)?,
            b'"' => Kind::Scalar(Form::Text, self.string()?),
            b'-' | b'0'..=b'9' => Kind::Scalar(Form::Number, self.number()?.into()),
            _ => self.word()?,
        };
        Ok(Value { place, kind })
    }

    fn mapping(&mut self, depth: usize) -> Result<Kind, Error> {
        let mut entries = Vec::new();
        let mut more = self.opens(b'}');
        while more {
            self.blanks();
            if self.0.byte(0) != b'"' {
                return Err(self.expected("a key in double quotes"));
            }
            let key = Value { place: self.0.place, kind: Kind::Scalar(Form::Text, self.string()?) };
            self.blanks();
            if self.0.byte(0) != b':' {
                return Err(self.expected("`:`"));
            }
            self.0.take(1);
            entries.push((key, self.value(depth + 1)?));
            more = self.goes_on(b'}')?;
        }
        Ok(Kind::Mapping(entries))
    }

    fn sequence(&mut self, depth: usize) -> Result<Kind, Error> {
        let mut items = Vec::new();
        let mut more = self.opens(b']');
        while more {
            items.push(self.value(depth + 1)?);
            more = self.goes_on(b']')?;
        }
        Ok(Kind::Sequence(items))
    }

    /// Steps over the bracket that opens, and over `closing` if nothing is between them.
    fn opens(&mut self, closing: u8) -> bool {
        self.0.take(1);
        self.blanks();
        let empty = self.0.byte(0) == closing;
        self.0.take(usize::from(empty));
        !empty
    }

    /// Steps over a comma, or over `closing`, which ends it.
    fn goes_on(&mut self, closing: u8) -> Result<bool, Error> {
        self.blanks();
        let found = self.0.byte(0);
        if found != b',' && found != closing {
            return Err(self.expected(if closing == b'}' { "`,` or `}`" } else { "`,` or `]`" }));
        }
        self.0.take(1);
        Ok(found == b',')
    }

    fn word(&mut self) -> Result<Kind, Error> {
        let length = self.0.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let form = match self.0.rest.get(..length) {
            Some("null") => Form::Null,
            Some("true" | "false") => Form::Boolean,
            _ => return Err(self.expected("a value")),
        };
        Ok(Kind::Scalar(form, self.0.take(length).into()))
    }

    /// A number stays as it is written: who reads it says which ones are good.
    fn number(&mut self) -> Result<&'t str, Error> {
        let start = self.0.rest;
        self.0.take(usize::from(self.0.byte(0) == b'-'));
        if self.0.byte(0) == b'0' {
            self.0.take(1);
        } else {
            self.digits()?;
        }
        if self.0.byte(0) == b'.' {
            self.0.take(1);
            self.digits()?;
        }
        if matches!(self.0.byte(0), b'e' | b'E') {
            self.0.take(if matches!(self.0.byte(1), b'+' | b'-') { 2 } else { 1 });
            self.digits()?;
        }
        Ok(start.get(..start.len() - self.0.rest.len()).unwrap_or(start))
    }

    fn digits(&mut self) -> Result<(), Error> {
        match self.0.rest.bytes().take_while(u8::is_ascii_digit).count() {
            0 => Err(self.expected("a digit")),
            count => {
                self.0.take(count);
                Ok(())
            }
        }
    }

    fn string(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        self.0.take(1);
        loop {
            text.push_str(self.0.take_while(|byte| !matches!(byte, b'"' | b'\\' | ..b' ')));
            match self.0.byte(0) {
                b'"' => break,
                b'\\' => text.push(self.escape()?),
                _ => return Err(self.expected("`\"`, or an escape,")),
            }
        }
        self.0.take(1);
        Ok(text)
    }

    fn escape(&mut self) -> Result<char, Error> {
        let character = match self.0.byte(1) {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.escaped_number(),
            other @ (b'"' | b'\\' | b'/') => char::from(other),
            _ => return Err(self.syntax("an escape in this text is none of JSON's")),
        };
        self.0.take(2);
        Ok(character)
    }

    /// `\u` and four digits, twice for a character of two halves.
    fn escaped_number(&mut self) -> Result<char, Error> {
        let half = |start| {
            if self.0.byte(start) != b'\\' || self.0.byte(start + 1) != b'u' {
                return None;
            }
            self.0.hexadecimal(start + 2, 4).map(|number| number as u16)
        };
        let Some(first) = half(0) else {
            return Err(self.syntax("an escape in this text is not `\\u` and four hexadecimal digits"));
        };
        let halves = [Some(first), half(6)].into_iter().flatten();
        let Some(Ok(character)) = char::decode_utf16(halves).next() else {
            return Err(self.syntax("an escape in this text is half of a character"));
        };
        self.0.take(6 * character.len_utf16());
        Ok(character)
    }

    fn blanks(&mut self) {
        self.0.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn expected(&self, what: &str) -> Error {
        self.syntax(&self.0.lacks(what))
    }

    fn syntax(&self, reason: &str) -> Error {
        self.0.place.error(ErrorKind::ConfigSyntax, format!("this is not JSON: {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::{collection::vec, prelude::*, sample::select};

    /// The same as `serde_json` makes of it.
    fn is_like(value: &Value, expected: &serde_json::Value) -> bool {
        match (&value.kind, expected) {
            (Kind::Scalar(Form::Text, text), serde_json::Value::String(expected)) => text == expected,
            (Kind::Scalar(Form::Null, _), serde_json::Value::Null) => true,
            (Kind::Scalar(Form::Boolean, text), serde_json::Value::Bool(expected)) => {
                *text == expected.to_string()
            }
            (Kind::Scalar(Form::Number, text), serde_json::Value::Number(expected)) => {
                text.parse::<f64>().ok() == expected.as_f64()
            }
            (Kind::Sequence(items), serde_json::Value::Array(expected)) => {
                items.len() == expected.len() && items.iter().zip(expected).all(|(a, b)| is_like(a, b))
            }
            // Of a key given twice `serde_json` keeps the last.
            (Kind::Mapping(entries), serde_json::Value::Object(expected)) => {
                expected.iter().all(|(name, expected)| {
                    let named = |key: &Value| key.kind == Kind::Scalar(Form::Text, name.clone());
                    entries
                        .iter()
                        .rfind(|(key, _)| named(key))
                        .is_some_and(|(_, value)| is_like(value, expected))
                })
            }
            _ => false,
        }
    }

    const PIECES: &[&str] = &[
        "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"b\":", "\\", "\\\"", "\\n", "\\/", "\\x", "\\u0041",
        "\\ud83d", "\\ude00", "\\u12", "\\u+123", "0", "1", "-", "12", "0.5", ".", "e", "E+", "1e3", "null",
        "true", "false", "nul", " ", "\n", "\r\n", "\t", "\u{1}", "\0", "\u{7f}", "é", "😀", "//", "'",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn texts_are_judged_as_by_serde_json(pieces in vec(select(PIECES), 0..12), whole in any::<bool>()) {
            let pieces = pieces.concat();
            // Inside of a text, pieces are right more often.
            let text = if whole { pieces } else { format!("[\"{pieces}\"]") };
            match (parse(&text), serde_json::from_str::<serde_json::Value>(&text)) {
                (Ok(value), Ok(expected)) => prop_assert!(is_like(&value, &expected), "{text:?}"),
                // The only number of those pieces that `serde_json` cannot keep is one without an end.
                (read, judged) => prop_assert!(read.is_err() && judged.is_err() || text.contains("e3"), "{text:?}"),
            }
        }

        #[test]
        fn what_is_written_is_read(numbers in vec(any::<f64>(), 0..4), texts in vec(any::<String>(), 0..4)) {
            let written = serde_json::json!({"numbers": numbers, "texts": texts, "none": null, "both": [true, false]});
            for text in [written.to_string(), serde_json::to_string_pretty(&written).unwrap()] {
                prop_assert!(is_like(&parse(&text).unwrap(), &written), "{text}");
            }
        }
    }

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
        assert_eq!(place("{\n\"a\": \"\\ud800\"}"), (2, 7));
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
