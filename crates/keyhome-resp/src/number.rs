//! The numbers in headers: `$12\r\n`, `*-1\r\n`.

/// A line `digits\r\n` at the start of `bytes`.
pub(crate) enum Line {
    /// The number, and the bytes that the line takes, CR and LF included.
    Number(i64, usize),
    /// It has not ended yet.
    Partial,
    /// It is none.
    Wrong,
}

/// Digits that no length in use has more of; leading zeros count.
const MOST_DIGITS: usize = 20;

/// Reads the number of a header. Redis takes a sign and no zeros before other digits (`string2ll`); twemproxy takes
/// zeros and passes them on, which makes Redis hang up on everybody who shares the connection, so they are wrong here.
#[inline]
pub(crate) fn line(bytes: &[u8]) -> Line {
    // Nearly all are of few digits.
    match *bytes {
        [a @ b'0'..=b'9', b'\r', b'\n', ..] => return Line::Number(i64::from(a - b'0'), 3),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', b'\r', b'\n', ..] => {
            return Line::Number(i64::from(a - b'0') * 10 + i64::from(b - b'0'), 4);
        }
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'\r', b'\n', ..] => {
            let tens = i64::from(a - b'0') * 10 + i64::from(b - b'0');
            return Line::Number(tens * 10 + i64::from(c - b'0'), 5);
        }
        _ => {}
    }
    any_line(bytes)
}

fn any_line(bytes: &[u8]) -> Line {
    let Some(end) = bytes.iter().take(MOST_DIGITS + 2).position(|byte| *byte == b'\r') else {
        return if bytes.len() > MOST_DIGITS + 1 { Line::Wrong } else { Line::Partial };
    };
    let Some(number) = number(&bytes[..end]) else { return Line::Wrong };
    match bytes.get(end + 1) {
        None => Line::Partial,
        Some(b'\n') => Line::Number(number, end + 2),
        Some(_) => Line::Wrong,
    }
}

/// A decimal number as Redis writes it: a sign where it is negative, no leading zero.
pub fn number(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits[0] == b'0' && (digits.len() > 1 || negative) {
        return None;
    }
    digits.iter().try_fold(0i64, |number, digit| {
        let digit = i64::from(digit.wrapping_sub(b'0'));
        let shifted = (0..=9).contains(&digit).then(|| number.checked_mul(10))??;
        if negative { shifted.checked_sub(digit) } else { shifted.checked_add(digit) }
    })
}
