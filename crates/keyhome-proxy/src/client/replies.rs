//! The replies of a client come back in the order of its requests, whoever answers first.

use std::collections::VecDeque;

use crate::{
    buffers::{Output, Stock},
    gather::Gather,
};

/// A reply that is to come.
enum Slot {
    /// Of one server.
    Waiting,
    /// It has come before its turn: its place in `held`.
    Held { start: u32, end: u32 },
    /// It has come, and is large or late.
    Apart(Vec<u8>),
    /// It is made of several.
    Gathering(Box<Gather>),
}

/// `held` is cut when nothing in it waits; replies beyond this size are kept apart, so that it stays small.
const MOST_HELD: usize = 64 * 1024;

/// The replies of a client that are still to come, in the order of its requests.
#[derive(Default)]
pub(crate) struct Replies {
    slots: VecDeque<Slot>,
    /// The number of the request whose reply is the first of `slots`.
    first: u32,
    /// Replies that came before it was their turn, one after the other.
    held: Vec<u8>,
    held_count: usize,
    /// Bytes of replies that are apart or made of parts.
    apart_bytes: usize,
}

impl Replies {
    /// How many are to come.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held.capacity() + self.apart_bytes
    }

    /// The number of a request that a server answers.
    #[inline]
    pub(crate) fn expect(&mut self) -> u32 {
        self.slots.push_back(Slot::Waiting);
        self.first.wrapping_add(self.slots.len() as u32 - 1)
    }

    /// The number of a request that several servers answer.
    pub(crate) fn expect_parts(&mut self, gather: Box<Gather>) -> u32 {
        self.slots.push_back(Slot::Gathering(gather));
        self.first.wrapping_add(self.slots.len() as u32 - 1)
    }

    /// Whether a reply of one server to request `number` is the next that the client is to have.
    #[inline]
    pub(crate) fn is_next(&self, number: u32) -> bool {
        number == self.first && matches!(self.slots.front(), Some(Slot::Waiting))
    }

    /// The next reply is on its way already.
    pub(crate) fn passed(&mut self, output: &mut Output, stock: &mut Stock) {
        self.advance(output, stock);
    }

    /// Answers the latest request, when those before it are answered.
    pub(crate) fn answer(
        &mut self,
        output: &mut Output,
        stock: &mut Stock,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        if self.slots.is_empty() {
            write(output.buffer(stock));
        } else {
            let mut reply = stock.take();
            write(&mut reply);
            self.slots.push_back(Slot::Waiting);
            let last = self.slots.len() - 1;
            self.hold(last, &reply, stock);
            stock.give(reply);
        }
    }

    /// The reply of a server to request `number`, or a part of it.
    #[inline]
    pub(crate) fn receive(
        &mut self,
        number: u32,
        part: u32,
        reply: &[u8],
        output: &mut Output,
        stock: &mut Stock,
    ) {
        let at = number.wrapping_sub(self.first) as usize;
        match self.slots.get_mut(at) {
            Some(Slot::Waiting) if at == 0 => {
                output.buffer(stock).extend_from_slice(reply);
                self.advance(output, stock);
            }
            Some(Slot::Waiting) => self.hold(at, reply, stock),
            Some(Slot::Gathering(gather)) => {
                self.apart_bytes += reply.len();
                if !gather.add(part as usize, reply) {
                    return;
                }
                self.apart_bytes -= gather.bytes();
                if at == 0 {
                    gather.write(output.buffer(stock));
                    self.advance(output, stock);
                } else {
                    let mut whole = stock.take();
                    gather.write(&mut whole);
                    self.hold(at, &whole, stock);
                    stock.give(whole);
                }
            }
            // It was answered already: nothing is answered twice.
            Some(Slot::Held { .. } | Slot::Apart(_)) | None => {}
        }
    }

    #[inline]
    fn hold(&mut self, at: usize, reply: &[u8], stock: &mut Stock) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        if self.held.len() + reply.len() <= MOST_HELD {
            if self.held.capacity() == 0 {
                self.held = stock.take();
            }
            let start = self.held.len() as u32;
            self.held.extend_from_slice(reply);
            self.held_count += 1;
            *slot = Slot::Held { start, end: self.held.len() as u32 };
        } else {
            self.apart_bytes += reply.len();
            *slot = Slot::Apart(reply.to_vec());
        }
    }

    /// The first reply is on its way: so are those that waited for it.
    #[inline]
    fn advance(&mut self, output: &mut Output, stock: &mut Stock) {
        self.slots.pop_front();
        self.first = self.first.wrapping_add(1);
        while let Some(slot) = self.slots.front() {
            match slot {
                Slot::Held { start, end } => {
                    let reply = self.held.get(*start as usize..*end as usize).unwrap_or_default();
                    output.buffer(stock).extend_from_slice(reply);
                    self.held_count -= 1;
                    if self.held_count == 0 {
                        self.held.clear();
                    }
                }
                Slot::Apart(reply) => {
                    self.apart_bytes -= reply.len();
                    output.buffer(stock).extend_from_slice(reply);
                }
                Slot::Waiting | Slot::Gathering(_) => break,
            }
            self.slots.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        if self.slots.is_empty() {
            // A silent connection holds no memory.
            if self.slots.capacity() > 128 {
                self.slots = VecDeque::new();
            }
            if self.held.capacity() > 0 && self.held_count == 0 {
                stock.give(std::mem::take(&mut self.held));
            }
        }
    }
}
