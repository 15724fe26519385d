//! Requests that people type, and that health checks of load balancers send: a line of words.

use alloc::vec::Vec;

use crate::error::FrameError;

/// Redis's `PROTO_INLINE_MAX_SIZE`.
const LONGEST_LINE: usize = 64 * 1024;

/// The length of the line at the start of `buffer`, its end included. Its first `looked` bytes have none.
pub(crate) fn line_length(buffer: &[u8], looked: usize) -> Result<Option<usize>, FrameError> {
    let end = buffer.iter().skip(looked).position(|byte| *byte == b'\n').map(|end| looked + end + 1);
    if end.unwrap_or(buffer.len()) > LONGEST_LINE {
        return Err(FrameError::LongLine);
    }
    Ok(end)
}

/// The words of a line, as Redis's `sdssplitargs` (src/sds.c) splits it: at white space, but not within quotes; within
/// double ones `\n`, `\x41` and the like are bytes. What is behind a zero is not looked at, as in C.
pub(crate) fn words(line: &[u8]) -> Result<Vec<Vec<u8>>, FrameError> {
    let end = line.iter().position(|byte| *byte == 0).unwrap_or(line.len());
    let mut rest = line.get(..end).unwrap_or_default();
    let mut words = Vec::new();
    loop {
        while let [first, after @ ..] = rest
            && is_space(*first)
        {
            rest = after;
        }
        if rest.is_empty() {
            return Ok(words);
        }
        let mut word = Vec::new();
        rest = take_word(rest, &mut word)?;
        words.push(word);
    }
}

/// C's `isspace`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Takes the first word of a line, and gives what is behind it.
fn take_word<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], FrameError> {
    loop {
        rest = match rest {
            // A vertical tab parts words, but does not end one.
            [] | [b' ' | b'\n' | b'\r' | b'\t', ..] => return Ok(rest),
            [b'"', after @ ..] => return quoted(after, word),
            [b'\'', after @ ..] => return single_quoted(after, word),
            [byte, after @ ..] => {
                word.push(*byte);
                after
            }
        }
    }
}

/// Up to the closing quote, which ends the word: something else behind it is an error.
fn quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], FrameError> {
    loop {
        let (byte, after) = match rest {
            [b'\\', b'x', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (hex(*high) << 4 | hex(*low), after)
            }
            [b'\\', escaped, after @ ..] => (
                match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                },
                after,
            ),
            [b'"', after @ ..] => return closed(after),
            [byte, after @ ..] => (*byte, after),
            [] => return Err(FrameError::Quotes),
        };
        word.push(byte);
        rest = after;
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], FrameError> {
    loop {
        let (byte, after) = match rest {
            [b'\\', b'\'', after @ ..] => (b'\'', after),
            [b'\'', after @ ..] => return closed(after),
            [byte, after @ ..] => (*byte, after),
            [] => return Err(FrameError::Quotes),
        };
        word.push(byte);
        rest = after;
    }
}

fn closed(rest: &[u8]) -> Result<&[u8], FrameError> {
    match rest {
        [next, ..] if !is_space(*next) => Err(FrameError::Quotes),
        _ => Ok(rest),
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_redis() {
        for (line, expected) in [
            (b"set a \"b c\"\r\n".as_slice(), Some([b"set".as_slice(), b"a", b"b c"])),
            (b"x '' \"\"\n", Some([b"x", b"", b""])),
            (b"x 'it\\'s' \"\\x41\\xfF\\n\\\"\\q\"\n", Some([b"x", b"it's", b"A\xff\n\"q"])),
            (b"x a\"b c\" d\n", Some([b"x", b"ab c", b"d"])),
            (b"x '\\n' \"\\xg1\"\n", Some([b"x", b"\\n", b"xg1"])),
            (b"x\x0by a\x0b \x0bb\n", Some([b"x\x0by", b"a\x0b", b"b"])),
            (b"x a b\0 c\n", Some([b"x", b"a", b"b"])),
            (b"x \"a\n", None),
            (b"x 'a\n", None),
            (b"x 'a'b c\n", None),
            (b"x \"a\"b c\n", None),
            (b"x \"a\\", None),
        ] {
            let found = words(line).ok();
            let found = found.as_ref().map(|words| words.iter().map(Vec::as_slice).collect::<Vec<_>>());
            assert_eq!(
                found.as_deref(),
                expected.as_ref().map(<[_; 3]>::as_slice),
                "{}",
                line.escape_ascii()
            );
        }
    }
}
