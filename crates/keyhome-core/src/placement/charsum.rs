//! The sum of UTF-16 code units, which is what `charCodeAt` sees.

/// The sum, or `None` where the key is not UTF-8: such bytes are no text, and have no code units.
pub(crate) fn sum(key: &[u8]) -> Option<u64> {
    let text = core::str::from_utf8(key).ok()?;
    Some(text.encode_utf16().map(u64::from).sum())
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn code_units_not_code_points() {
        assert_eq!(sum(b""), Some(0));
        assert_eq!(sum(b"ab"), Some(97 + 98));
        assert_eq!(sum("😀".as_bytes()), Some(0xd83d + 0xde00));
        assert_eq!(sum(b"\xff"), None);
        assert_eq!(sum(b"\xed\xa0\x80"), None, "a lone surrogate is no text");
    }
}
