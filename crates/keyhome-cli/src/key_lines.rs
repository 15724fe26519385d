//! Keys that stream in, a batch at a time, in memory that does not grow with their number.

use std::io::{self, Read};

use crate::{failure::Failure, hexadecimal, report};

const BLOCK: usize = 1 << 16;

/// How keys are written in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// As they are: a key is the bytes before a line feed.
    Bytes,
    /// In hexadecimal digits; a carriage return behind them is ignored.
    Hex,
}

impl Writing {
    pub(crate) fn new(hex: bool) -> Self {
        if hex { Self::Hex } else { Self::Bytes }
    }

    /// The key that `word` writes. `place` says where it stands, for the error.
    pub(crate) fn read(self, word: &[u8], place: impl FnOnce() -> String) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Bytes => Ok(word.to_vec()),
            Self::Hex => hexadecimal::decode(word.strip_suffix(b"\r").unwrap_or(word)).ok_or_else(|| {
                let shown: String = String::from_utf8_lossy(word).chars().take(40).collect();
                Failure::Input(format!("{}: {shown:?} is not an even number of hexadecimal digits", place()))
            }),
        }
    }
}

/// Lines of a stream as keys.
pub(crate) struct KeyLines<R> {
    input: R,
    /// Bytes read and not handed out, at its front.
    buffer: Vec<u8>,
    filled: usize,
    line: u64,
    writing: Writing,
    carriage_return: bool,
}

impl<R: Read> KeyLines<R> {
    pub(crate) fn new(input: R, writing: Writing) -> Self {
        Self { input, buffer: vec![0; BLOCK], filled: 0, line: 0, writing, carriage_return: false }
    }

    /// Hands over all keys, as many at a time as one read gave. What `each` was given before a bad line stands.
    /// `source` names the stream in errors.
    pub(crate) fn for_each_batch(
        mut self,
        source: &str,
        mut each: impl FnMut(&[&[u8]]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        loop {
            if self.filled == self.buffer.len() {
                self.buffer.resize(2 * self.filled, 0);
            }
            let read = match self.input.read(&mut self.buffer[self.filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::Read { file: source.into(), error }),
            };
            let searched = self.filled;
            self.filled += read;
            let last = memchr::memrchr(b'\n', &self.buffer[searched..self.filled]).map(|at| searched + at);
            let (end, next) = match last {
                Some(last) => (last, last + 1),
                None if read == 0 && self.filled > 0 => (self.filled, self.filled),
                None if read == 0 => return Ok(()),
                None => continue,
            };
            let lines = Lines { bytes: &self.buffer[..end], more: true };
            hand_over(lines, self.writing, &mut self.line, &mut self.carriage_return, source, &mut each)?;
            self.buffer.copy_within(next..self.filled, 0);
            self.filled -= next;
        }
    }
}

fn hand_over(
    lines: Lines<'_>,
    writing: Writing,
    number: &mut u64,
    carriage_return: &mut bool,
    source: &str,
    each: &mut impl FnMut(&[&[u8]]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if writing == Writing::Bytes {
        let keys: Vec<&[u8]> = lines.collect();
        *number += keys.len() as u64;
        if !*carriage_return && keys.iter().any(|key| key.ends_with(b"\r")) {
            *carriage_return = true;
            report::warning(&format!(
                "lines of {source} end in a carriage return, which belongs to the key; was the file written on Windows?"
            ));
        }
        return each(&keys);
    }
    let mut keys = Vec::new();
    let mut bad = None;
    for line in lines {
        *number += 1;
        match writing.read(line, || format!("line {number} of {source}")) {
            Ok(key) => keys.push(key),
            Err(failure) => {
                bad = Some(failure);
                break;
            }
        }
    }
    let keys: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
    each(&keys)?;
    bad.map_or(Ok(()), Err)
}

/// The lines of a run of bytes that ends where a line does.
struct Lines<'b> {
    bytes: &'b [u8],
    more: bool,
}

impl<'b> Iterator for Lines<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        if !self.more {
            return None;
        }
        let Some(at) = memchr::memchr(b'\n', self.bytes) else {
            self.more = false;
            return Some(self.bytes);
        };
        let line = &self.bytes[..at];
        self.bytes = &self.bytes[at + 1..];
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that gives a few bytes a read.
    struct Dripping<'b>(&'b [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(self.0.len()).min(buffer.len());
            buffer[..size].copy_from_slice(&self.0[..size]);
            self.0 = &self.0[size..];
            Ok(size)
        }
    }

    fn keys(text: &[u8], drip: usize, hex: bool) -> (Vec<Vec<u8>>, Result<(), Failure>) {
        let mut all = Vec::new();
        let lines = KeyLines::new(Dripping(text, drip), Writing::new(hex));
        let done = lines.for_each_batch("stdin", |keys| {
            all.extend(keys.iter().map(|key| key.to_vec()));
            Ok(())
        });
        (all, done)
    }

    #[test]
    fn a_key_is_what_stands_before_a_line_feed() {
        for drip in [1, 2, 3, 100] {
            let (got, done) = keys(b"a\n\n b\t\r\n\xff\0\nlast", drip, false);
            assert_eq!(got, [&b"a"[..], b"", b" b\t\r", b"\xff\0", b"last"]);
            done.unwrap();
            assert_eq!(keys(b"", drip, false).0, Vec::<Vec<u8>>::new());
            assert_eq!(keys(b"\n", drip, false).0, [b""]);
            assert_eq!(keys(b"a\n", drip, false).0, [b"a"]);
        }
    }

    #[test]
    fn a_key_longer_than_any_block() {
        let mut text = vec![b'x'; 5 << 20];
        text.push(b'\n');
        text.push(b'y');
        let (got, _) = keys(&text, 1 << 14, false);
        assert_eq!((got[0].len(), &got[1][..]), (5 << 20, &b"y"[..]));
    }

    #[test]
    fn bad_hexadecimal_stops_after_what_was_good() {
        let (got, done) = keys(b"00ff\r\nAB\nzz\n01\n", 100, true);
        assert_eq!(got, [&b"\0\xff"[..], b"\xab"]);
        assert!(done.unwrap_err().to_string().starts_with("line 3 of stdin"));
    }
}
