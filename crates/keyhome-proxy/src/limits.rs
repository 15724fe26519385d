//! What the proxy may hold: clients, bytes for them, and how long a silent one stays.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Limits of the process, all its threads together.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// Clients at one time. One more is told `max number of clients reached` and closed, as redis-server does it.
    pub clients: usize,
    /// Bytes of one request; a larger one is a protocol error. redis-server's `client-query-buffer-limit`.
    pub request_bytes: usize,
    /// Bytes of replies that may wait for a client that does not read them, beside one reply of whatever size; with more
    /// it is closed. Requests beyond a few megabytes of replies are not even taken: this is for what is larger than it
    /// was before, and for listeners.
    pub client_output: usize,
    /// Bytes that may be buffered in all. With more, the connection that holds most is closed, and then the next.
    pub buffered: usize,
    /// How long a client may ask for nothing; none: as long as it likes. Those that wait or listen are not idle.
    pub idle: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 10_000,
            request_bytes: 1 << 30,
            client_output: 256 << 20,
            buffered: 2 << 30,
            idle: None,
        }
    }
}

/// What the threads hold together.
#[derive(Debug, Default)]
pub(crate) struct Held {
    clients: AtomicUsize,
    buffered: AtomicUsize,
}

impl Held {
    /// Counts one more client, unless there are `most`.
    pub(crate) fn add_client(&self, most: usize) -> bool {
        if self.clients.fetch_add(1, Ordering::Relaxed) < most {
            return true;
        }
        self.remove_client();
        false
    }

    pub(crate) fn remove_client(&self) {
        self.clients.fetch_sub(1, Ordering::Relaxed);
    }

    /// A thread holds `now` bytes, and no more the `before` that it told the last time. What all hold.
    pub(crate) fn update_buffered(&self, before: usize, now: usize) -> usize {
        self.buffered.fetch_add(now, Ordering::Relaxed);
        self.buffered.fetch_sub(before, Ordering::Relaxed) - before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_counted() {
        let held = Held::default();
        assert!(held.add_client(2) && held.add_client(2));
        assert!(!held.add_client(2));
        held.remove_client();
        assert!(held.add_client(2));
    }

    #[test]
    fn what_threads_hold_is_added_up() {
        let held = Held::default();
        assert_eq!(held.update_buffered(0, 100), 100);
        assert_eq!(held.update_buffered(0, 30), 130, "another thread");
        assert_eq!(held.update_buffered(100, 0), 30);
    }
}
