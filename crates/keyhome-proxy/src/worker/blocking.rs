//! Commands that wait for something to happen (BLPOP, XREAD BLOCK): on a connection of the client's own, so that nobody
//! else waits with it.

use keyhome::command::Merge;
use keyhome_resp::error;

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::{answers, gather::Gather, server::Waiting};

impl Worker {
    /// Sends a command that may wait. It goes when all before it are done, and those after it go when it is done: its
    /// connection is another than theirs.
    pub(super) fn block(&mut self, index: usize, server: usize, request: &Request<'_>) -> Taken {
        if !self.clients[index].replies.is_empty() {
            return Taken::Later;
        }
        let connection = match self.private(index, server) {
            Ok(connection) => connection,
            Err(text) => {
                self.answer(index, |out| error(out, text));
                return Taken::Now;
            }
        };
        let ends = answers::longest_wait(&request.words()).map(|wait| self.now.saturating_add(wait));
        self.ask_for_id(connection);
        self.send_over(index, connection, request);
        if let Some(connection) = self.servers.get_mut(connection) {
            connection.patient = true;
            connection.wait_ends = ends;
        }
        let client = &mut self.clients[index];
        client.blocked_on.push(connection);
        client.halted = true;
        client.update_special();
        Taken::Now
    }

    /// WAIT, on every server: until replicas have what was written before. A server counts from what it did for the
    /// connection last (`woff`, src/networking.c of Redis), so that a PING on a connection of the client's own stands for
    /// all that was done until then; over a shared connection, everybody would wait.
    pub(super) fn wait_for_replicas(&mut self, index: usize, merge: Merge, request: &Request<'_>) -> Taken {
        if !self.clients[index].replies.is_empty() {
            return Taken::Later;
        }
        let servers: Vec<usize> = self.pools[self.clients[index].pool].live().collect();
        let mut connections = Vec::with_capacity(servers.len());
        for server in servers {
            match self.private(index, server) {
                Ok(connection) => connections.push(connection),
                Err(text) => {
                    for connection in connections {
                        self.release(connection);
                    }
                    self.answer(index, |out| error(out, text));
                    return Taken::Now;
                }
            }
        }
        let ends = answers::longest_wait(&request.words()).map(|wait| self.now.saturating_add(wait));
        let client = &mut self.clients[index];
        let generation = client.generation;
        let gather = Box::new(Gather::new(merge, connections.len()));
        let number = client.replies.expect_parts(gather, connections.len());
        client.blocked_on.clone_from(&connections);
        client.halted = true;
        client.update_special();
        for (part, index_) in connections.into_iter().enumerate() {
            self.ask_for_id(index_);
            let Some(connection) = self.servers.get_mut(index_) else { continue };
            connection.add(Waiting::own(self.now), &mut self.stock, |out| {
                keyhome_resp::request(out, &["PING"]);
            });
            let waiting = Waiting::of(index, generation, number, part as u32, self.now);
            let bytes = connection.add(waiting, &mut self.stock, |out| {
                keyhome_resp::request(out, &request.words());
            });
            self.counters[connection.pool].servers[connection.server].count_request(bytes);
            connection.patient = true;
            connection.wait_ends = ends;
            self.server_is_due(index_);
        }
        Taken::Now
    }

    /// What it waited for has come.
    pub(super) fn unblocked(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let connections = std::mem::take(&mut client.blocked_on);
        client.update_special();
        for connection in connections {
            self.release(connection);
        }
    }
}
