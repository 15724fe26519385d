//! What has taken too long: replies, connections, silent clients.

use std::time::Duration;

use keyhome::OnFailure;

use super::{Worker, checks, resubscriptions, servers::LATE};
use crate::server::ServerConnection;

/// How often it is looked whether something has taken too long, at least.
pub(super) const MOST_TICK: Duration = Duration::from_secs(1);

impl Worker {
    /// How often it is looked whether somebody has waited too long, or a server is to be checked.
    pub(super) fn set_tick(&mut self) {
        let settings = || self.pools.iter().map(|view| &view.pool.settings);
        let timeouts = settings().filter_map(|settings| settings.timeout.filter(|timeout| *timeout > 0));
        let timeouts = timeouts.map(|timeout| u64::from(timeout).div_ceil(4));
        let probes = settings().filter(|settings| self.checks && settings.on_failure == OnFailure::Probe);
        let moving = settings().filter(|settings| settings.auto_eject_hosts);
        let moving = moving.map(|_| resubscriptions::TICK);
        let ticks = timeouts.chain(probes.map(|_| checks::TICK)).chain(moving);
        self.tick = ticks.min().map_or(MOST_TICK, |tick| Duration::from_millis(tick.max(1)).min(MOST_TICK));
        self.look_at = 0;
    }

    /// Looks, and says when to look again.
    pub(super) fn look(&mut self) {
        self.look_at = self.now + self.tick.as_micros() as u64;
        self.time_out();
        self.go_on_ending();
        self.check_servers();
        self.close_idle();
        if self.now >= self.count_at {
            self.count_held();
        }
    }

    /// Closes the connections whose oldest request has waited too long: its reply, were it to come now, would be taken
    /// for that of the next.
    fn time_out(&mut self) {
        let late: Vec<usize> = self
            .servers
            .iter()
            .filter(|(_, connection)| self.is_late(connection))
            .map(|(index, _)| index)
            .collect();
        for index in late {
            self.close_server(index, LATE);
        }
    }

    fn is_late(&self, connection: &ServerConnection) -> bool {
        let own = if connection.checks { checks::PATIENCE } else { 0 };
        let timeout = self.pools[connection.pool].pool.settings.timeout;
        let timeout = timeout.filter(|timeout| *timeout > 0).unwrap_or(own);
        let since = if !connection.connected {
            // Even who may wait for something to happen is not to wait for a connection.
            Some(connection.since)
        } else if connection.patient {
            connection.wait_ends
        } else {
            connection.waiting.front().map(|oldest| oldest.since)
        };
        let timeout = u64::from(timeout) * 1000;
        timeout > 0 && since.is_some_and(|since| self.now >= since.saturating_add(timeout))
    }
}
