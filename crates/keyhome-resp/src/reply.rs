//! Replies: where they end.

use crate::{
    error::FrameError,
    number::{self, Line},
};

/// The longest line of a reply: an error, a simple string, a number. Redis's own are far shorter; a script's error is not.
const LONGEST_LINE: usize = 1 << 20;

/// The longest of what has a length: Redis's `proto-max-bulk-len` can be set up to this.
const LONGEST: i64 = 1 << 40;

/// Finds the end of one reply, at the start of a buffer; when more bytes have been added to the buffer, it goes on where
/// it stopped. Aggregates may be nested to any depth: only the values that are still to come are counted.
#[derive(Debug, Clone, Copy)]
pub struct ReplyReader {
    /// Bytes that have been passed.
    at: usize,
    /// Values that are still to come.
    left: u64,
    /// Bytes that have to be there before it is worth looking again.
    needed: usize,
}

impl Default for ReplyReader {
    fn default() -> Self {
        Self { at: 0, left: 1, needed: 0 }
    }
}

impl ReplyReader {
    /// The length of the reply at the start of `buffer`, or None while it has not all come. After a length the reader
    /// begins anew.
    ///
    /// Errors leave a stream in which nobody knows where the next reply begins.
    #[inline]
    pub fn read(&mut self, buffer: &[u8]) -> Result<Option<usize>, FrameError> {
        if buffer.len() < self.needed {
            return Ok(None);
        }
        while self.left > 0 {
            let Some(rest) = buffer.get(self.at..) else { return Ok(self.wait(self.at + 1)) };
            let Some((kind, rest)) = rest.split_first() else { return Ok(self.wait(self.at + 3)) };
            match kind {
                b'$' | b'=' | b'!' => match number::line(rest) {
                    Line::Number(-1, header) => self.pass(1 + header, 0),
                    Line::Number(length @ 0..=LONGEST, header) => {
                        let end = header + length as usize;
                        match rest.get(end..end + 2) {
                            Some(b"\r\n") => self.pass(end + 3, 0),
                            Some(_) => return Err(FrameError::Reply),
                            None => return Ok(self.wait(self.at + end + 3)),
                        }
                    }
                    Line::Partial => return Ok(self.wait(buffer.len() + 1)),
                    _ => return Err(FrameError::Reply),
                },
                b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => match line_end(rest)? {
                    Some(end) => self.pass(1 + end, 0),
                    None => return Ok(self.wait(buffer.len() + 1)),
                },
                b'*' | b'%' | b'~' | b'>' | b'|' => match number::line(rest) {
                    Line::Number(-1, header) if *kind == b'*' => self.pass(1 + header, 0),
                    Line::Number(count @ 0..=LONGEST, header) => {
                        let count = count as u64;
                        // A map has two values an entry; attributes stand before the value they are about.
                        self.pass(
                            1 + header,
                            match kind {
                                b'%' => 2 * count,
                                b'|' => 2 * count + 1,
                                _ => count,
                            },
                        );
                    }
                    Line::Partial => return Ok(self.wait(buffer.len() + 1)),
                    _ => return Err(FrameError::Reply),
                },
                kind => return Err(FrameError::NoType(*kind)),
            }
        }
        let length = self.at;
        *self = Self::default();
        Ok(Some(length))
    }

    /// Bytes from the reply's first that must be there before it can be whole: a hint for buffers.
    pub fn needed(&self) -> usize {
        self.needed
    }

    #[inline]
    fn pass(&mut self, bytes: usize, values: u64) {
        self.at += bytes;
        // Lengths that only claim to be: no bytes could follow for so many values.
        self.left = (self.left - 1).saturating_add(values);
    }

    #[cold]
    fn wait(&mut self, needed: usize) -> Option<usize> {
        self.needed = needed;
        None
    }
}

/// Where the line that `rest` begins with ends, its CR and LF included.
#[inline]
fn line_end(rest: &[u8]) -> Result<Option<usize>, FrameError> {
    match rest.iter().position(|byte| *byte == b'\r') {
        Some(end) => match rest.get(end + 1) {
            Some(b'\n') => Ok(Some(end + 2)),
            Some(_) => Err(FrameError::Reply),
            None => Ok(None),
        },
        None if rest.len() > LONGEST_LINE => Err(FrameError::Reply),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const WHOLE: &[&[u8]] = &[
        b"+OK\r\n",
        b"-ERR no\r\n",
        b":-12\r\n",
        b"$-1\r\n",
        b"$0\r\n\r\n",
        b"$5\r\na\r\nbc\r\n",
        b"*-1\r\n",
        b"*0\r\n",
        b"*2\r\n*1\r\n:1\r\n$1\r\nx\r\n",
        b"%1\r\n+a\r\n:1\r\n",
        b"~2\r\n,1.5\r\n#t\r\n",
        b"_\r\n",
        b"(123456789012345678901234567890\r\n",
        b"=7\r\ntxt:abc\r\n",
        b"!3\r\nERR\r\n",
        b">2\r\n+pubsub\r\n+x\r\n",
        b"|1\r\n+ttl\r\n:3\r\n*1\r\n$1\r\nv\r\n",
    ];

    #[test]
    fn ends_are_found_at_every_cut() {
        for reply in WHOLE {
            let mut with_more = reply.to_vec();
            with_more.extend(b"+next\r\n");
            for cut in 0..reply.len() {
                let mut reader = ReplyReader::default();
                assert_eq!(reader.read(&with_more[..cut]), Ok(None), "{} at {cut}", reply.escape_ascii());
                assert!(
                    cut < reader.needed() && reader.needed() <= reply.len(),
                    "{} at {cut}",
                    reply.escape_ascii()
                );
                assert_eq!(
                    reader.read(&with_more),
                    Ok(Some(reply.len())),
                    "{} at {cut}",
                    reply.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn what_is_no_reply_is_an_error() {
        for reply in [
            b"hello".as_slice(),
            b"\r\n",
            b"$-2\r\n",
            b"$x\r\n",
            b"%-1\r\n",
            b"$3\r\nabcd\r\n",
            b"+a\rb",
            b"*?\r\n",
        ] {
            assert!(ReplyReader::default().read(reply).is_err(), "{}", reply.escape_ascii());
        }
    }

    proptest! {
        /// No bytes make it panic, and more bytes never unmake a length.
        #[test]
        fn anything_can_come(bytes in proptest::collection::vec(prop_oneof![Just(b'*'), Just(b'$'), Just(b'%'), Just(b'\r'), Just(b'\n'), Just(b'1'), any::<u8>()], 0..60)) {
            let mut lengths = Vec::new();
            for cut in 0..=bytes.len() {
                lengths.push(ReplyReader::default().read(&bytes[..cut]));
            }
            let whole = lengths.iter().position(|length| !matches!(length, Ok(None)));
            if let Some(whole) = whole {
                prop_assert!(lengths[whole..].iter().all(|length| *length == lengths[whole]));
            }
        }
    }
}
