//! Replies of a server, as any client library hands them over.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use keyhome_core::{Error, digits::decimal};

use super::unreadable;
use crate::{
    document::{Form, Kind, Place, Value},
    json,
};

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

impl Reply {
    /// The reply that a text in JSON is: null, whole numbers of 64 bits, strings, arrays and objects.
    ///
    /// Error: `cluster.reply`, with line and column, for any other text.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let value = json::parse(text).map_err(|error| {
            let (line, column) = (error.line().unwrap_or(1), error.column().unwrap_or(1));
            Place { line, column }.of(unreadable(error.detail()))
        })?;
        Self::of(&value)
    }

    fn of(value: &Value) -> Result<Self, Error> {
        let wrong = |detail: &str| Err(value.place.of(unreadable(detail)));
        Ok(match &value.kind {
            Kind::Scalar(Form::Null, _) => Self::Null,
            Kind::Scalar(Form::Text, text) => Self::Text(text.clone()),
            Kind::Scalar(Form::Number, text) => match integer(text) {
                Some(number) => Self::Integer(number),
                None => return wrong("a number is not whole, or beyond 64 bits with a sign"),
            },
            Kind::Scalar(Form::Boolean, _) => return wrong("`true` and `false` are in no such reply"),
            Kind::Sequence(given) => {
                let mut items = Vec::new();
                for item in given {
                    items.push(Self::of(item)?);
                }
                Self::List(items)
            }
            Kind::Mapping(given) => {
                let mut entries = Vec::new();
                for (key, value) in given {
                    entries.push((Self::of(key)?, Self::of(value)?));
                }
                Self::Map(entries)
            }
        })
    }
}

/// A whole number of 64 bits with a sign.
fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => 0_i64.checked_sub_unsigned(decimal(digits.as_bytes())?),
        None => i64::try_from(decimal(text.as_bytes())?).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn json_becomes_a_reply() {
        let reply = Reply::from_json(r#"[null, -1, "a", [], {"b": 2}]"#).unwrap();
        let Reply::List(items) = reply else { panic!() };
        let map = Reply::Map([("b".into(), Reply::Integer(2))].into());
        assert_eq!(items, [Reply::Null, Reply::Integer(-1), "a".into(), Reply::List(Vec::new()), map]);
        for number in [i64::MIN, i64::MIN + 1, -1, 0, 7, i64::MAX] {
            assert_eq!(Reply::from_json(&number.to_string()), Ok(Reply::Integer(number)));
        }
        for text in [
            "true",
            "1.5",
            "-9223372036854775809",
            "9223372036854775808",
            "99999999999999999999",
            "18446744073709551615",
        ] {
            assert_eq!(Reply::from_json(text).unwrap_err().code(), "cluster.reply", "{text}");
        }
    }
}
