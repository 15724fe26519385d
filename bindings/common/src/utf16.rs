//! Keys of hosts whose text is UTF-16.

use alloc::vec::Vec;

use keyhome::ErrorKind;

use crate::Failure;

/// Appends the UTF-8 bytes of a text of UTF-16 code units.
///
/// Error: `key.encoding` where a surrogate stands alone: it is no character, and whatever bytes took its place would
/// give the key another home than the client that encodes it otherwise.
pub fn push_utf8(units: &[u16], bytes: &mut Vec<u8>) -> Result<(), Failure> {
    bytes.reserve(units.len());
    let start = bytes.len();
    for (position, character) in char::decode_utf16(units.iter().copied()).enumerate() {
        match character {
            Ok(character) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(error) => {
                bytes.truncate(start);
                let unit = error.unpaired_surrogate();
                let message =
                    alloc::format!("the key has a lone surrogate (0x{unit:04x}) as character {position}");
                return Err(Failure::new(ErrorKind::KeyEncoding, message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::push_utf8;
    use alloc::{string::String, vec, vec::Vec};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library(text in any::<String>()) {
            let units: Vec<u16> = text.encode_utf16().collect();
            let mut bytes = vec![1];
            push_utf8(&units, &mut bytes).unwrap();
            prop_assert_eq!(&bytes[1..], text.as_bytes());
        }
    }

    #[test]
    fn lone_surrogates_are_errors() {
        for units in [&[0xd800][..], &[0xdc00], &[0x61, 0xd83d, 0x62], &[0xde00, 0xd83d]] {
            let mut bytes = Vec::new();
            assert_eq!(push_utf8(units, &mut bytes).unwrap_err().code, "key.encoding");
            assert!(bytes.is_empty());
        }
    }
}
