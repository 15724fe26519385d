//! Keys as hexadecimal digits.

/// The bytes of `digits`, either case; `None` where they are not pairs of digits.
pub(crate) fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let nibble = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|&[high, low]| Some(nibble(high)? << 4 | nibble(low)?)).collect()
}

/// Appends lower-case digits.
pub(crate) fn encode_into(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend(
        bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]),
    );
}

#[cfg(test)]
mod tests {
    use super::{decode, encode_into};

    #[test]
    fn there_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut digits = Vec::new();
        encode_into(&bytes, &mut digits);
        assert_eq!(decode(&digits), Some(bytes.clone()));
        assert_eq!(decode(&digits.to_ascii_uppercase()), Some(bytes));
    }

    #[test]
    fn what_is_no_hexadecimal() {
        for digits in ["a", "0x", "zz", " 00", "+1", "1 "] {
            assert_eq!(decode(digits.as_bytes()), None, "{digits}");
        }
        assert_eq!(decode(b""), Some(Vec::new()));
    }
}
