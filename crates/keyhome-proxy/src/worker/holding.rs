//! What connections hold, and for how long: those that hold too much or are silent for too long are closed.

use super::{Why, Worker};

/// Bytes that are read before it is counted again what is held.
const COUNTED_AFTER: usize = 32 << 20;

/// Microseconds until it is counted again even where little was read: what is held becomes less then.
const COUNTED_EVERY: u64 = 1_000_000;

/// A connection that holds bytes.
enum Holder {
    Client(usize),
    Server(usize),
}

impl Worker {
    /// Counts what is held after so much was read that it may have become too much.
    #[inline]
    pub(super) fn count_after(&mut self, read: usize) {
        self.read_since_count += read;
        if self.read_since_count >= COUNTED_AFTER.min(self.limits.buffered / 8) {
            self.count_held();
        }
    }

    /// Tells the other threads what this one holds; closes what holds most, until all hold no more than they may. The
    /// thread that holds more than the others does it.
    pub(super) fn count_held(&mut self) {
        self.read_since_count = 0;
        self.count_at = self.now + COUNTED_EVERY;
        loop {
            let mut sum = 0;
            let mut most = (0, None);
            let clients = self.clients.iter().map(|(index, it)| (it.held_bytes(), Holder::Client(index)));
            let servers = self.servers.iter().map(|(index, it)| (it.held_bytes(), Holder::Server(index)));
            for (bytes, holder) in clients.chain(servers) {
                sum += bytes;
                if bytes > most.0 {
                    most = (bytes, Some(holder));
                }
            }
            let all = self.held.update_buffered(self.told_held, sum);
            self.told_held = sum;
            let (bytes, Some(holder)) = most else { return };
            if all <= self.limits.buffered || sum < all / self.threads {
                return;
            }
            match holder {
                Holder::Client(index) => {
                    self.warn_of_client(index, bytes, "too much is buffered in all: the largest goes");
                    self.close_client(index, Why::Error);
                }
                Holder::Server(index) => self.close_server(index, super::servers::FULL),
            }
        }
    }

    /// Closes a client that leaves more replies unread than it may.
    pub(super) fn has_too_much_unread(&self, index: usize) -> bool {
        self.clients.get(index).is_some_and(|client| {
            client.output.len() > self.limits.client_output.saturating_add(client.reply_size)
        })
    }

    pub(super) fn close_unreading(&mut self, index: usize) {
        let bytes = self.clients.get(index).map_or(0, |client| client.output.len());
        self.warn_of_client(index, bytes, "a client does not read its replies");
        self.close_client(index, Why::Error);
    }

    /// Closes the clients that have asked for nothing for too long.
    pub(super) fn close_idle(&mut self) {
        let Some(limit) = self.limits.idle else { return };
        let limit = limit.as_micros() as u64;
        let is_idle = |client: &crate::client::Client| {
            self.now.saturating_sub(client.session.last_request) >= limit
                && client.replies.is_empty()
                && client.subscriber.is_none()
                && client.blocked_on.is_empty()
        };
        let idle: Vec<usize> =
            self.clients.iter().filter(|(_, client)| is_idle(client)).map(|(index, _)| index).collect();
        for index in idle {
            self.close_client(index, Why::Error);
        }
    }

    fn warn_of_client(&self, index: usize, bytes: usize, reason: &str) {
        if let Some(client) = self.clients.get(index) {
            let pool = &self.pools[client.pool].pool.name;
            tracing::warn!(pool, client = client.session.address, bytes, reason, "closed");
        }
    }
}
