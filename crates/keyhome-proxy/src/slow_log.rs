//! Requests that took long, as redis-server's SLOWLOG keeps them, from the proxy's side: from when a request was taken to
//! when its reply was there. One log a pool; all threads write to it.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

/// The requests of a pool that took long.
pub(crate) struct SlowLog {
    /// In microseconds; `u64::MAX` where none is.
    slower_than: u64,
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// The latest first.
    entries: VecDeque<SlowRequest>,
}

/// A request that took long.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SlowRequest {
    pub(crate) id: u64,
    /// Seconds since 1970.
    pub(crate) when: u64,
    pub(crate) micros: u64,
    pub(crate) words: Vec<Vec<u8>>,
    pub(crate) client_address: String,
    pub(crate) client_name: Vec<u8>,
    pub(crate) server: String,
}

impl SlowLog {
    /// Keeps the last `most` requests that took `slower_than` microseconds or longer; None for none.
    pub(crate) fn new(slower_than: Option<u64>, most: usize) -> Self {
        let slower_than = slower_than.filter(|_| most > 0).unwrap_or(u64::MAX);
        Self { slower_than, most, state: Mutex::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.slower_than < u64::MAX
    }

    /// Whether a request that took so long belongs here.
    #[inline]
    pub(crate) fn is_slow(&self, micros: u64) -> bool {
        micros >= self.slower_than
    }

    /// Adds a request, whose `id` and `when` are set here.
    pub(crate) fn add(&self, request: SlowRequest) {
        let when = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        state.entries.truncate(self.most - 1);
        state.entries.push_front(SlowRequest { id, when, ..request });
    }

    /// The latest requests, at most so many.
    pub(crate) fn latest(&self, most: usize) -> Vec<SlowRequest> {
        self.state().entries.iter().take(most).cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Forgets all; numbers go on.
    pub(crate) fn reset(&self) {
        self.state().entries.clear();
    }

    /// What a thread that panicked left behind is whole: it is changed by single calls.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(micros: u64) -> SlowRequest {
        SlowRequest {
            id: 0,
            when: 0,
            micros,
            words: Vec::new(),
            client_address: String::new(),
            client_name: Vec::new(),
            server: String::new(),
        }
    }

    #[test]
    fn the_latest_are_kept() {
        let log = SlowLog::new(Some(100), 3);
        assert!(log.is_slow(100) && !log.is_slow(99));
        (0..5).for_each(|micros| log.add(request(micros)));
        let ids = |most| log.latest(most).iter().map(|it| (it.id, it.micros)).collect::<Vec<_>>();
        assert_eq!(ids(10), [(4, 4), (3, 3), (2, 2)]);
        assert_eq!((ids(1), log.len()), (vec![(4, 4)], 3));
        assert!(log.latest(1)[0].when > 1_700_000_000);
        log.reset();
        log.add(request(9));
        assert_eq!(ids(10), [(5, 9)]);
    }

    #[test]
    fn none_is_slow_where_none_is_kept() {
        for off in [SlowLog::new(None, 128), SlowLog::new(Some(0), 0)] {
            assert!(!off.is_on() && !off.is_slow(1 << 60));
        }
        assert!(SlowLog::new(Some(0), 1).is_slow(0));
    }
}
