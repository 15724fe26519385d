//! From what a client sends to the servers that answer it.

use std::{
    io::{ErrorKind, Read},
    ops::Range,
};

use keyhome::command::{CommandKind, FanOut, command_kind};
use keyhome_resp::{FrameError, Limits, Progress, RequestReader, Word, error};

use super::{MOST_READS, READ, Why, Worker};
use crate::{
    answers::{self, errors},
    client::Client,
    pool::Refusal,
    server::Waiting,
};

/// What a client may send before it has said the password: as much as redis-server takes then.
const OF_STRANGERS: Limits = Limits { words: 10, word_bytes: 16_384, request_bytes: 256 * 1024 };

/// The frame that a request came in, and its words in it.
pub(super) struct Request<'a> {
    pub(super) frame: &'a [u8],
    words: &'a [Word],
}

impl<'a> Request<'a> {
    #[inline]
    pub(super) fn word(&self, at: usize) -> Option<&'a [u8]> {
        self.words.get(at).map(|word| word.of(self.frame))
    }

    pub(super) fn words(&self) -> Vec<&'a [u8]> {
        self.words.iter().map(|word| word.of(self.frame)).collect()
    }

    /// How many words it has.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The bytes of some words with their headers, as they stand in the frame.
    #[inline]
    pub(super) fn bytes_of(&self, words: Range<usize>) -> &'a [u8] {
        let end = |words: &[Word]| words.last().map_or(self.head(), |word| word.end + 2);
        let start = self.words.get(..words.start).map_or(self.frame.len(), end);
        let end = self.words.get(..words.end).map_or(self.frame.len(), end);
        self.frame.get(start..end).unwrap_or_default()
    }

    /// The bytes before the first word: the line that says how many there are.
    fn head(&self) -> usize {
        self.frame.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1)
    }
}

/// Whether a request was taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Taken {
    /// It was.
    Now,
    /// Those before it must be answered first; it is to be offered again then.
    Later,
}

impl Worker {
    pub(super) fn read_client(&mut self, index: usize) {
        for _ in 0..MOST_READS {
            let Some(client) = self.clients.get_mut(index) else { return };
            if client.closing {
                return self.drain_closing(index);
            }
            if client.halted || client.paused {
                return;
            }
            // News of an end come once: it is read until there.
            let has_hung_up = client.has_hung_up;
            match client.stream.read(&mut self.scratch) {
                Ok(0) => return self.client_has_ended(index),
                Ok(count) => {
                    self.counters[client.pool].received += count as u64;
                    self.take_requests(index, count);
                    self.count_after(count);
                    if count < READ && !has_hung_up {
                        return;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.close_client(index, Why::Error),
            }
        }
        self.unread.push(index);
    }

    /// It will say no more. What it has asked for is answered, as twemproxy does it; but nothing may happen to a request
    /// that waits for something to happen, and a listener asks for nothing.
    pub(super) fn client_has_ended(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if client.special {
            return self.close_client(index, Why::End);
        }
        client.closing = true;
        client.said_all = true;
        self.client_is_due(index);
    }

    /// What a client says after its end is not looked at.
    fn drain_closing(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        for _ in 0..MOST_READS {
            if !matches!(client.stream.read(&mut self.scratch), Ok(1..)) {
                return;
            }
        }
    }

    /// Those before it are answered: on with the next request, which may be here already.
    pub(super) fn resume(&mut self, index: usize) {
        if let Some(client) = self.clients.get_mut(index)
            && client.halted
        {
            client.halted = false;
            self.resumed.push(index);
        }
    }

    /// Takes the requests of a client that was held up.
    pub(super) fn go_on(&mut self, index: usize) {
        // It may be held up by two things, of which one is over.
        let goes_on = |it: &Client| !it.closing && !it.halted && !it.paused && !it.input.bytes.is_empty();
        if self.clients.get(index).is_some_and(goes_on) {
            self.take_requests(index, 0);
        }
        self.read_client(index);
    }

    /// Takes the requests that are in the client's own input and behind that in `scratch`, up to `count`. What belongs to
    /// no frame of which a part is here already is taken where it lies.
    fn take_requests(&mut self, index: usize, count: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let mut reader = std::mem::take(&mut client.reader);
        if client.input.bytes.is_empty() {
            let scratch = std::mem::take(&mut self.scratch);
            let (used, needed) = self.take_from(index, &mut reader, &scratch[..count]);
            if let Some(client) = self.clients.get_mut(index) {
                client.input.keep(&scratch[used..count], needed, &mut self.stock);
            }
            self.scratch = scratch;
        } else {
            let mut input = std::mem::take(&mut client.input);
            input.bytes.extend_from_slice(&self.scratch[..count]);
            let (used, needed) = self.take_from(index, &mut reader, &input.bytes);
            input.forget(used, needed, &mut self.stock);
            if let Some(client) = self.clients.get_mut(index) {
                client.input = input;
            }
        }
        if let Some(client) = self.clients.get_mut(index) {
            client.reader = reader;
        }
    }

    /// The bytes that whole requests took, and how many the next one needs.
    fn take_from(&mut self, index: usize, reader: &mut RequestReader, bytes: &[u8]) -> (usize, usize) {
        let mut used = 0;
        let mut is_stranger = self.is_stranger(index);
        while used < bytes.len() {
            let limits = if is_stranger { &OF_STRANGERS } else { &self.frame_limits };
            match reader.read(&bytes[used..], limits) {
                Ok(Progress::Whole(length)) => {
                    let frame = &bytes[used..used + length];
                    let request = Request { frame: reader.frame(frame), words: reader.words() };
                    let taken =
                        if request.words.is_empty() { Taken::Now } else { self.request(index, &request) };
                    reader.clear();
                    is_stranger = is_stranger && self.is_stranger(index);
                    let Some(client) = self.clients.get_mut(index) else { return (bytes.len(), 0) };
                    if taken == Taken::Later {
                        client.halted = true;
                        return (used, 0);
                    }
                    used += length;
                    if client.closing {
                        return (bytes.len(), 0);
                    }
                    if client.halted {
                        return (used, 0);
                    }
                    if !client.may_ask_more_after(length) {
                        client.paused = true;
                        self.client_is_due(index);
                        return (used, 0);
                    }
                }
                Ok(Progress::Partial(needed)) => return (used, needed),
                Err(problem) => {
                    // Nobody knows where the next request begins.
                    let text = match problem {
                        FrameError::WordCount if is_stranger => {
                            "ERR Protocol error: unauthenticated multibulk length".into()
                        }
                        FrameError::WordLength if is_stranger => {
                            "ERR Protocol error: unauthenticated bulk length".into()
                        }
                        problem => format!("ERR {problem}"),
                    };
                    self.answer(index, |out| error(out, &text));
                    if let Some(client) = self.clients.get_mut(index) {
                        client.closing = true;
                    }
                    self.count_error(index);
                    return (bytes.len(), 0);
                }
            }
        }
        (used, 0)
    }

    /// Who has not said the password that the pool asks for.
    #[inline]
    pub(super) fn is_stranger(&self, index: usize) -> bool {
        self.clients.get(index).is_some_and(|client| {
            !client.session.authenticated && self.pools[client.pool].pool.settings.redis_auth.is_some()
        })
    }

    pub(super) fn answer(&mut self, index: usize, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(client) = self.clients.get_mut(index) {
            let errors = &mut self.counters[client.pool].errors;
            client.answer(&mut self.stock, |out| {
                let before = out.len();
                write(out);
                errors.count_reply(out.get(before..).unwrap_or_default());
            });
            self.client_is_due(index);
        }
    }

    #[inline]
    fn request(&mut self, index: usize, request: &Request<'_>) -> Taken {
        let Some(client) = self.clients.get_mut(index) else { return Taken::Now };
        client.session.last_request = self.now;
        self.counters[client.pool].requests += 1;
        let Some(name) = request.word(0) else { return Taken::Now };
        let Ok(kind) = command_kind(name, request.word(1)) else { return self.not_of_redis(index, request) };
        client.session.command = kind.command;
        let (pool, special) = (client.pool, client.special);
        if self.is_stranger(index) && !answers::is_open(&kind) {
            self.answer(index, |out| error(out, errors::NO_PASSWORD));
            return Taken::Now;
        }
        if special {
            return self.special(index, &kind, request);
        }
        if let (Some(at), FanOut::Home) = (kind.only_key, kind.fan_out) {
            let Some(key) = request.word(at) else {
                self.wrong_words(index, kind.command);
                return Taken::Now;
            };
            match self.pools[pool].home(key, self.now) {
                Ok(server) => self.send(index, server, request),
                Err(refusal) => self.refuse(index, &refusal),
            }
            return Taken::Now;
        }
        self.other(index, &kind, request)
    }

    /// A request of a client that watches, listens, or is in a transaction.
    fn special(&mut self, index: usize, kind: &CommandKind, request: &Request<'_>) -> Taken {
        let client = &self.clients[index];
        let listens = client.subscriber.is_some();
        if let Some(transaction) = &client.transaction {
            match kind.command {
                "multi" | "exec" | "discard" | "watch" | "unwatch" => {
                    return self.transaction_command(index, kind, request);
                }
                "quit" | "reset" => {}
                "subscribe" | "psubscribe" | "ssubscribe" if transaction.multi => {
                    self.fail(index);
                    self.answer(index, |out| error(out, "ERR Command not allowed inside a transaction"));
                    return Taken::Now;
                }
                _ => return self.in_transaction(index, kind, request),
            }
        }
        if let Some(taken) = self.subscription(index, kind, request) {
            return taken;
        }
        if listens && !self.clients[index].session.resp3 {
            return self.while_listening(index, kind, request);
        }
        self.other(index, kind, request)
    }

    /// An answer that says that a request could not be passed on.
    pub(super) fn count_error(&mut self, index: usize) {
        if let Some(client) = self.clients.get(index) {
            self.counters[client.pool].forward_error += 1;
        }
    }

    pub(super) fn refuse(&mut self, index: usize, refusal: &Refusal) {
        self.count_error(index);
        self.answer(index, |out| error(out, &refusal.to_string()));
    }

    /// Sends a request to a server.
    #[inline]
    pub(super) fn send(&mut self, index: usize, server: usize, request: &Request<'_>) {
        let client = &self.clients[index];
        match self.shared(client.pool, server, client.session.resp3, index) {
            Ok(connection) => self.send_over(index, connection, request),
            Err(text) => {
                self.count_error(index);
                self.answer(index, |out| error(out, text));
            }
        }
    }

    #[inline]
    pub(super) fn send_over(&mut self, index: usize, connection: usize, request: &Request<'_>) {
        let client = &mut self.clients[index];
        let number = client.replies.expect();
        let waiting = Waiting::of(index, client.generation, number, 0, self.now);
        let connection_ = &mut self.servers[connection];
        let bytes = connection_.add(waiting, &mut self.stock, |out| {
            out.extend_from_slice(request.frame);
        });
        connection_.write_early(&mut self.stock, self.now);
        self.counters[connection_.pool].servers[connection_.server].count_request(bytes);
        if !connection_.is_due {
            connection_.is_due = true;
            self.due_servers.push(connection);
        }
    }
}
