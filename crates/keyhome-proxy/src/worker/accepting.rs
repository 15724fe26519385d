//! Clients come: as many as there may be, and as there are files for.

use std::{
    io::{ErrorKind, Write},
    time::{Duration, Instant},
};

use super::{CLIENT, Worker, token};
use crate::{
    client::{Client, Session},
    log_limit::LogLimit,
    stream::Stream,
};

/// How long those who connect wait when the system had no file for them.
const PAUSE: Duration = Duration::from_millis(100);

/// Clients that are accepted in a turn, so that many who come do not hold up those who are there.
const MOST_ACCEPTED: usize = 64;

/// In redis-server's words.
const TOO_MANY: &[u8] = b"-ERR max number of clients reached\r\n";

/// What there is to know of clients that were not accepted.
#[derive(Default)]
pub(super) struct Accepting {
    /// When it is to be tried again, in microseconds of the worker's clock: who waits was told of already.
    again: Option<u64>,
    has_no_files: bool,
    log: LogLimit,
}

impl Accepting {
    /// How long nothing is to be done; none: until somebody comes.
    pub(super) fn wait(&self, now: u64) -> Option<Duration> {
        self.again.map(|again| Duration::from_micros(again.saturating_sub(now)))
    }
}

impl Worker {
    /// Accepts some of those who have come.
    pub(super) fn accept(&mut self, index: usize) {
        for _ in 0..MOST_ACCEPTED {
            if !self.accept_next(index) {
                return;
            }
        }
        self.accepting.again = Some(self.now);
    }

    /// Accepts all of those who have come.
    pub(super) fn accept_all(&mut self, index: usize) {
        while self.accept_next(index) {}
    }

    /// Those who have not been told of again.
    pub(super) fn accept_again(&mut self) {
        if self.accepting.again.is_none_or(|again| self.now < again) {
            return;
        }
        self.accepting.again = None;
        let all: Vec<usize> = self.listeners.iter().map(|(index, _)| index).collect();
        for index in all {
            self.accept(index);
        }
    }

    /// Whether there may be another.
    fn accept_next(&mut self, index: usize) -> bool {
        let Some(listener) = self.listeners.get_mut(index) else { return false };
        let pool = listener.pool;
        match listener.accept() {
            Ok(Some((stream, address))) => {
                if std::mem::take(&mut self.accepting.has_no_files) {
                    tracing::info!("clients are accepted again");
                }
                self.let_in(stream, address, pool);
                true
            }
            Ok(None) => false,
            // It has gone again.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => true,
            Err(error) => {
                // Out of files, mostly: at once, it would fail again.
                if !std::mem::replace(&mut self.accepting.has_no_files, true) {
                    tracing::warn!(%error, "clients have to wait");
                }
                self.accepting.again = Some(self.now + PAUSE.as_micros() as u64);
                false
            }
        }
    }

    fn let_in(&mut self, mut stream: Stream, address: String, pool: usize) {
        if !self.held.add_client(self.limits.clients) {
            if let Some(left_out) = self.accepting.log.admit(Instant::now()) {
                tracing::warn!(clients = self.limits.clients, left_out, "no more clients are taken");
            }
            // It may have gone, or not read it: closed it is in any case.
            let _ = stream.write(TOO_MANY);
            self.counters[pool].client_err += 1;
            self.counters[pool].refused += 1;
            return;
        }
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
