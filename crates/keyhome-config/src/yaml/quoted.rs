//! Scalars in single or double quotes.

use alloc::string::String;

use keyhome_core::{Error, ErrorKind};

use super::reader::Reader;

impl Reader<'_> {
    pub(super) fn quoted(&mut self) -> Result<String, Error> {
        let start = self.cursor.place;
        let quote = self.cursor.byte(0);
        let mut text = String::new();
        self.cursor.take(1);
        loop {
            match self.cursor.byte(0) {
                0 => return Err(start.error(ErrorKind::ConfigSyntax, "this quote is never closed")),
                // Two single quotes are one within.
                b'\'' if quote == b'\'' && self.cursor.byte(1) == b'\'' => {
                    self.cursor.take(1);
                    text.push_str(self.cursor.take(1));
                }
                byte if byte == quote => break,
                b'\\' if quote == b'"' => self.escape(&mut text)?,
                b' ' | b'\t' | b'\n' => self.gap(0)?.fold_into(&mut text),
                b'"' | b'\'' | b'\\' => text.push_str(self.cursor.take(1)),
                _ => text.push_str(self.cursor.take_while(is_ordinary)),
            }
            if self.is_at_marker() {
                return Err(self.syntax("this marker ends the text, and a quote is open"));
            }
        }
        self.cursor.take(1);
        Ok(text)
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Error> {
        let digits = match self.cursor.byte(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            b'\n' => {
                self.cursor.take(1);
                self.gap(0)?.fold_escaped_into(text);
                return Ok(());
            }
            _ => 0,
        };
        let character = match self.cursor.byte(1) {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            other @ (b' ' | b'"' | b'/' | b'\\') => char::from(other),
            _ => self.numbered(digits).ok_or_else(|| self.syntax("this escape is none of YAML's"))?,
        };
        self.cursor.take(2 + digits);
        text.push(character);
        Ok(())
    }

    /// The character of the hexadecimal number behind the two that begin an escape.
    fn numbered(&self, digits: usize) -> Option<char> {
        (digits > 0).then(|| self.cursor.hexadecimal(2, digits)).flatten().and_then(char::from_u32)
    }
}

/// Whether a byte stands for itself in quotes of both kinds, or belongs to a character that does.
fn is_ordinary(byte: u8) -> bool {
    !matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t' | b'\n')
}
