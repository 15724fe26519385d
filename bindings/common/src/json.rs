//! JSON as compact text.
//!
//! What serde_json writes, byte for byte. It is no dependency here because of what it weighs in WebAssembly: to it each
//! byte may fail, which leaves a way out behind each member of each type.

use alloc::string::String;
use core::fmt::{self, Display, Write};

use serde::ser::{self, Impossible, Serialize, Serializer};

/// A value as JSON text. Values of ours always have one: their numbers are whole, the keys of their maps are texts, and
/// their enums are words, or have a tag among their fields.
pub(crate) fn json(value: &impl Serialize) -> String {
    let mut json = Json(String::new());
    match value.serialize(&mut json) {
        Ok(()) => json.0,
        Err(Refused) => String::new(),
    }
}

/// The text so far.
struct Json(String);

/// A value of a kind that nothing of ours is of.
#[derive(Debug)]
struct Refused;

type Written = Result<(), Refused>;

impl Json {
    #[allow(clippy::unnecessary_wraps)] // as each method of a Serializer answers
    fn add(&mut self, text: &str) -> Written {
        self.0.push_str(text);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Written {
        self.0.push('"');
        for character in text.chars() {
            let escape = match character {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '\0'..' ' => {
                    write!(self.0, "\\u{:04x}", u32::from(character)).map_err(|_| Refused)?;
                    continue;
                }
                _ => {
                    self.0.push(character);
                    continue;
                }
            };
            self.0.push_str(escape);
        }
        self.add("\"")
    }

    fn number(&mut self, number: u64) -> Written {
        write!(self.0, "{number}").map_err(|_| Refused)
    }

    /// What stands between an item and the one before it, if there is one.
    fn next(&mut self) {
        if !matches!(self.0.as_bytes(), [.., b'[' | b'{']) {
            self.0.push(',');
        }
    }

    fn name(&mut self, name: &str) -> Written {
        self.next();
        self.text(name)?;
        self.add(":")
    }
}

impl Serializer for &mut Json {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Refused>;

    fn serialize_bool(self, value: bool) -> Written {
        self.add(if value { "true" } else { "false" })
    }

    fn serialize_i8(self, number: i8) -> Written {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Written {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Written {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Written {
        if number < 0 {
            self.0.push('-');
        }
        self.number(number.unsigned_abs())
    }

    fn serialize_u8(self, number: u8) -> Written {
        self.number(number.into())
    }

    fn serialize_u16(self, number: u16) -> Written {
        self.number(number.into())
    }

    fn serialize_u32(self, number: u32) -> Written {
        self.number(number.into())
    }

    fn serialize_u64(self, number: u64) -> Written {
        self.number(number)
    }

    fn serialize_f32(self, _: f32) -> Written {
        Err(Refused)
    }

    fn serialize_f64(self, _: f64) -> Written {
        Err(Refused)
    }

    fn serialize_char(self, character: char) -> Written {
        self.text(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Written {
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Written {
        self.add("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.add("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.add("null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Written {
        self.text(word)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        Err(Refused)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Refused> {
        self.add("[")?;
        Ok(self)
    }

    fn serialize_tuple(self, length: usize) -> Result<Self, Refused> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Self, Refused> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refused> {
        Err(Refused)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Refused> {
        self.add("{")?;
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Self, Refused> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Refused> {
        Err(Refused)
    }
}

/// Items between brackets, for each of serde's names for them.
macro_rules! items {
    ($($kind:ident::$item:ident,)*) => {$(
        impl ser::$kind for &mut Json {
            type Ok = ();
            type Error = Refused;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                self.next();
                value.serialize(&mut **self)
            }

            fn end(self) -> Written {
                self.add("]")
            }
        }
    )*};
}

items! { SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field, }

impl ser::SerializeMap for &mut Json {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        self.next();
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        self.0.push(':');
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.add("}")
    }
}

impl ser::SerializeStruct for &mut Json {
    type Ok = ();
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Written {
        self.name(name)?;
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        self.add("}")
    }
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it has no JSON")
    }
}

impl core::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::json;
    use alloc::{collections::BTreeMap, string::String, vec::Vec};
    use proptest::prelude::*;
    use serde::Serialize;

    #[derive(Debug, Clone, Serialize)]
    #[serde(tag = "by", rename_all = "snake_case")]
    enum Tagged {
        Nothing,
        Two { first: i64, second: Option<String> },
    }

    #[derive(Debug, Clone, Copy, Serialize)]
    enum Word {
        One,
    }

    #[derive(Debug, Serialize)]
    struct All {
        numbers: (u8, i8, u16, i16, u32, i32),
        wide: [u64; 1],
        lists: Vec<Vec<bool>>,
        map: BTreeMap<String, Tagged>,
        #[serde(skip_serializing_if = "Option::is_none")]
        word: Option<Word>,
        text: String,
        character: char,
        unit: (),
    }

    fn tagged() -> impl Strategy<Value = Tagged> {
        let two = any::<(i64, Option<String>)>().prop_map(|(first, second)| Tagged::Two { first, second });
        prop_oneof![Just(Tagged::Nothing), two]
    }

    proptest! {
        #[test]
        fn as_serde_json(
            numbers in any::<(u8, i8, u16, i16, u32, i32)>(),
            wide in any::<u64>(),
            lists in any::<Vec<Vec<bool>>>(),
            map in proptest::collection::btree_map(".{0,9}", tagged(), 0..4),
            word in proptest::option::of(Just(Word::One)),
            text in "[\0-\u{7f}\u{80}-\u{10ffff}]*",
            character in any::<char>(),
        ) {
            let all = All { numbers, wide: [wide], lists, map, word, text, character, unit: () };
            prop_assert_eq!(json(&all), serde_json::to_string(&all).unwrap());
        }
    }

    #[test]
    fn every_character_that_is_escaped() {
        let text: String = (0..0x3000).filter_map(char::from_u32).collect();
        assert_eq!(json(&text), serde_json::to_string(&text).unwrap());
    }

    #[test]
    fn what_nothing_of_ours_is_has_no_text() {
        assert_eq!(json(&[0.5]), "");
        assert_eq!(json(&Ok::<u8, u8>(1)), "");
    }
}
