//! Requests that several servers answer with one reply of theirs: the same to each.

use keyhome::command::{Merge, ScanCursor};
use keyhome_resp::error;

use super::{Worker, requests::Request};
use crate::{gather::Gather, server::Waiting};

impl Worker {
    /// The same request to every live server.
    pub(super) fn send_to_all(&mut self, index: usize, merge: Merge, request: &Request<'_>) {
        let servers: Vec<usize> = self.pools[self.clients[index].pool].live().collect();
        self.send_to_servers(index, &servers, merge, request);
    }

    /// The same request to each of these servers.
    pub(super) fn send_to_servers(
        &mut self,
        index: usize,
        servers: &[usize],
        merge: Merge,
        request: &Request<'_>,
    ) {
        let Some(connections) = self.connections_to(index, servers) else { return };
        let generation = self.clients[index].generation;
        let gather = Box::new(Gather::new(merge, servers.len()));
        let number = self.clients[index].replies.expect_parts(gather, servers.len());
        for (part, connection) in connections.into_iter().enumerate() {
            let Some(connection) = self.servers.get_mut(connection) else { continue };
            let waiting = Waiting::of(index, generation, number, part as u32, self.now);
            let bytes = connection.add(waiting, &mut self.stock, |out| {
                keyhome_resp::request(out, &request.words());
            });
            self.counters[connection.pool].servers[connection.server].count_request(bytes);
        }
    }

    pub(super) fn scan_over(
        &mut self,
        index: usize,
        connection: usize,
        cursor: ScanCursor,
        words: &[&[u8]],
        nodes: usize,
    ) {
        let generation = self.clients[index].generation;
        let gather = Box::new(Gather::of_scan(cursor, nodes));
        let number = self.clients[index].replies.expect_parts(gather, 1);
        let Some(connection) = self.servers.get_mut(connection) else { return };
        let own = cursor.cursor.to_string();
        let mut words = words.to_vec();
        words[1] = own.as_bytes();
        let waiting = Waiting::of(index, generation, number, 0, self.now);
        let bytes = connection.add(waiting, &mut self.stock, |out| keyhome_resp::request(out, &words));
        self.counters[connection.pool].servers[connection.server].count_request(bytes);
    }

    /// A connection to each server; where one cannot be, the client is told, and nothing is sent to any.
    fn connections_to(&mut self, index: usize, servers: &[usize]) -> Option<Vec<usize>> {
        let client = &self.clients[index];
        let (pool, resp3) = (client.pool, client.session.resp3);
        let mut connections = Vec::with_capacity(servers.len());
        for server in servers {
            match self.shared(pool, *server, resp3, index) {
                Ok(connection) => connections.push(connection),
                Err(text) => {
                    self.answer(index, |out| error(out, text));
                    return None;
                }
            }
        }
        Some(connections)
    }
}
