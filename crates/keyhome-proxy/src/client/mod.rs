//! A connection of a client.

mod description;
mod replies;
mod selection;
mod session;

use std::io::Write;

use keyhome_resp::RequestReader;

pub(crate) use replies::{Replies, Wanted};
pub(crate) use selection::{ClientType, Selection};
pub(crate) use session::Session;

use crate::{
    buffers::{Input, Output, Stock},
    stream::Stream,
    subscriber::Subscriber,
    transaction::Transaction,
};

/// A reply of so many bytes is not copied, where nothing that was copied goes before it.
const LARGE: usize = 8 * 1024;

/// A client that has so many bytes of replies to read is not read from.
const MOST_UNREAD: usize = 256 * 1024;

/// Requests of one client that are with servers.
const MOST_PENDING: usize = 1024;

/// Bytes of requests of one client that are with servers.
const MOST_ASKED: usize = 16 << 20;

/// Bytes of replies that one client has still to get, if they are as large as those before.
const MOST_EXPECTED: usize = 16 << 20;

/// The size of a reply as long as none has come: a client that asks for much at once is answered a few at first.
const UNKNOWN_SIZE: usize = 256 * 1024;

/// A connection of a client.
#[allow(clippy::struct_excessive_bools, reason = "each is asked alone, and some of them for every request")]
pub(crate) struct Client {
    pub(crate) stream: Stream,
    pub(crate) pool: usize,
    /// Tells this client from the one that had its place before: replies that come too late are for that one.
    pub(crate) generation: u32,
    pub(crate) input: Input,
    /// Goes on in a request of which a part is in `input`.
    pub(crate) reader: RequestReader,
    pub(crate) output: Output,
    pub(crate) replies: Replies,
    pub(crate) session: Session,
    pub(crate) transaction: Option<Box<Transaction>>,
    pub(crate) subscriber: Option<Box<Subscriber>>,
    /// The connections of its own on which it waits for something to happen.
    pub(crate) blocked_on: Vec<usize>,
    /// It has one of the three above, or is about to: its requests are looked at more closely.
    pub(crate) special: bool,
    /// No more requests are read; it is closed when its replies are written.
    pub(crate) closing: bool,
    /// It has closed its end, or said QUIT.
    pub(crate) said_all: bool,
    /// No more of its requests are taken until replies are written.
    pub(crate) paused: bool,
    /// The end of what it says can be read: news of that come once.
    pub(crate) has_hung_up: bool,
    /// The size of a large reply among its latest.
    pub(crate) reply_size: usize,
    /// Bytes of its requests since none was with a server.
    asked: usize,
    /// Its requests wait until those before them are answered.
    pub(crate) halted: bool,
    /// It is among those to be written to.
    pub(crate) is_due: bool,
}

impl Client {
    pub(crate) fn new(stream: Stream, pool: usize, generation: u32, session: Session) -> Self {
        Self {
            stream,
            pool,
            generation,
            input: Input::default(),
            reader: RequestReader::default(),
            output: Output::default(),
            replies: Replies::default(),
            session,
            transaction: None,
            subscriber: None,
            blocked_on: Vec::new(),
            special: false,
            closing: false,
            said_all: false,
            paused: false,
            has_hung_up: false,
            reply_size: UNKNOWN_SIZE,
            asked: 0,
            halted: false,
            is_due: false,
        }
    }

    /// Answers the latest request, when those before it are answered.
    pub(crate) fn answer(&mut self, stock: &mut Stock, write: impl FnOnce(&mut Vec<u8>)) {
        self.replies.answer(&mut self.output, stock, write);
    }

    /// The reply of a server to request `number`, or a part of it. The bytes that were written at once.
    #[inline]
    pub(crate) fn receive(&mut self, number: u32, part: u32, reply: &[u8], stock: &mut Stock) -> usize {
        self.reply_size = reply.len().max(self.reply_size - self.reply_size / 8);
        if reply.len() >= LARGE && self.output.len() == 0 && self.replies.is_next(number) {
            return self.pass(reply, stock);
        }
        self.replies.receive(number, part, reply, &mut self.output, stock);
        0
    }

    /// Writes a large reply from where it was read to: copying it costs more than a call that writes it alone.
    fn pass(&mut self, reply: &[u8], stock: &mut Stock) -> usize {
        // What is wrong with the connection is found again when what is left is written.
        let written = self.stream.write(reply).unwrap_or(0);
        if written < reply.len() {
            self.output.buffer(stock).extend_from_slice(&reply[written..]);
        }
        self.replies.passed(&mut self.output, stock);
        written
    }

    /// Notes a request that was taken. False: before more are, replies must have come and been read.
    ///
    /// What is asked for at once is what has to be held at once, when servers are quicker than the client, or slower.
    #[inline]
    pub(crate) fn may_ask_more_after(&mut self, bytes: usize) -> bool {
        self.asked += bytes;
        self.may_ask(MOST_PENDING, MOST_EXPECTED)
    }

    /// Whether its requests are to be taken again. Later than they would just be allowed: to go on has a price.
    pub(crate) fn may_go_on(&mut self) -> bool {
        if self.replies.is_empty() {
            self.asked = 0;
        }
        self.may_ask(MOST_PENDING / 2, MOST_EXPECTED / 2)
    }

    fn may_ask(&self, pending: usize, expected: usize) -> bool {
        let waiting = self.replies.len();
        waiting < pending
            && waiting.saturating_mul(self.reply_size) < expected
            && self.asked < MOST_ASKED
            && self.output.len() < MOST_UNREAD
    }

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        let early = self.transaction.as_ref().map_or(0, |transaction| transaction.early.capacity());
        let buffers = self.input.held_bytes() + self.output.held_bytes();
        buffers + self.reader.held_bytes() + self.replies.held_bytes() + early
    }

    /// As after connecting: RESET. Where its state with servers goes is not known here.
    pub(crate) fn reset(&mut self) {
        self.session.reset();
        self.replies.wanted = Wanted::All;
    }

    /// To be called when a part of what makes it special has come or gone.
    pub(crate) fn update_special(&mut self) {
        self.special = self.transaction.is_some() || self.subscriber.is_some() || !self.blocked_on.is_empty();
    }
}
