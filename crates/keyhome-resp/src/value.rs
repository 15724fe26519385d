//! Replies that have to be looked into: those that become one reply of several.

use crate::{
    number::{self, Line},
    reply::ReplyReader,
};

/// A value of a whole reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// A simple string.
    Simple(&'a [u8]),
    /// A string, or a verbatim one without its format.
    Bulk(&'a [u8]),
    /// An error, without its sign.
    Error(&'a [u8]),
    /// An integer.
    Integer(i64),
    /// Null, of either protocol.
    Null,
    /// An array, a set, or a push.
    Array(Values<'a>),
    /// A map: its keys and values in turn.
    Map(Values<'a>),
    /// Another value of RESP3, as it came: a double, a boolean, a big number.
    Other(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The value at the start of a reply that is whole; None where it is not.
    pub fn of(reply: &'a [u8]) -> Option<Self> {
        let (kind, rest) = without_attributes(reply)?.split_first()?;
        let line = || rest.iter().position(|byte| *byte == b'\r').map(|end| &rest[..end]);
        Some(match kind {
            b'+' => Self::Simple(line()?),
            b'-' => Self::Error(line()?),
            b':' => Self::Integer(number::number(line()?)?),
            b'_' => Self::Null,
            b'#' | b',' | b'(' => Self::Other(reply.get(..line()?.len() + 3)?),
            b'$' | b'=' | b'!' | b'*' | b'%' | b'~' | b'>' => {
                let Line::Number(length, header) = number::line(rest) else { return None };
                let body = rest.get(header..)?;
                let Ok(length) = usize::try_from(length) else { return Some(Self::Null) };
                match kind {
                    b'$' => Self::Bulk(body.get(..length)?),
                    b'=' => Self::Bulk(body.get(4..length)?),
                    b'!' => Self::Error(body.get(..length)?),
                    b'%' => Self::Map(Values { left: length.saturating_mul(2), bytes: body }),
                    _ => Self::Array(Values { left: length, bytes: body }),
                }
            }
            _ => return None,
        })
    }
}

/// The value behind the attributes that stand before it. There may be any number of them, so nothing calls itself here.
fn without_attributes(mut reply: &[u8]) -> Option<&[u8]> {
    while let Some(rest) = reply.strip_prefix(b"|") {
        let Line::Number(length, header) = number::line(rest) else { return None };
        let left = usize::try_from(length).ok()?.saturating_mul(2);
        let mut attributes = Values { left, bytes: rest.get(header..)? };
        attributes.by_ref().for_each(drop);
        reply = attributes.bytes;
    }
    Some(reply)
}

/// The values of an aggregate, each as the bytes of a reply of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Values<'a> {
    left: usize,
    bytes: &'a [u8],
}

impl Values<'_> {
    /// How many are still to come.
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }
}

impl<'a> Values<'a> {
    /// The bytes of those that are still to come, and of what stands behind the aggregate.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// The bytes of the value that `bytes`, a part of a whole reply, begins with.
#[inline]
pub fn first_value(bytes: &[u8]) -> Option<&[u8]> {
    // Nearly all are strings.
    if let [b'$', rest @ ..] = bytes
        && let Line::Number(length, header) = number::line(rest)
    {
        let length = usize::try_from(length).map_or(0, |length| length.saturating_add(2));
        return bytes.get(..length.saturating_add(1 + header));
    }
    let length = ReplyReader::default().read(bytes).ok()??;
    bytes.get(..length)
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        let value = first_value(self.bytes)?;
        self.bytes = &self.bytes[value.len()..];
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn values_are_read() {
        assert_eq!(Value::of(b"+OK\r\n"), Some(Value::Simple(b"OK")));
        assert_eq!(Value::of(b"$2\r\nab\r\n"), Some(Value::Bulk(b"ab")));
        assert_eq!(Value::of(b"=6\r\ntxt:ab\r\n"), Some(Value::Bulk(b"ab")));
        assert_eq!(Value::of(b"-ERR x\r\n"), Some(Value::Error(b"ERR x")));
        assert_eq!(Value::of(b"!5\r\nERR x\r\n"), Some(Value::Error(b"ERR x")));
        assert_eq!(Value::of(b":-3\r\n"), Some(Value::Integer(-3)));
        for null in [b"_\r\n".as_slice(), b"$-1\r\n", b"*-1\r\n"] {
            assert_eq!(Value::of(null), Some(Value::Null));
        }
        assert_eq!(Value::of(b",1.5\r\n"), Some(Value::Other(b",1.5\r\n")));
        assert_eq!(Value::of(b"|1\r\n+a\r\n+b\r\n:1\r\n"), Some(Value::Integer(1)));
        assert_eq!(Value::of(b"$9\r\nab"), None);
        let deep = [b"|0\r\n".repeat(1_000_000).as_slice(), b":1\r\n"].concat();
        assert_eq!(Value::of(&deep), Some(Value::Integer(1)));
    }

    #[test]
    fn values_of_an_aggregate_are_bytes() {
        let Some(Value::Array(values)) = Value::of(b"*3\r\n:1\r\n*1\r\n+a\r\n$-1\r\n") else {
            panic!("no array")
        };
        assert_eq!(values.len(), 3);
        assert_eq!(values.collect::<Vec<_>>(), [b":1\r\n".as_slice(), b"*1\r\n+a\r\n", b"$-1\r\n"]);
        let Some(Value::Map(values)) = Value::of(b"%1\r\n+a\r\n:1\r\n") else { panic!("no map") };
        assert_eq!(values.collect::<Vec<_>>(), [b"+a\r\n".as_slice(), b":1\r\n"]);
    }
}
