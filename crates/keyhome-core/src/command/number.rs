//! Counts of keys, as Redis reads them.

use crate::digits::decimal;

/// A count as `string2ll` takes it: digits without a leading zero, sign or space; `None` for anything else, and for what
/// no list of words can be as long as.
pub(super) fn strict(word: &[u8]) -> Option<usize> {
    match word {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] if word.iter().all(u8::is_ascii_digit) => digits(word),
        _ => None,
    }
}

/// A count as C's `atoi` takes it: after spaces and a plus, as many digits as there are; `None` where there are none,
/// or the number is negative.
pub(super) fn atoi(word: &[u8]) -> Option<usize> {
    // isspace of C: also the vertical tab, which `is_ascii_whitespace` does not count.
    let start = word.iter().position(|byte| !matches!(byte, b' ' | b'\t'..=b'\r'))?;
    let word = word.get(start..)?;
    let word = word.strip_prefix(b"+").unwrap_or(word);
    let end = word.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(word.len());
    digits(word.get(..end)?)
}

/// The number of these digits, up to that of C's int.
fn digits(digits: &[u8]) -> Option<usize> {
    let number = i32::try_from(decimal(digits)?).ok()?;
    usize::try_from(number).ok()
}
