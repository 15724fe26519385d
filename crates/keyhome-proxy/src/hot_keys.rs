//! The keys of a pool that come most often: each thread counts its own, and who asks gets all in one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyhome::{Error, HotKeys, hotkeys::HotKeysOptions};

/// Counts are halved once a minute, so that they are those of the last minutes.
const WINDOW: u64 = 60_000_000;

/// What one thread counts. The lock is free but for when somebody asks.
#[derive(Clone)]
pub(crate) struct OfThread(Arc<Mutex<HotKeys>>);

impl OfThread {
    #[inline]
    pub(crate) fn record(&self, key: &[u8], now: u64) {
        self.counts().record(key, now);
    }

    /// What a thread that panicked left behind are bounds that may be off by its last key.
    fn counts(&self) -> MutexGuard<'_, HotKeys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hot keys of a pool.
pub(crate) struct HotKeysOfPool {
    /// Empty; None where nothing is counted.
    empty: Option<HotKeys>,
    threads: Mutex<Vec<OfThread>>,
}

impl HotKeysOfPool {
    /// With so many counters; 0: nothing is counted.
    pub(crate) fn new(counters: usize) -> Result<Self, Error> {
        let empty = (counters > 0)
            .then(|| HotKeys::new(&HotKeysOptions { capacity: counters, window: WINDOW }))
            .transpose()?;
        Ok(Self { empty, threads: Mutex::default() })
    }

    /// For one more thread.
    pub(crate) fn of_thread(&self) -> Option<OfThread> {
        let empty = self.empty.as_ref()?;
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        // What a thread has counted before a reload goes on being counted.
        if let Some(free) = threads.iter().find(|thread| Arc::strong_count(&thread.0) == 1) {
            return Some(free.clone());
        }
        let own = OfThread(Arc::new(Mutex::new(empty.clone())));
        threads.push(own.clone());
        Some(own)
    }

    /// Those of all threads, as of `now`; None where nothing is counted.
    pub(crate) fn merged(&self, now: u64) -> Result<Option<HotKeys>, Error> {
        let Some(mut all) = self.empty.clone() else { return Ok(None) };
        all.advance(now);
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.iter() {
            // A copy, so that its owner does not wait for the merging.
            let counts = thread.counts().clone();
            all.merge(&counts)?;
        }
        Ok(Some(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_added_up_and_time_halves() {
        let pool = HotKeysOfPool::new(8).unwrap();
        let (one, two) = (pool.of_thread().unwrap(), pool.of_thread().unwrap());
        (0..10).for_each(|_| one.record(b"a", 5));
        (0..7).for_each(|_| two.record(b"a", 6));
        (0..3).for_each(|_| two.record(b"b", 6));
        let top = |now| -> Vec<_> {
            let all = pool.merged(now).unwrap().unwrap();
            all.top(9).into_iter().map(|key| (key.key, key.count, key.error)).collect()
        };
        assert_eq!(top(7), [(b"a".to_vec(), 17, 0), (b"b".to_vec(), 3, 0)]);
        // With a reload each thread takes up what another has left; what that has counted stays.
        drop(one);
        let again = pool.of_thread().unwrap();
        again.record(b"a", 8);
        assert_eq!(pool.threads.lock().unwrap().len(), 2);
        assert_eq!(top(8)[0].1, 18);
        let later = top(WINDOW + 1);
        // 11 and 7, each rounded down.
        assert_eq!((later[0].1, later[1].1), (8, 1));
        assert!(HotKeysOfPool::new(0).unwrap().of_thread().is_none());
        assert!(HotKeysOfPool::new(1 << 20).is_err());
    }
}
