//! Connections to servers that are one client's alone, for what changes the state of a connection: transactions,
//! blocking commands, subscriptions. When the client needs one no longer, the next that does gets it.

use super::Worker;
use crate::server::ServerConnection;

/// Connections to one server that are kept for the next.
const MOST_IDLE: usize = 64;

impl Worker {
    /// A connection for this client alone.
    ///
    /// Errors are the text of the reply.
    pub(super) fn private(&mut self, client: usize, server: usize) -> Result<usize, &'static str> {
        let of = &self.clients[client];
        let (pool, resp3, generation) = (of.pool, of.session.resp3, of.generation);
        let index = match self.to_servers[pool][server].idle[usize::from(resp3)].pop() {
            Some(index) => index,
            None => self.connect(pool, server, resp3)?,
        };
        if let Some(connection) = self.servers.get_mut(index) {
            connection.owner = Some((client as u32, generation));
        }
        Ok(index)
    }

    /// The client does not need it any more, and has left nothing on it.
    pub(super) fn release(&mut self, index: usize) {
        let Some(connection) = self.servers.get_mut(index) else { return };
        connection.owner = None;
        connection.patient = false;
        connection.wait_ends = None;
        connection.ending = None;
        connection.needs_no_database = false;
        if connection.leaves {
            return self.discard(index);
        }
        let idle =
            &mut self.to_servers[connection.pool][connection.server].idle[usize::from(connection.resp3)];
        if idle.len() < MOST_IDLE {
            idle.push(index);
        } else {
            self.servers.remove(index);
        }
    }

    /// The client is gone, or has left something on it: nobody else may have it. That is no failure of the server.
    pub(super) fn discard(&mut self, index: usize) {
        let Some(connection) = self.servers.try_remove(index) else { return };
        self.forget_connection(&connection, index);
    }

    /// Gives up a connection of this client's own. One that has ended is not there, and its place may be another's by now,
    /// whose replies would be lost.
    pub(super) fn discard_own(&mut self, client: usize, index: usize) {
        let owner = self.clients.get(client).map(|it| (client as u32, it.generation));
        if self.servers.get(index).is_some_and(|it| it.owner == owner && owner.is_some()) {
            self.discard(index);
        }
    }

    /// Nobody is to find it any more.
    pub(super) fn forget_connection(&mut self, connection: &ServerConnection, index: usize) {
        let to_server = &mut self.to_servers[connection.pool][connection.server];
        let version = usize::from(connection.resp3);
        to_server.idle[version].retain(|idle| *idle != index);
        for place in to_server.shared[version].iter_mut().filter(|place| **place == Some(index)) {
            *place = None;
        }
        if to_server.unblocks == Some(index) {
            to_server.unblocks = None;
        }
    }

    /// To be written to at the end of this turn.
    #[inline]
    pub(super) fn server_is_due(&mut self, index: usize) {
        if let Some(connection) = self.servers.get_mut(index)
            && !connection.is_due
        {
            connection.is_due = true;
            self.due_servers.push(index);
        }
    }
}
