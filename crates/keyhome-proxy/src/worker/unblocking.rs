//! What a client waits for comes to an end before it has come: CLIENT UNBLOCK, a server that is taken out, the end of the
//! proxy.
//!
//! The server is asked to end it, by a connection of its own, and the reply to the command that waits is what it says then:
//! so nothing that it has handed out at that very moment is lost. How it calls the connection of the client's own that the
//! command went over is asked before the first such command.

use keyhome_resp::{Value, integer, request};

use super::Worker;
use crate::{
    client::Selection,
    server::{ELSEWHERE, Ending, NOBODY, ServerConnection, Waiting},
};

/// Microseconds that a server has to end it.
const PATIENCE: u64 = 2_000_000;

impl Worker {
    /// To be called before something is waited for on a connection.
    pub(super) fn ask_for_id(&mut self, index: usize) {
        let Some(connection) = self.servers.get_mut(index) else { return };
        if connection.id.is_none() {
            let waiting = Waiting::for_id(self.now);
            connection.add(waiting, &mut self.stock, |out| request(out, &["CLIENT", "ID"]));
        }
    }

    /// The reply to that; a server of before Redis 5 has none.
    pub(super) fn has_id(&mut self, index: usize, reply: &[u8]) {
        if let (Some(connection), Some(Value::Integer(id))) = (self.servers.get_mut(index), Value::of(reply))
        {
            connection.id = Some(id);
        }
    }

    /// Ends what is waited for on this connection. Who waits is told `text`, where nothing has come before.
    pub(super) fn end_wait(&mut self, index: usize, text: &'static str) {
        let Some(connection) = self.servers.get_mut(index) else { return };
        // What is no wait is answered.
        if connection.patient && connection.ending.is_none() {
            connection.ending = Some(Ending { text, until: self.now + PATIENCE });
            self.try_to_end(index);
        }
    }

    /// Asks again: the command may have come to the server after it was asked to end it.
    pub(super) fn go_on_ending(&mut self) {
        let ending = self.servers.iter().filter(|(_, it)| it.ending.is_some() && !it.waiting.is_empty());
        let ending: Vec<usize> = ending.map(|(index, _)| index).collect();
        for index in ending {
            self.try_to_end(index);
        }
    }

    fn try_to_end(&mut self, index: usize) {
        let Some(connection) = self.servers.get(index) else { return };
        let Some(ending) = connection.ending else { return };
        // What was not sent, nothing is handed out for.
        let was_sent = connection.connected;
        let is_over = match connection.id {
            _ if !was_sent || self.now >= ending.until => true,
            Some(_) => self.unblock(index, "ERROR", Waiting::own(self.now)).is_err(),
            None => !connection.waits_for_id(),
        };
        if is_over && let Some(connection) = self.servers.try_remove(index) {
            self.forget_connection(&connection, index);
            self.end_connection(connection, index, ending.text);
        }
    }

    /// Has the server end what is waited for on this connection. `waiting` gets 1, or 0 where nothing is waited for.
    ///
    /// Errors are the text of the reply.
    fn unblock(&mut self, index: usize, how: &str, waiting: Waiting) -> Result<(), &'static str> {
        let Some((pool, server, id)) =
            self.servers.get(index).and_then(|it| Some((it.pool, it.server, it.id?)))
        else {
            return Err("ERR the server does not say which connection it is");
        };
        let by = if let Some(by) = self.to_servers[pool][server].unblocks {
            by
        } else {
            let by = self.connect(pool, server, false)?;
            self.to_servers[pool][server].unblocks = Some(by);
            by
        };
        if let Some(by) = self.servers.get_mut(by) {
            // It is closed when nothing is asked of it any more.
            by.leaves = true;
            let id = id.to_string();
            let unblock = ["CLIENT", "UNBLOCK", &id, how];
            let bytes = by.add(waiting, &mut self.stock, |out| request(out, &unblock));
            if waiting.client != NOBODY {
                self.counters[pool].servers[server].count_request(bytes);
            }
        }
        self.server_is_due(by);
        Ok(())
    }

    /// CLIENT UNBLOCK of a client, if it is one of this thread. `waiting`, a request of thread `from`, gets the reply: now
    /// what is given here, else later.
    pub(super) fn unblock_selected(
        &mut self,
        selection: &Selection,
        how: &str,
        from: usize,
        waiting: Waiting,
    ) -> Option<Vec<u8>> {
        let waits = |it: &ServerConnection| it.patient && it.id.is_some() && !it.waiting.is_empty();
        let selected = self.selected(selection).into_iter();
        let connections = selected.flat_map(|client| self.clients[client].blocked_on.iter().copied());
        let connections: Vec<usize> =
            connections.filter(|index| self.servers.get(*index).is_some_and(waits)).collect();
        let mut answer = Vec::new();
        let Some((first, others)) = connections.split_first() else {
            integer(&mut answer, 0);
            return Some(answer);
        };
        for other in others {
            if let Err(problem) = self.unblock(*other, how, Waiting::own(self.now)) {
                tracing::debug!(problem, "a server is not asked to unblock");
            }
        }
        let promised = if from == self.number {
            waiting
        } else {
            Waiting::promised(self.promised.insert((from, waiting)), self.now)
        };
        if let Err(problem) = self.unblock(*first, how, promised) {
            self.hand_over(promised, format!("-{problem}\r\n").as_bytes());
        }
        None
    }

    /// A reply that no client of this thread waits for: one of another may.
    #[cold]
    pub(super) fn hand_elsewhere(&mut self, waiting: Waiting, reply: &[u8]) {
        if waiting.client == ELSEWHERE
            && let Some((from, waiting)) = self.promised.try_remove(waiting.number as usize)
        {
            self.tell_thread(from, waiting, reply.to_vec());
        }
    }
}
