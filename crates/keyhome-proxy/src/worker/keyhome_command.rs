//! Commands that no server has: KEYHOME, and those that nobody knows.

use keyhome_resp::error;

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::answers::{errors, hot_keys, keyhome, slow_log};

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
            b"reload" if rest.is_empty() => return self.ask_to_reload(index),
            b"reload" => errors::wrong_words(out, "keyhome|reload"),
            b"help" => keyhome::help(out),
            _ => errors::unknown_subcommand(out, words[0], subcommand),
        }
        self.answer(index, |out| out.extend_from_slice(&reply));
    }
}
