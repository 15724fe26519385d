//! Clients come: as many as there may be, and as there are files for.

use std::{
    io::{ErrorKind, Write},
    time::Duration,
};

use super::{CLIENT, Worker, token};
use crate::{
    client::{Client, Session},
    stream::Stream,
};

/// How long those who connect wait when the system had no file for them.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// In redis-server's words.
const TOO_MANY: &[u8] = b"-ERR max number of clients reached\r\n";

impl Worker {
    pub(super) fn accept(&mut self, index: usize) {
        while let Some(listener) = self.listeners.get_mut(index) {
            let pool = listener.pool;
            match listener.accept() {
                Ok(Some((stream, address))) => self.let_in(stream, address, pool),
                Ok(None) => return,
                // It has gone again.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    // Out of files, mostly. Who waits was told of already, so it is to be tried again unasked; at once,
                    // it would fail again.
                    if self.accept_again.is_none() {
                        tracing::warn!(%error, "clients have to wait");
                    }
                    self.accept_again = Some(self.now + PAUSE.as_micros() as u64);
                    return;
                }
            }
        }
    }

    /// After a pause.
    pub(super) fn accept_again(&mut self) {
        if self.accept_again.is_some_and(|at| self.now >= at) {
            let all: Vec<usize> = self.listeners.iter().map(|(index, _)| index).collect();
            for index in all {
                self.accept(index);
            }
            if self.accept_again.is_some_and(|at| self.now >= at) {
                self.accept_again = None;
                tracing::info!("clients are accepted again");
            }
        }
    }

    fn let_in(&mut self, mut stream: Stream, address: String, pool: usize) {
        if !self.held.add_client(self.limits.clients) {
            if !self.is_full {
                self.is_full = true;
                tracing::warn!(clients = self.limits.clients, "no more clients are taken");
            }
            // It may have gone, or not read it: closed it is in any case.
            let _ = stream.write(TOO_MANY);
            self.counters[pool].client_err += 1;
            self.counters[pool].refused += 1;
            return;
        }
        self.is_full = false;
        let entry = self.clients.vacant_entry();
        if let Err(error) = stream.register(self.poll.registry(), token(CLIENT, entry.key())) {
            tracing::warn!(%error, "a client could not be accepted");
            self.held.remove_client();
            return;
        }
        self.generation = self.generation.wrapping_add(1);
        let session = Session::new(self.next_id, address, self.now);
        entry.insert(Client::new(stream, pool, self.generation, session));
        self.counters[pool].client_connections += 1;
        self.counters[pool].clients += 1;
        self.total_connections += 1;
        // No two threads give the same.
        self.next_id += self.lines.len().max(1) as u64;
    }
}
