//! Requests: where the words of a command are.

use alloc::vec::Vec;

use crate::{encode, error::FrameError, inline, number};

/// A word of a request: its place in the bytes that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Word {
    /// Its bytes, of the buffer that the request was read from.
    #[inline]
    pub fn of(self, buffer: &[u8]) -> &[u8] {
        &buffer[self.start..self.end]
    }
}

/// How large a request may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Words of a request.
    pub words: usize,
    /// Bytes of a word.
    pub word_bytes: usize,
    /// Bytes of a request.
    pub request_bytes: usize,
}

impl Default for Limits {
    /// Those of redis-server: 1,048,576 words, 512 MiB a word; of a whole request as much as two words.
    fn default() -> Self {
        Self { words: 1024 * 1024, word_bytes: 512 << 20, request_bytes: 1 << 30 }
    }
}

/// Words for which there is room after a request: one of a million words leaves no memory behind.
const MOST_KEPT: usize = 256;

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It is whole, and takes this many bytes. Without words it is to be passed over: `*0`, an empty line.
    Whole(usize),
    /// More bytes are needed: at least this many in all.
    Partial(usize),
}

/// Reads one request from the start of a buffer; when more bytes have been added to the buffer, it goes on where it
/// stopped. [`clear`](Self::clear) it for the next request.
#[derive(Debug, Default)]
pub struct RequestReader {
    words: Vec<Word>,
    /// Bytes that have been read.
    at: usize,
    /// Words that are still to come; None before the count.
    left: Option<usize>,
    /// A request that came as a line of words, as people type it, written as a frame; empty for others.
    line: Vec<u8>,
}

impl RequestReader {
    /// Begins with another request.
    pub fn clear(&mut self) {
        if self.words.capacity() > MOST_KEPT {
            self.words = Vec::new();
        }
        self.words.clear();
        self.at = 0;
        self.left = None;
        // A connection that is silent holds no memory.
        if !self.line.is_empty() {
            self.line = Vec::new();
        }
    }

    /// The words that were found, in the [frame](Self::frame).
    #[inline]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Bytes of memory for the places of words.
    pub fn held_bytes(&self) -> usize {
        self.words.capacity() * size_of::<Word>()
    }

    /// The frame of a request that is whole, which can be passed on: `read` as it was read; of a line of words, which is
    /// no frame, one that says the same.
    #[inline]
    pub fn frame<'a>(&'a self, read: &'a [u8]) -> &'a [u8] {
        if self.line.is_empty() { read } else { &self.line }
    }

    /// Reads on in `buffer`, which begins with the request's first byte.
    ///
    /// Errors leave a stream in which nobody knows where the next request begins.
    #[inline]
    pub fn read(&mut self, buffer: &[u8], limits: &Limits) -> Result<Progress, FrameError> {
        let mut left = match self.left {
            Some(left) => left,
            None => match *buffer {
                [b'*', ..] => match number::line(&buffer[1..]) {
                    number::Line::Number(count, length) => {
                        let count = usize::try_from(count).unwrap_or(0);
                        if count > limits.words {
                            return Err(FrameError::WordCount);
                        }
                        self.at = 1 + length;
                        self.left = Some(count);
                        count
                    }
                    number::Line::Partial => return Ok(Progress::Partial(buffer.len() + 1)),
                    number::Line::Wrong => return Err(FrameError::WordCount),
                },
                [] => return Ok(Progress::Partial(1)),
                _ => return self.read_inline(buffer),
            },
        };
        while left > 0 {
            let rest = buffer.get(self.at..).unwrap_or_default();
            let (length, header) = match *rest {
                [b'$', ..] => match number::line(&rest[1..]) {
                    number::Line::Number(length, header) => (length, header + 1),
                    number::Line::Partial => return self.partial(left, buffer.len() + 1, limits),
                    number::Line::Wrong => return Err(FrameError::WordLength),
                },
                [] => return self.partial(left, buffer.len() + 4, limits),
                [byte, ..] => return Err(FrameError::NoWord(byte)),
            };
            let length = usize::try_from(length).ok().filter(|length| *length <= limits.word_bytes);
            let length = length.ok_or(FrameError::WordLength)?;
            let start = self.at + header;
            let end = start + length;
            match buffer.get(end..end + 2) {
                Some(b"\r\n") => {
                    self.words.push(Word { start, end });
                    self.at = end + 2;
                    left -= 1;
                }
                Some(_) => return Err(FrameError::WordLength),
                None => return self.partial(left, end + 2, limits),
            }
        }
        if self.at > limits.request_bytes {
            return Err(FrameError::LargeRequest);
        }
        Ok(Progress::Whole(self.at))
    }

    #[cold]
    fn partial(&mut self, left: usize, needed: usize, limits: &Limits) -> Result<Progress, FrameError> {
        if needed > limits.request_bytes {
            return Err(FrameError::LargeRequest);
        }
        self.left = Some(left);
        Ok(Progress::Partial(needed))
    }

    #[cold]
    fn read_inline(&mut self, buffer: &[u8]) -> Result<Progress, FrameError> {
        let Some(length) = inline::line_length(buffer, self.at)? else {
            self.at = buffer.len();
            return Ok(Progress::Partial(buffer.len() + 1));
        };
        let words = inline::words(buffer.get(..length).unwrap_or_default())?;
        encode::array(&mut self.line, words.len());
        for word in words {
            encode::bulk(&mut self.line, &word);
            let end = self.line.len() - 2;
            self.words.push(Word { start: end - word.len(), end });
        }
        Ok(Progress::Whole(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec};
    use proptest::prelude::*;

    fn words(buffer: &[u8]) -> Result<(Vec<Vec<u8>>, usize), FrameError> {
        let mut reader = RequestReader::default();
        match reader.read(buffer, &Limits::default())? {
            Progress::Whole(length) => {
                let frame = reader.frame(&buffer[..length]);
                Ok((reader.words().iter().map(|word| word.of(frame).to_vec()).collect(), length))
            }
            Progress::Partial(_) => panic!("not whole: {}", buffer.escape_ascii()),
        }
    }

    #[test]
    fn words_are_found() {
        for (bytes, expected) in [
            (b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n+".as_slice(), (vec![b"GET".as_slice(), b""], 19)),
            (b"*1\r\n$12\r\nabcdefghijkl\r\n", (vec![b"abcdefghijkl"], 23)),
            (b"*0\r\n", (vec![], 4)),
            (b"*-1\r\nx", (vec![], 5)),
            (b"ping  a\r\n", (vec![b"ping", b"a"], 9)),
            (b"set a 'b c'\nx", (vec![b"set", b"a", b"b c"], 12)),
            (b"\r\n", (vec![], 2)),
        ] {
            let (words, length) = words(bytes).unwrap();
            assert_eq!(
                (words.iter().map(Vec::as_slice).collect(), length),
                expected,
                "{}",
                bytes.escape_ascii()
            );
        }
    }

    #[test]
    fn a_line_becomes_a_frame() {
        let mut reader = RequestReader::default();
        for _ in 0..2 {
            assert_eq!(reader.read(b"GET 'a b'\r\n", &Limits::default()), Ok(Progress::Whole(11)));
            assert_eq!(reader.frame(b"GET 'a b'\r\n"), b"*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
            reader.clear();
        }
        assert_eq!(reader.read(b"*1\r\n$1\r\na\r\n", &Limits::default()), Ok(Progress::Whole(11)));
        assert_eq!(reader.frame(b"*1\r\n$1\r\na\r\n"), b"*1\r\n$1\r\na\r\n");
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for (bytes, error) in [
            (b"*x\r\n".as_slice(), FrameError::WordCount),
            (b"*1048577\r\n", FrameError::WordCount),
            (b"*99999999999999999999\r\n", FrameError::WordCount),
            (b"*1\r\n:1\r\n", FrameError::NoWord(b':')),
            (b"*1\r\n$-1\r\n", FrameError::WordLength),
            (b"*1\r\n$01\r\n", FrameError::WordLength),
            (b"*1\r\n$\r\n\r\n", FrameError::WordLength),
            (b"*1\r\n$536870913\r\n", FrameError::WordLength),
            (b"*1\r\n$1\r\nabc", FrameError::WordLength),
            (b"*1\r\n$1\ra", FrameError::WordLength),
        ] {
            assert_eq!(words(bytes), Err(error), "{}", bytes.escape_ascii());
        }
        let limits = Limits { request_bytes: 20, ..Limits::default() };
        let large = RequestReader::default().read(b"*1\r\n$100\r\n", &limits);
        assert_eq!(large, Err(FrameError::LargeRequest));
    }

    #[test]
    fn what_is_needed_is_said() {
        let mut reader = RequestReader::default();
        let read = |reader: &mut RequestReader, bytes: &[u8]| reader.read(bytes, &Limits::default()).unwrap();
        assert_eq!(read(&mut reader, b"*2\r\n$3\r\nSET"), Progress::Partial(13));
        assert_eq!(read(&mut reader, b"*2\r\n$3\r\nSET\r\n$100\r\n"), Progress::Partial(121));
    }

    proptest! {
        /// However a request is cut, its words are the same.
        #[test]
        fn cuts_do_not_matter(words in proptest::collection::vec("[a-z\r\n*$]{0,40}", 0..9), cuts in proptest::collection::vec(0usize..400, 0..6)) {
            let mut buffer = Vec::new();
            crate::request(&mut buffer, &words);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % buffer.len()).collect();
            cuts.sort_unstable();
            let mut reader = RequestReader::default();
            for cut in cuts {
                let progress = reader.read(&buffer[..cut], &Limits::default()).unwrap();
                let Progress::Partial(needed) = progress else { panic!("whole at {cut}") };
                prop_assert!(cut < needed && needed <= buffer.len());
            }
            prop_assert_eq!(reader.read(&buffer, &Limits::default()), Ok(Progress::Whole(buffer.len())));
            let found: Vec<String> =
                reader.words().iter().map(|word| String::from_utf8(word.of(&buffer).to_vec()).unwrap()).collect();
            prop_assert_eq!(found, words);
        }

        /// No bytes make it panic.
        #[test]
        fn anything_can_come(bytes in proptest::collection::vec(prop_oneof![Just(b'*'), Just(b'$'), Just(b'\r'), Just(b'\n'), Just(b'1'), any::<u8>()], 0..80)) {
            let _ = RequestReader::default().read(&bytes, &Limits::default());
        }
    }
}
