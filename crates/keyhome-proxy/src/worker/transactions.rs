//! WATCH, MULTI, EXEC, DISCARD: the first key chooses the server, and all others must live there.

use keyhome::command::{CommandKind, FanOut, command_route};
use keyhome_resp::{array, error, simple};

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::answers::errors;

/// Bytes of commands of a transaction whose server is not known yet.
const MOST_EARLY: usize = 64 * 1024;

const ABORTED: &str = "EXECABORT Transaction discarded because of previous errors.";

impl Worker {
    /// WATCH, UNWATCH, MULTI, EXEC, DISCARD.
    pub(super) fn transaction_command(
        &mut self,
        index: usize,
        kind: &CommandKind,
        request: &Request<'_>,
    ) -> Taken {
        // Requests before it went over shared connections, and are done first.
        let begins = self.clients[index].transaction.is_none();
        if begins && !self.clients[index].replies.is_empty() {
            return Taken::Later;
        }
        // What was queued on a connection is answered before that is given up.
        if matches!(kind.command, "exec" | "discard") && self.has_failed(index) {
            return Taken::Later;
        }
        if kind.command != "watch" && request.word(1).is_some() {
            self.wrong_end(index, kind.command);
            return Taken::Now;
        }
        match kind.command {
            "watch" => return self.watch(index, request),
            "multi" => self.multi(index, request),
            "unwatch" if begins => self.answer(index, |out| simple(out, "OK")),
            "exec" if begins => self.answer(index, |out| error(out, "ERR EXEC without MULTI")),
            "discard" if begins => self.answer(index, |out| error(out, "ERR DISCARD without MULTI")),
            "unwatch" => self.unwatch(index, request),
            command => self.end(index, command == "exec", request),
        }
        Taken::Now
    }

    /// Its transaction can only fail, and replies are still to come.
    fn has_failed(&self, index: usize) -> bool {
        let client = &self.clients[index];
        !client.replies.is_empty() && client.transaction.as_ref().is_some_and(|it| it.multi && it.failed)
    }

    /// One of them with more words than its name. After EXEC nothing is left, as in Redis (`rejectCommand`).
    fn wrong_end(&mut self, index: usize, command: &str) {
        if command != "exec" {
            self.fail(index);
            return self.wrong_words(index, command);
        }
        self.end_here(index);
        let text = "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command";
        self.answer(index, |out| error(out, text));
    }

    fn watch(&mut self, index: usize, request: &Request<'_>) -> Taken {
        if self.clients[index].transaction.as_ref().is_some_and(|it| it.multi) {
            self.answer(index, |out| error(out, "ERR WATCH inside MULTI is not allowed"));
            return Taken::Now;
        }
        let words = request.words();
        if words.len() < 2 {
            self.answer(index, |out| errors::wrong_words(out, "watch"));
            return Taken::Now;
        }
        match self.one_home(index, &words, 1..words.len()) {
            Ok(server) => {
                if let Err(text) = self.pin(index, server) {
                    self.answer(index, |out| error(out, &text));
                } else {
                    self.send_pinned(index, request);
                }
            }
            Err(text) => self.answer(index, |out| error(out, &text)),
        }
        Taken::Now
    }

    fn multi(&mut self, index: usize, request: &Request<'_>) {
        let client = &mut self.clients[index];
        let transaction = client.transaction.get_or_insert_default();
        if transaction.multi {
            return self.answer(index, |out| error(out, "ERR MULTI calls can not be nested"));
        }
        transaction.multi = true;
        let pinned = transaction.pinned.is_some();
        client.update_special();
        if pinned {
            self.send_pinned(index, request);
        } else {
            self.answer(index, |out| simple(out, "OK"));
        }
    }

    fn unwatch(&mut self, index: usize, request: &Request<'_>) {
        let Some(transaction) = &mut self.clients[index].transaction else { return };
        if transaction.multi {
            return self.queue(index, "unwatch", None, request);
        }
        self.finish(index, request);
    }

    /// EXEC or DISCARD.
    fn end(&mut self, index: usize, exec: bool, request: &Request<'_>) {
        let Some(transaction) = &mut self.clients[index].transaction else { return };
        if !transaction.multi {
            let text = if exec { "ERR EXEC without MULTI" } else { "ERR DISCARD without MULTI" };
            return self.answer(index, |out| error(out, text));
        }
        let failed = transaction.failed;
        if !failed && exec && transaction.pinned.is_none() && transaction.early_count > 0 {
            // Nothing in it has a key: any server will do.
            let pool = self.clients[index].pool;
            let pinned = match self.pools[pool].any(self.now) {
                Ok(server) => self.pin(index, server),
                Err(refusal) => Err(refusal.to_string()),
            };
            if let Err(text) = pinned {
                self.end_here(index);
                return self.answer(index, |out| error(out, &text));
            }
        }
        let pinned = self.clients[index].transaction.as_ref().is_some_and(|it| it.pinned.is_some());
        if failed || !pinned {
            // With the connection goes what was queued on it and what was watched.
            self.end_here(index);
            return self.answer(index, |out| match (exec, failed) {
                (true, true) => error(out, ABORTED),
                (true, false) => array(out, 0),
                (false, _) => simple(out, "OK"),
            });
        }
        self.finish(index, request);
    }

    /// Sends the last command of a transaction: when it is answered, the connection is free, and what comes after goes
    /// over the shared ones again.
    fn finish(&mut self, index: usize, request: &Request<'_>) {
        self.send_pinned(index, request);
        let client = &mut self.clients[index];
        if let Some(transaction) = &mut client.transaction {
            transaction.ending = true;
            client.halted = true;
        }
    }

    /// All is answered.
    pub(super) fn transaction_answered(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if client.transaction.as_ref().is_some_and(|it| it.ending) {
            let pinned = client.transaction.take().and_then(|it| it.pinned);
            client.update_special();
            if let Some(pinned) = pinned {
                self.release(pinned.connection);
            }
        }
    }

    /// Ends it without the server: its connection is closed.
    fn end_here(&mut self, index: usize) {
        let client = &mut self.clients[index];
        let pinned = client.transaction.take().and_then(|it| it.pinned);
        client.update_special();
        if let Some(pinned) = pinned {
            self.discard_own(index, pinned.connection);
        }
    }

    /// Another command of a client that watches keys or has said MULTI.
    pub(super) fn in_transaction(
        &mut self,
        index: usize,
        kind: &CommandKind,
        request: &Request<'_>,
    ) -> Taken {
        let words = request.words();
        let Some(transaction) = &self.clients[index].transaction else { return Taken::Now };
        let (multi, pinned) = (transaction.multi, transaction.pinned);
        let server = match command_route(&words) {
            Err(problem) => {
                self.fail(index);
                self.answer(index, |out| errors::refused(out, &problem, kind.command));
                return Taken::Now;
            }
            Ok(route) if route.keys.is_empty() && route.channels.is_empty() => match route.fan_out {
                FanOut::Any | FanOut::Home => None,
                _ if self.is_for_only_server(kind)
                    && self.pools[self.clients[index].pool].pool.all().nodes().len() == 1 =>
                {
                    None
                }
                _ if !multi => return self.other(index, kind, request),
                _ => {
                    self.fail(index);
                    let text = format!("ERR '{}' concerns several servers, a transaction one", kind.command);
                    self.answer(index, |out| error(out, &text));
                    return Taken::Now;
                }
            },
            Ok(route) => {
                match self.one_home(index, &words, route.keys.iter().chain(&route.channels).copied()) {
                    Ok(server) => Some(server),
                    // While keys are watched, others may be read from wherever they are.
                    Err(_) if !multi => return self.other(index, kind, request),
                    Err(text) => {
                        self.fail(index);
                        self.answer(index, |out| error(out, &text));
                        return Taken::Now;
                    }
                }
            }
        };
        match (multi, server, pinned) {
            (true, server, _) => self.queue(index, kind.command, server, request),
            // What is read after WATCH is read after it on the server, too.
            (false, Some(server), Some(pinned)) if pinned.server == server => {
                self.send_pinned(index, request);
            }
            (false, ..) => return self.other(index, kind, request),
        }
        Taken::Now
    }

    /// EXEC will refuse, if there was MULTI.
    pub(super) fn fail(&mut self, index: usize) {
        if let Some(transaction) = &mut self.clients[index].transaction {
            transaction.failed |= transaction.multi;
        }
    }

    fn queue(&mut self, index: usize, command: &str, server: Option<usize>, request: &Request<'_>) {
        let Some(transaction) = &mut self.clients[index].transaction else { return };
        transaction.queued += 1;
        match (server, transaction.pinned) {
            (None, None) if transaction.early.len() >= MOST_EARLY => {
                self.fail(index);
                self.answer(index, |out| error(out, "ERR too much is queued before the first key"));
            }
            (None, None) => {
                keyhome_resp::request(&mut transaction.early, &request.words());
                transaction.early_count += 1;
                self.answer(index, |out| simple(out, "QUEUED"));
            }
            (Some(server), Some(pinned)) if pinned.server != server => {
                let nodes = self.pools[self.clients[index].pool].pool.all().nodes();
                let name = |server: usize| nodes.get(server).map_or("?", |node| node.name.as_str());
                let text = format!(
                    "CROSSSLOT the transaction is on {}, and '{command}' has a key on {}",
                    name(pinned.server),
                    name(server),
                );
                self.fail(index);
                self.answer(index, |out| error(out, &text));
            }
            (Some(server), None) => match self.pin(index, server) {
                Ok(()) => self.send_pinned(index, request),
                Err(text) => {
                    self.fail(index);
                    self.answer(index, |out| error(out, &text));
                }
            },
            (_, Some(_)) => self.send_pinned(index, request),
        }
    }
}
