//! Keys as people and JSON see them.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

/// The bytes of a key, or of a part of one: shown as text where they are UTF-8, in hexadecimal digits where not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText(Vec<u8>);

impl KeyText {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text, where the bytes are UTF-8.
    pub fn text(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }

    /// Lower-case hexadecimal digits, two a byte.
    pub fn hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut digits = String::with_capacity(2 * self.0.len());
        for byte in &self.0 {
            digits.push(char::from(DIGITS[usize::from(byte >> 4)]));
            digits.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        digits
    }

    /// Adds the member `name`, or `name_hex` where the bytes are not UTF-8.
    pub(crate) fn serialize_into<M: SerializeMap>(
        &self,
        map: &mut M,
        names: [&str; 2],
    ) -> Result<(), M::Error> {
        match self.text() {
            Some(text) => map.serialize_entry(names[0], text),
            None => map.serialize_entry(names[1], &self.hex()),
        }
    }
}

impl From<&[u8]> for KeyText {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

/// The text in quotes, unprintable characters escaped; `hex:` and digits where it is not UTF-8.
impl fmt::Display for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "{text:?}"),
            None => write!(f, "hex:{}", self.hex()),
        }
    }
}

/// `{"key": "text"}` or `{"key_hex": "digits"}`.
impl Serialize for KeyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        self.serialize_into(&mut map, ["key", "key_hex"])?;
        map.end()
    }
}
