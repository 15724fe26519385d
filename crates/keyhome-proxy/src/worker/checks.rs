//! `on_failure: probe`: a server that is out comes back when it has answered a PING on a connection made for that.

use keyhome::{OnFailure, Outcome};
use keyhome_resp::request;

use super::Worker;
use crate::server::Waiting;

/// How often it is looked whether a check is due, in milliseconds.
pub(super) const TICK: u64 = 50;

/// How long a check may take where the pool has no timeout, in milliseconds.
pub(super) const PATIENCE: u32 = 1000;

impl Worker {
    /// Begins the checks that are due.
    pub(super) fn check_servers(&mut self) {
        if !self.checks {
            return;
        }
        for at in 0..self.served {
            let pool = self.pools[at].pool.clone();
            if pool.settings.on_failure != OnFailure::Probe {
                continue;
            }
            for server in pool.due_checks(self.now) {
                // Where it cannot even be tried, that was told.
                let Ok(index) = self.connect(at, server, false) else { continue };
                let Some(connection) = self.servers.get_mut(index) else { continue };
                connection.checks = true;
                connection.add(Waiting::own(self.now), &mut self.stock, |out| request(out, &["PING"]));
            }
        }
    }

    /// A reply on a connection that checks: all that the server was asked before is answered well when the last is.
    pub(super) fn checked(&mut self, index: usize, reply: &[u8]) {
        let Some(connection) = self.servers.get(index) else { return };
        let failed = reply.first() == Some(&b'-');
        if !failed && !connection.waiting.is_empty() {
            return;
        }
        let outcome = if failed { Outcome::CheckFailed } else { Outcome::CheckPassed };
        self.pools[connection.pool].pool.report(connection.server, outcome, self.now);
        self.discard(index);
    }
}
