//! Texts taken apart from the right.

/// What stands before the last `separator`, which is ASCII, and behind it. `str::rsplit_once` searches for characters of
/// any length, which weighs half a kilobyte in WebAssembly.
pub(crate) fn split_last(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::split_last;

    #[test]
    fn as_the_standard_library() {
        for text in ["", ":", "a", "a:b", ":a:b:", "é:é", "::1:22121", "a:é"] {
            assert_eq!(split_last(text, b':'), text.rsplit_once(':'), "{text}");
        }
    }
}
