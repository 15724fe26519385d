//! Replies of a server, as any client library hands them over.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A reply of RESP2 or RESP3, of the types that cluster replies have. An error reply is its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// No value.
    Null,
    /// A number.
    Integer(i64),
    /// A string of any kind.
    Text(String),
    /// An array.
    List(Vec<Reply>),
    /// A map of RESP3, in its order.
    Map(Vec<(Reply, Reply)>),
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Reply {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Vec<Reply>> for Reply {
    fn from(items: Vec<Reply>) -> Self {
        Self::List(items)
    }
}

/// From JSON and anything of its shape: null, whole numbers, strings, arrays, objects.
impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReplyVisitor)
    }
}

struct ReplyVisitor;

impl<'de> Visitor<'de> for ReplyVisitor {
    type Value = Reply;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a whole number, a text, a list or a map")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Reply, E> {
        Ok(Reply::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Reply, E> {
        Ok(Reply::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Reply, D::Error> {
        Reply::deserialize(deserializer)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Reply, E> {
        Ok(Reply::Integer(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Reply, E> {
        i64::try_from(number)
            .map(Reply::Integer)
            .map_err(|_| E::custom("a number beyond 64 bits with a sign"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Reply, E> {
        Ok(Reply::from(text))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Reply, E> {
        Ok(Reply::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Reply, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Reply::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reply, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Reply::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_a_reply() {
        let reply: Reply = serde_json::from_str(r#"[null, -1, "a", [], {"b": 2}]"#).unwrap();
        let Reply::List(items) = reply else { panic!() };
        let map = Reply::Map([("b".into(), Reply::Integer(2))].into());
        assert_eq!(items, [Reply::Null, Reply::Integer(-1), "a".into(), Reply::List(Vec::new()), map]);
        for text in ["true", "1.5", "99999999999999999999", "18446744073709551615"] {
            assert!(serde_json::from_str::<Reply>(text).is_err(), "{text}");
        }
    }
}
