//! A connection of a client.

mod replies;
mod session;

use keyhome_resp::RequestReader;

pub(crate) use replies::Replies;
pub(crate) use session::Session;

use crate::{
    buffers::{Input, Output, Stock},
    stream::Stream,
    subscriber::Subscriber,
    transaction::Transaction,
};

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
    /// Reading has stopped until replies are written.
    pub(crate) paused: bool,
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
            halted: false,
            is_due: false,
        }
    }

    /// Answers the latest request, when those before it are answered.
    pub(crate) fn answer(&mut self, stock: &mut Stock, write: impl FnOnce(&mut Vec<u8>)) {
        self.replies.answer(&mut self.output, stock, write);
    }

    /// The reply of a server to request `number`, or a part of it.
    #[inline]
    pub(crate) fn receive(&mut self, number: u32, part: u32, reply: &[u8], stock: &mut Stock) {
        self.replies.receive(number, part, reply, &mut self.output, stock);
    }

    /// To be called when a part of what makes it special has come or gone.
    pub(crate) fn update_special(&mut self) {
        self.special = self.transaction.is_some() || self.subscriber.is_some() || !self.blocked_on.is_empty();
    }
}
