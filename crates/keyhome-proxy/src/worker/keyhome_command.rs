//! Commands that no server has: KEYHOME, and those that nobody knows.

use std::sync::Arc;

use keyhome_resp::error;

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::{
    answers::{errors, hot_keys, keyhome, slow_log},
    registration::{Asker, Errand, OnDifference},
    server::Waiting,
};

/// Who does what is asked for is gone.
pub(super) const GONE: &[u8] = b"-ERR the proxy stops\r\n";

/// Nothing is known of other writers.
const NOBODY_COMPARED: &str = "ERR other writers are not looked for: start the proxy with --fingerprint";

impl Worker {
    /// A command that is not in the table of commands.
    #[cold]
    pub(super) fn not_of_redis(&mut self, index: usize, request: &Request<'_>) -> Taken {
        let words = request.words();
        let Some(client) = self.clients.get(index) else { return Taken::Now };
        let is_multi = client.transaction.as_ref().is_some_and(|it| it.multi);
        let listens = client.subscriber.is_some() && !client.session.resp3;
        match words.first() {
            Some(word) if word.eq_ignore_ascii_case(b"keyhome") => {}
            _ => {
                self.fail(index);
                self.answer(index, |out| errors::unknown(out, &words));
                return Taken::Now;
            }
        }
        if self.is_stranger(index) {
            self.answer(index, |out| error(out, errors::NO_PASSWORD));
        } else if is_multi {
            self.fail(index);
            self.answer(index, |out| error(out, "ERR Command not allowed inside a transaction"));
        } else if listens {
            self.answer(index, |out| error(out, &errors::while_listening("keyhome")));
        } else {
            self.keyhome(index, &words);
        }
        Taken::Now
    }

    fn keyhome(&mut self, index: usize, words: &[&[u8]]) {
        let Some(client) = self.clients.get(index) else { return };
        let (pool, resp3, now) = (client.pool, client.session.resp3, self.now);
        let [_, subcommand, rest @ ..] = words else {
            return self.answer(index, |out| errors::wrong_words(out, "keyhome"));
        };
        let mut reply = Vec::new();
        let out = &mut reply;
        match subcommand.to_ascii_lowercase().as_slice() {
            b"node" => keyhome::node(&mut self.pools[pool], rest, now, out),
            b"explain" => keyhome::explain(&mut self.pools[pool], rest, now, resp3, out),
            b"fingerprint" => keyhome::fingerprint(&self.pools[pool], rest, out),
            b"pools" => keyhome::pools(&mut self.pools[..self.served], rest, now, resp3, out),
            b"hotkeys" => hot_keys::of(&self.pools[pool].pool, rest, now, resp3, out),
            b"slowlog" => slow_log::with_servers(&self.pools[pool].pool.slow_log, rest, out),
            b"reload" => return self.keyhome_reload(index, rest),
            b"writers" => return self.keyhome_writers(index, rest),
            b"help" => keyhome::help(out),
            _ => errors::unknown_subcommand(out, words[0], subcommand),
        }
        self.answer(index, |out| out.extend_from_slice(&reply));
    }

    /// KEYHOME RELOAD, with a word for what is done this time where other writers place keys differently.
    fn keyhome_reload(&mut self, index: usize, words: &[&[u8]]) {
        let this_time = match words {
            [] => return self.ask_to_reload(index, None),
            [word] => OnDifference::read(word),
            _ => return self.wrong_words(index, "keyhome|reload"),
        };
        if this_time.is_none() {
            self.answer(index, |out| error(out, "ERR syntax error, try KEYHOME RELOAD [WARN|REFUSE]"));
        } else if self.errands.is_none() {
            self.answer(index, |out| error(out, NOBODY_COMPARED));
        } else {
            self.ask_to_reload(index, this_time);
        }
    }

    /// KEYHOME WRITERS: servers are asked, in a thread where nobody else waits for them.
    fn keyhome_writers(&mut self, index: usize, words: &[&[u8]]) {
        if !words.is_empty() {
            return self.wrong_words(index, "keyhome|writers");
        }
        let Some(errands) = &self.errands else {
            return self.answer(index, |out| error(out, NOBODY_COMPARED));
        };
        let Some(client) = self.clients.get_mut(index) else { return };
        let number = client.replies.expect();
        let waiting = Waiting::of(index, client.generation, number, 0, self.now);
        let asker = Asker { line: Arc::clone(&self.line), waiting, resp3: client.session.resp3 };
        if errands.send(Errand::Tell(asker)).is_err() {
            self.hand_over(waiting, GONE);
        }
    }
}
