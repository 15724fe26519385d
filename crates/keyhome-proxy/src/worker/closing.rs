//! Clients that go: when they have their replies, or at once.

use super::Worker;

/// Why a client is closed.
#[derive(Clone, Copy)]
pub(super) enum Why {
    /// It has closed its end.
    End,
    /// All is answered that will be.
    Done,
    /// The connection is broken.
    Error,
}

impl Worker {
    /// Closes a client when it has its replies. Where it waits for something to happen, that is what has just come, or an
    /// error that says `why`.
    pub(super) fn let_go(&mut self, index: usize, why: &'static str) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if client.replies.is_empty() && client.output.len() == 0 {
            return self.close_client(index, Why::Done);
        }
        client.closing = true;
        for connection in client.blocked_on.clone() {
            self.end_wait(connection, why);
        }
        self.client_is_due(index);
    }

    /// It has closed its end. Who waits for something to happen, or listens, while nothing is read from it, is gone.
    pub(super) fn client_hangs_up(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        client.has_hung_up = true;
        if client.halted && client.special {
            self.close_client(index, Why::End);
        }
    }

    /// Its replies that are still to come are for nobody.
    pub(super) fn close_client(&mut self, index: usize, why: Why) {
        self.forget_state(index);
        let Some(client) = self.clients.try_remove(index) else { return };
        self.held.remove_client();
        let counters = &mut self.counters[client.pool];
        counters.client_connections -= 1;
        match why {
            Why::End => counters.client_eof += 1,
            Why::Done if client.said_all => counters.client_eof += 1,
            Why::Done | Why::Error => counters.client_err += 1,
        }
    }

    /// Gives up the connections to servers that are this client's alone.
    pub(super) fn forget_state(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if !client.special {
            return;
        }
        let transaction = client.transaction.take().and_then(|it| it.pinned).map(|pinned| pinned.connection);
        let blocked_on = std::mem::take(&mut client.blocked_on);
        let listened = client.subscriber.take().map(|it| it.connections).unwrap_or_default();
        client.update_special();
        for connection in transaction.into_iter().chain(blocked_on).chain(listened.into_values()) {
            self.discard_own(index, connection);
        }
    }
}
