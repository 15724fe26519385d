//! Numbers in decimal digits. One reader for all of them: `str::parse` is another for each type, and each weighs a quarter of
//! a kilobyte in WebAssembly. And one writer, behind bytes that are no text.

use alloc::vec::Vec;

/// The number of these digits, leading zeros or not. `None` without any, with anything else among them, and from 2^64 on.
pub fn decimal(digits: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    (!digits.is_empty()).then_some(number)
}

/// Appends the digits of a number.
pub(crate) fn push_decimal(bytes: &mut Vec<u8>, mut number: u64) {
    let start = bytes.len();
    loop {
        bytes.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    bytes[start..].reverse();
}

#[cfg(test)]
mod tests {
    use super::{decimal, push_decimal};
    use alloc::{string::ToString, vec};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library(text in "[0-9]{0,22}", number in any::<u64>()) {
            prop_assert_eq!(decimal(text.as_bytes()), text.parse().ok());
            let digits = number.to_string();
            prop_assert_eq!(decimal(digits.as_bytes()), Some(number));
            let mut bytes = vec![b'-'];
            push_decimal(&mut bytes, number);
            prop_assert_eq!(&bytes[1..], digits.as_bytes());
        }
    }

    #[test]
    fn digits_only() {
        for text in ["", "+1", "-1", " 1", "1 ", "1.5", "٣", "0x1"] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
        assert_eq!(decimal(b"00018446744073709551615"), Some(u64::MAX));
        assert_eq!(decimal(b"18446744073709551616"), None);
    }
}
