//! The replies of a client come back in the order of its requests, whoever answers first.

use std::collections::VecDeque;

use crate::{
    buffers::{Output, Stock},
    gather::Gather,
    survey::Survey,
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
    /// It is made of what several say.
    Surveying(Box<Survey>),
    /// The client does not want it: so many parts of it are still to come.
    Unwanted(u32),
}

/// Which replies a client wants: CLIENT REPLY.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    #[default]
    All,
    /// All but that of the next request.
    AllButNext,
    None,
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
    pub(crate) wanted: Wanted,
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
        self.push(Slot::Waiting, 1)
    }

    /// The number of a request that so many servers answer in parts.
    pub(crate) fn expect_parts(&mut self, gather: Box<Gather>, parts: usize) -> u32 {
        self.push(Slot::Gathering(gather), parts)
    }

    /// The number of a request about which several are asked.
    pub(crate) fn expect_survey(&mut self, survey: Survey) -> u32 {
        // It ends as it would, which may be before all have answered.
        let survey = if self.is_wanted() { survey } else { survey.unwanted() };
        self.add(Slot::Surveying(Box::new(survey)))
    }

    #[inline]
    fn push(&mut self, slot: Slot, parts: usize) -> u32 {
        let slot = if self.is_wanted() { slot } else { Slot::Unwanted(parts as u32) };
        self.add(slot)
    }

    #[inline]
    fn add(&mut self, slot: Slot) -> u32 {
        self.slots.push_back(slot);
        self.first.wrapping_add(self.slots.len() as u32 - 1)
    }

    /// Whether the reply to this request is wanted; to be asked once a request.
    #[inline]
    fn is_wanted(&mut self) -> bool {
        match self.wanted {
            Wanted::All => true,
            Wanted::AllButNext => {
                self.wanted = Wanted::All;
                false
            }
            Wanted::None => false,
        }
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
        if !self.is_wanted() {
            return;
        }
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
                self.finish_gather(at, output, stock);
            }
            Some(Slot::Surveying(survey)) => {
                self.apart_bytes += reply.len();
                if survey.add(part as usize, reply) {
                    self.finish_survey(at, output, stock);
                }
            }
            Some(Slot::Unwanted(missing)) => {
                *missing = missing.saturating_sub(1);
                if *missing == 0 && at == 0 {
                    self.advance(output, stock);
                } else if *missing == 0 {
                    self.hold(at, b"", stock);
                }
            }
            // It was answered already: nothing is answered twice.
            Some(Slot::Held { .. } | Slot::Apart(_)) | None => {}
        }
    }

    fn finish_gather(&mut self, at: usize, output: &mut Output, stock: &mut Stock) {
        let slot = self.slots.get_mut(at).map(|slot| std::mem::replace(slot, Slot::Waiting));
        let Some(Slot::Gathering(mut gather)) = slot else { return };
        if at == 0 {
            gather.write(output.buffer(stock));
            self.advance(output, stock);
        } else {
            let mut whole = stock.take();
            gather.write(&mut whole);
            self.hold(at, &whole, stock);
            stock.give(whole);
        }
        stock.give_gather(gather);
    }

    #[cold]
    fn finish_survey(&mut self, at: usize, output: &mut Output, stock: &mut Stock) {
        let slot = self.slots.get_mut(at).map(|slot| std::mem::replace(slot, Slot::Waiting));
        let mut whole = Vec::new();
        if let Some(Slot::Surveying(survey)) = slot {
            self.apart_bytes = self.apart_bytes.saturating_sub(survey.bytes());
            survey.write(&mut whole);
        }
        if at == 0 {
            output.buffer(stock).extend_from_slice(&whole);
            self.advance(output, stock);
        } else {
            self.hold(at, &whole, stock);
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
                Slot::Waiting | Slot::Gathering(_) | Slot::Surveying(_) | Slot::Unwanted(_) => break,
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
