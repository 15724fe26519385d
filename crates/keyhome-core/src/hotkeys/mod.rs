//! The hottest keys of a stream, in memory that is allocated once, with bounds on every count.
//!
//! This is Filtered Space-Saving: a fixed number of counters, each for one key, and eight times as many cells, each
//! for all keys of one hash value that have no counter. A key without a counter is counted in its cell; when the cell
//! exceeds the lowest counter, the key takes that counter over and starts at what the cell holds, which is also by how
//! much its count may be wrong. So counts are never too low, and keys that come once do not drive out those that come
//! often. `docs/hot-keys.md` has the measurements beside what else could have been taken.
//!
//! Sources: Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams"
//! (2005): Space-Saving and its guarantee. Homem and Carvalho, "Finding top-k elements in data streams" (2010): the
//! cells. Agarwal, Cormode, Huang, Phillips, Wei and Yi, "Mergeable Summaries" (2012): merging.
//!
//! Nothing here depends on the width of a word, the order of bytes or chance: the same calls give the same answers in
//! every language.

mod bytes;
mod cells;
mod counters;
mod decay;
mod kept_key;
mod merge;
#[cfg(test)]
mod tests;

use alloc::{format, vec::Vec};

use crate::error::{Error, ErrorKind};
use cells::Cells;
use counters::Counters;
use decay::Windows;
use kept_key::KeyHash;

pub use kept_key::{CUT_KEY_BYTES, KEY_BYTES};

/// The most counters that one summary can have. Memory stays below 1 MiB, and the worst that a call can take, with
/// keys chosen to collide, stays below what it costs to serve the request that brought the key.
pub const MAX_CAPACITY: usize = 4096;

/// The greatest total: 2^53 - 1, which every language holds exactly. No count is above the total.
pub const MAX_COUNT: u64 = (1 << 53) - 1;

/// How a summary of hot keys is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HotKeysOptions {
    /// The number of counters, 1 to [`MAX_CAPACITY`]; 256 unless said. Each takes some 240 bytes.
    pub capacity: usize,
    /// Microseconds between two halvings of all counts, 0 (which is the default) for never. Windows begin at the
    /// multiples of it, so that processes that share a clock halve at the same moments.
    pub window: u64,
}

impl Default for HotKeysOptions {
    fn default() -> Self {
        Self { capacity: 256, window: 0 }
    }
}

/// The hottest keys of a stream.
///
/// ```
/// use keyhome_core::hotkeys::{HotKeys, HotKeysOptions};
///
/// let mut hot = HotKeys::new(&HotKeysOptions { capacity: 64, window: 10_000_000 })?;
/// let now = 1_700_000_000_000_000; // microseconds of any clock, the same in all processes that are to be merged
/// for user in 0..1000 {
///     hot.record("feed:home", now);
///     hot.record(format!("user:{user}"), now);
/// }
/// let top = hot.top(1);
/// assert_eq!((&top[0].key[..], top[0].count, top[0].error), (&b"feed:home"[..], 1000, 0));
/// # Ok::<(), keyhome_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HotKeys {
    windows: Windows,
    counters: Counters,
    cells: Cells,
    total: u64,
    /// No cell has more than this. After a merge, counters may have less.
    floor: u64,
}

/// A key and what is known of its count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotKey {
    /// The key; of one longer than [`KEY_BYTES`] the first [`CUT_KEY_BYTES`] only.
    pub key: Vec<u8>,
    /// The length of the whole key in bytes. A key of which less is given was cut: others may begin alike.
    pub length: u64,
    /// It was counted at most so often.
    pub count: u64,
    /// The count is too high by at most this: the key was counted at least `count - error` times.
    pub error: u64,
}

/// What is known of the count of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// It was counted at most so often.
    pub count: u64,
    /// The count is too high by at most this.
    pub error: u64,
}

impl HotKeys {
    /// An empty summary; all its memory is allocated here.
    ///
    /// Errors: `argument.range` for a capacity outside 1 to [`MAX_CAPACITY`].
    pub fn new(options: &HotKeysOptions) -> Result<Self, Error> {
        let HotKeysOptions { capacity, window } = *options;
        if !(1..=MAX_CAPACITY).contains(&capacity) {
            let detail = format!("the capacity is {capacity}; it must be 1 to {MAX_CAPACITY}");
            return Err(Error::new(ErrorKind::ArgumentRange, detail).in_field("capacity"));
        }
        Ok(Self {
            windows: Windows::new(window),
            counters: Counters::new(capacity),
            cells: Cells::new(capacity),
            total: 0,
            floor: 0,
        })
    }

    /// Counts a key once. `now` is the time in microseconds; one before the latest seen counts as the latest.
    ///
    /// Returns how often the key was counted at least, which is 0 while it has no counter: to be compared with the
    /// count above which a key is hot.
    #[inline]
    pub fn record(&mut self, key: impl AsRef<[u8]>, now: u64) -> u64 {
        self.record_many(key, 1, now)
    }

    /// Counts a key `count` times at once; see [`record`](Self::record). Who looks at every n-th key only records each
    /// with a count of n. What would bring the total above [`MAX_COUNT`] is not counted.
    #[inline]
    pub fn record_many(&mut self, key: impl AsRef<[u8]>, count: u64, now: u64) -> u64 {
        let key = key.as_ref();
        if self.windows.is_over(now) {
            self.advance(now);
        }
        let count = count.min(MAX_COUNT - self.total);
        self.total += count;
        let hash = KeyHash::of(key);
        if let Some(id) = self.counters.find(key, hash) {
            return self.counters.raise(id, count);
        }
        let cell = self.cells.of(hash);
        // Most keys of the long tail end here.
        if *cell + count <= self.floor {
            *cell += count;
            return 0;
        }
        self.enter(key, hash, count)
    }

    /// A key whose cell exceeds the floor as it was last known.
    fn enter(&mut self, key: &[u8], hash: KeyHash, count: u64) -> u64 {
        let error = self.cells.get(hash);
        let estimate = Estimate { count: error + count, error };
        if self.counters.is_full() {
            let Some(lowest) = self.counters.lowest(&mut self.floor) else { return 0 };
            if estimate.count <= self.floor {
                *self.cells.of(hash) = estimate.count;
                return 0;
            }
            // What had a counter of its own is in its cell from now on.
            self.cells.raise(self.counters.key(lowest).hash, self.counters.estimate(lowest).count);
            self.counters.replace(lowest, key, hash, estimate);
        } else {
            self.counters.add(key, hash, estimate);
        }
        count
    }

    /// Lets time pass without a key: halves the counts once for each window that began since. What is asked of the
    /// summary is as of the latest time that it was told.
    pub fn advance(&mut self, now: u64) {
        self.advance_to(self.windows.number_at(now));
    }

    fn advance_to(&mut self, window: u64) {
        let times = self.windows.advance_to(window);
        if times > 0 {
            self.total >>= times;
            self.floor >>= times;
            self.cells.halve(times);
            self.counters.halve(times);
        }
    }

    /// The `n` keys of the highest counts, highest first; of equal counts, the lesser key in the order of bytes first.
    pub fn top(&self, n: usize) -> Vec<HotKey> {
        let mut ids = self.counters.ordered();
        ids.truncate(n);
        ids.into_iter().map(|id| self.counters.hot_key(id)).collect()
    }

    /// What is known of the count of one key, whether it has a counter or not.
    pub fn estimate(&self, key: impl AsRef<[u8]>) -> Estimate {
        let key = key.as_ref();
        let hash = KeyHash::of(key);
        match self.counters.find(key, hash) {
            Some(id) => self.counters.estimate(id),
            None => self.cells.estimate(hash),
        }
    }

    /// How often keys were counted altogether, halved as the counts are. Every key that was counted more than
    /// `total / capacity` times has a counter.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// No key without a counter was counted more often than this, which is at most `total / capacity`.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// The number of keys that have a counter.
    pub fn len(&self) -> usize {
        self.counters.len()
    }

    /// Whether no key has a counter.
    pub fn is_empty(&self) -> bool {
        self.counters.len() == 0
    }

    /// The options that it was made with.
    pub fn options(&self) -> HotKeysOptions {
        HotKeysOptions { capacity: self.counters.capacity(), window: self.windows.length() }
    }
}

impl Estimate {
    /// Of both streams.
    fn and(self, other: Self) -> Self {
        Self { count: self.count + other.count, error: self.error + other.error }
    }
}
