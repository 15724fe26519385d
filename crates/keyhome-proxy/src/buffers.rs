//! Bytes on their way: taken from a stock when there are some, given back when they are gone, so that a connection that
//! is silent holds no memory and a busy one allocates none.

use std::io::{self, ErrorKind, Read, Write};

/// Empty buffers to be used again.
pub(crate) struct Stock {
    buffers: Vec<Vec<u8>>,
}

/// Buffers that are kept. What is busy at one time is few: sockets take most writes at once.
const KEPT: usize = 32;

/// The largest buffer that is kept.
const LARGEST_KEPT: usize = 64 * 1024;

impl Stock {
    pub(crate) fn new() -> Self {
        Self { buffers: Vec::with_capacity(KEPT) }
    }

    fn take(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_else(|| Vec::with_capacity(4096))
    }

    fn give(&mut self, mut buffer: Vec<u8>) {
        if self.buffers.len() < KEPT && (1..=LARGEST_KEPT).contains(&buffer.capacity()) {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }
}

/// What is to be written to a connection.
#[derive(Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    written: usize,
}

impl Output {
    /// Where more is added.
    #[inline]
    pub(crate) fn buffer(&mut self, stock: &mut Stock) -> &mut Vec<u8> {
        if self.bytes.capacity() == 0 {
            self.bytes = stock.take();
        }
        &mut self.bytes
    }

    /// Bytes that wait.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.written
    }

    /// Writes what the connection takes; true when all is written.
    pub(crate) fn write_to(&mut self, stream: &mut impl Write, stock: &mut Stock) -> io::Result<bool> {
        while self.written < self.bytes.len() {
            match stream.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.forget_written();
                    return Ok(false);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.written = 0;
        stock.give(std::mem::take(&mut self.bytes));
        Ok(true)
    }

    /// What a slow reader has read makes room before the buffer grows.
    fn forget_written(&mut self) {
        if self.written >= LARGEST_KEPT && self.written * 2 >= self.bytes.len() {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
    }
}

/// What has come of a frame that is not whole.
#[derive(Default)]
pub(crate) struct Input {
    pub(crate) bytes: Vec<u8>,
}

impl Input {
    /// Keeps the rest of what was read.
    pub(crate) fn keep(&mut self, rest: &[u8], needed: usize, stock: &mut Stock) {
        if rest.is_empty() {
            return;
        }
        if self.bytes.capacity() == 0 {
            self.bytes = stock.take();
        }
        self.bytes.extend_from_slice(rest);
        self.expect(needed);
    }

    /// Reads more, at least `room` bytes if so many come. A count that filled the room is given as it is.
    pub(crate) fn read_from(&mut self, stream: &mut impl Read, room: usize) -> io::Result<usize> {
        let before = self.bytes.len();
        let more = (self.bytes.capacity() - before).clamp(room, 1 << 20);
        self.bytes.resize(before + more, 0);
        let read = stream.read(&mut self.bytes[before..]);
        self.bytes.truncate(before + *read.as_ref().unwrap_or(&0));
        read.map(|count| if count == more { usize::MAX } else { count })
    }

    /// Forgets the first bytes, which have been used; `needed` bytes are to come in all.
    pub(crate) fn forget(&mut self, used: usize, needed: usize, stock: &mut Stock) {
        if used == self.bytes.len() {
            stock.give(std::mem::take(&mut self.bytes));
            return;
        }
        if used > 0 {
            self.bytes.drain(..used);
        }
        self.expect(needed);
    }

    /// A large value comes in one piece then; one that only claims to be large gets memory as it comes.
    fn expect(&mut self, needed: usize) {
        let room = needed.saturating_sub(self.bytes.len()).min(1 << 20);
        self.bytes.reserve(room);
    }
}
