//! Bytes on their way: taken from a stock when there are some, given back when they are gone, so that a connection that
//! is silent holds no memory and a busy one allocates none.

use std::io::{self, ErrorKind, Write};

use keyhome::command::Merge;

use crate::gather::Gather;

/// Empty buffers to be used again.
pub(crate) struct Stock {
    buffers: Vec<Vec<u8>>,
    #[allow(clippy::vec_box, reason = "they go from here to a client in their boxes, and back")]
    gathers: Vec<Box<Gather>>,
}

/// Buffers that are kept. What is busy at one time is few: sockets take most writes at once.
const KEPT: usize = 32;

/// Room for what is to come, however little has come.
const LEAST_ROOM: usize = 16 * 1024;

/// Replies in the making that are kept, as many as clients commonly wait for at one time, and the largest of them.
const GATHERS_KEPT: usize = 64;
const LARGEST_GATHER: usize = 8 * 1024;

/// The largest buffer that is kept.
const LARGEST_KEPT: usize = 64 * 1024;

impl Stock {
    pub(crate) fn new() -> Self {
        Self { buffers: Vec::with_capacity(KEPT), gathers: Vec::new() }
    }

    pub(crate) fn take(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_else(|| Vec::with_capacity(4096))
    }

    pub(crate) fn give(&mut self, mut buffer: Vec<u8>) {
        if self.buffers.len() < KEPT && (1..=LARGEST_KEPT).contains(&buffer.capacity()) {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }

    /// For a request of so many parts.
    #[allow(clippy::unnecessary_box_returns, reason = "what is kept is boxes")]
    pub(crate) fn take_gather(&mut self, merge: Merge, parts: usize) -> Box<Gather> {
        match self.gathers.pop() {
            Some(mut gather) => {
                gather.renew(merge, parts);
                gather
            }
            None => Box::new(Gather::new(merge, parts)),
        }
    }

    pub(crate) fn give_gather(&mut self, gather: Box<Gather>) {
        if self.gathers.len() < GATHERS_KEPT && gather.held_bytes() <= LARGEST_GATHER {
            self.gathers.push(gather);
        }
    }
}

/// Times that a connection is written to at once: one that reads as fast as it is written to would hold up the others.
const MOST_WRITES: usize = 8;

/// How far writing has come.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Written {
    /// All of it.
    All,
    /// The connection takes no more, and says when it does.
    Blocked,
    /// Others are to have their turn.
    More,
}

/// What is to be written to a connection.
#[derive(Default)]
pub(crate) struct Output {
    bytes: Vec<u8>,
    written: usize,
    /// The connection took no more the last time, and maybe a part.
    is_cut: bool,
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

    /// Whether nothing of it was written.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        !self.is_cut
    }

    /// Bytes that wait.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() - self.written
    }

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// Writes what the connection takes.
    pub(crate) fn write_to(&mut self, stream: &mut impl Write, stock: &mut Stock) -> io::Result<Written> {
        let mut writes = 0;
        while self.written < self.bytes.len() {
            if writes == MOST_WRITES {
                self.is_cut = true;
                self.forget_written();
                return Ok(Written::More);
            }
            writes += 1;
            match stream.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.is_cut = true;
                    self.forget_written();
                    return Ok(Written::Blocked);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.written = 0;
        self.is_cut = false;
        stock.give(std::mem::take(&mut self.bytes));
        Ok(Written::All)
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

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// A large value comes in few pieces then; one that only claims to be large gets memory as it comes, or many clients
    /// that claim would take it all.
    fn expect(&mut self, needed: usize) {
        let come = self.bytes.len();
        let room = needed.saturating_sub(come).min(come.max(LEAST_ROOM)).min(1 << 20);
        self.bytes.reserve(room);
    }
}
