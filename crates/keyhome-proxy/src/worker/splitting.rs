//! Requests of several keys that are split: one command a server, with the keys that live there, and one reply of theirs.

use keyhome::command::{CommandKind, Merge};
use keyhome_resp::{array, error};

use super::{Worker, requests::Request};
use crate::{answers::errors, server::Waiting};

/// What is found out of a request while it is split; kept for its memory alone.
#[derive(Default)]
pub(super) struct Splitting {
    words: Vec<&'static [u8]>,
    /// Positions of keys, and which part each is in.
    keys: Vec<usize>,
    part_of_key: Vec<u32>,
    parts: Vec<Part>,
    /// Which part goes to each server.
    part_of_server: Vec<u32>,
}

/// What goes to one server.
struct Part {
    server: usize,
    connection: usize,
    keys: usize,
}

/// A server that no key of the request is on.
const NONE: u32 = u32::MAX;

/// Keys for which there is room after a request: one of a million keys leaves no memory behind.
const MOST_KEPT: usize = 1024;

impl Worker {
    /// A request of several keys that may live on different servers: each gets those that live there.
    pub(super) fn split(&mut self, index: usize, kind: &CommandKind, request: &Request<'_>) {
        let mut splitting = std::mem::take(&mut self.splitting);
        // References of any lifetime take the same memory: with none of them left, it serves again.
        let mut words: Vec<&[u8]> = std::mem::take(&mut splitting.words);
        words.extend((0..request.len()).filter_map(|at| request.word(at)));
        splitting.keys.clear();
        match kind.keys(&words, &mut splitting.keys) {
            Ok(()) if self.place_parts(index, &words, &mut splitting) => {
                self.send_parts(index, kind, request, &mut splitting);
            }
            Ok(()) => {}
            Err(problem) => self.answer(index, |out| errors::refused(out, &problem, kind.command)),
        }
        if words.len() <= MOST_KEPT {
            words.clear();
            splitting.words = words.into_iter().map(|_| [].as_slice()).collect();
            self.splitting = splitting;
        }
    }

    /// Finds the homes of the keys. False: one has none, and the client was told.
    fn place_parts(&mut self, index: usize, words: &[&[u8]], splitting: &mut Splitting) -> bool {
        let Splitting { keys, part_of_key, parts, part_of_server, .. } = splitting;
        let view = &mut self.pools[self.clients[index].pool];
        part_of_key.clear();
        parts.clear();
        part_of_server.clear();
        part_of_server.resize(view.pool.all().nodes().len(), NONE);
        for at in keys {
            let server = match view.home(words.get(*at).copied().unwrap_or_default(), self.now) {
                Ok(server) => server,
                Err(refusal) => {
                    self.refuse(index, &refusal);
                    return false;
                }
            };
            let part = &mut part_of_server[server];
            if *part == NONE {
                *part = parts.len() as u32;
                parts.push(Part { server, connection: 0, keys: 0 });
            }
            parts[*part as usize].keys += 1;
            part_of_key.push(*part);
        }
        true
    }

    fn send_parts(
        &mut self,
        index: usize,
        kind: &CommandKind,
        request: &Request<'_>,
        splitting: &mut Splitting,
    ) {
        let Splitting { keys, part_of_key, parts, .. } = splitting;
        if let [only] = parts.as_slice() {
            return self.send(index, only.server, request);
        }
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return };
        let client = &self.clients[index];
        let (pool, resp3, generation) = (client.pool, client.session.resp3, client.generation);
        // Where one server cannot be asked, none is.
        for part in parts.iter_mut() {
            match self.shared(pool, part.server, resp3, index) {
                Ok(connection) => part.connection = connection,
                Err(text) => return self.answer(index, |out| error(out, text)),
            }
        }
        let mut gather = self.stock.take_gather(kind.merge, parts.len());
        if kind.merge == Merge::ByKey {
            gather.set_keys(part_of_key.iter().copied());
        }
        let number = self.clients[index].replies.expect_parts(gather, parts.len());
        let step = kind.key_step;
        let (before, after) = (0..*first, last + step..request.len());
        let words_of_all = before.len() + after.len();
        let (before, after) = (request.bytes_of(before), request.bytes_of(after));
        for (number_of_part, part) in parts.iter().enumerate() {
            let number_of_part = number_of_part as u32;
            let Some(connection) = self.servers.get_mut(part.connection) else { continue };
            let waiting = Waiting::of(index, generation, number, number_of_part, self.now);
            let bytes = connection.add(waiting, &mut self.stock, |out| {
                array(out, words_of_all + part.keys * step);
                out.extend_from_slice(before);
                for (at, part_of_key) in keys.iter().zip(part_of_key.iter()) {
                    if *part_of_key == number_of_part {
                        out.extend_from_slice(request.bytes_of(*at..at + step));
                    }
                }
                out.extend_from_slice(after);
            });
            connection.write_early(&mut self.stock, self.now);
            let counters = &mut self.counters[pool];
            counters.fragments += 1;
            counters.servers[part.server].count_request(bytes);
        }
    }
}
