//! Hot keys, naively: lists that are searched from end to end, and hashes from their description.

use std::cmp::Reverse;

/// The greatest total.
const MOST: u64 = (1 << 53) - 1;

/// A key with a counter.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// All of it.
    pub key: Vec<u8>,
    /// At most.
    pub count: u64,
    /// At least.
    pub certain: u64,
}

/// A summary.
#[derive(Debug, Clone)]
pub struct Summary {
    capacity: usize,
    window: u64,
    current: u64,
    /// Of all keys.
    pub total: u64,
    /// Of keys without a counter, at most.
    pub floor: u64,
    /// In the order in which they were first given to a key.
    pub counters: Vec<Counter>,
    cells: Vec<u64>,
    /// Where the search for the lowest goes on.
    place: usize,
}

impl Summary {
    /// An empty one.
    pub fn new(capacity: usize, window: u64) -> Self {
        let (counters, cells) = (vec![], vec![0; 8 * capacity]);
        Self { capacity, window, current: 0, total: 0, floor: 0, counters, cells, place: 0 }
    }

    /// Counts a key; gives what is certain of it.
    pub fn record(&mut self, key: &[u8], count: u64, now: u64) -> u64 {
        self.advance(now);
        let count = count.min(MOST - self.total);
        self.total += count;
        if let Some(counter) = self.counters.iter_mut().find(|counter| counter.key == key) {
            counter.count += count;
            counter.certain += count;
            return counter.certain;
        }
        let cell = self.cell(key);
        let before = self.cells[cell];
        if count == 0 {
            return 0;
        }
        let counter = Counter { key: key.to_vec(), count: before + count, certain: count };
        // Counters can be free while the floor is not 0: those of a merged summary may be below it, and are halved away.
        if counter.count > self.floor {
            if self.counters.len() < self.capacity {
                self.counters.push(counter);
                return count;
            }
            self.find_lowest();
        }
        if counter.count <= self.floor {
            self.cells[cell] = counter.count;
            return 0;
        }
        let lowest = &mut self.counters[self.place];
        let evicted = std::mem::replace(lowest, counter);
        let cell = self.cell(&evicted.key);
        self.cells[cell] = self.cells[cell].max(evicted.count);
        count
    }

    /// The next counter at the floor; where there is none, the first of those that are lowest, which is the floor then.
    fn find_lowest(&mut self) {
        let at_floor = |place: &usize| self.counters[*place].count <= self.floor;
        if let Some(place) = (self.place..self.capacity).find(at_floor) {
            self.place = place;
            return;
        }
        let lowest = (0..self.capacity).min_by_key(|place| (self.counters[*place].count, *place));
        self.place = lowest.expect("there are counters");
        self.floor = self.counters[self.place].count;
    }

    /// Halves for every window that began.
    pub fn advance(&mut self, now: u64) {
        let window = now.checked_div(self.window).unwrap_or(0);
        self.advance_to(window);
    }

    fn advance_to(&mut self, window: u64) {
        if window <= self.current {
            return;
        }
        for _ in 0..(window - self.current).min(60) {
            self.total /= 2;
            self.floor /= 2;
            self.cells.iter_mut().for_each(|cell| *cell /= 2);
            for counter in &mut self.counters {
                counter.count /= 2;
                counter.certain /= 2;
            }
        }
        self.counters.retain(|counter| counter.count > 0);
        self.place = 0;
        self.current = window;
    }

    /// The counters, the highest first.
    pub fn top(&self) -> Vec<Counter> {
        let mut top = self.counters.clone();
        top.sort_by(|a, b| (Reverse(a.count), order(&a.key)).cmp(&(Reverse(b.count), order(&b.key))));
        top
    }

    /// At most, and by how much that may be too high.
    pub fn estimate(&self, key: &[u8]) -> (u64, u64) {
        match self.counters.iter().find(|counter| counter.key == key) {
            Some(counter) => (counter.count, counter.count - counter.certain),
            None => (self.cells[self.cell(key)], self.cells[self.cell(key)]),
        }
    }

    /// Both streams in one.
    pub fn merge(&mut self, mut other: Self) {
        let latest = self.current.max(other.current);
        self.advance_to(latest);
        other.advance_to(latest);
        let mut keys: Vec<Vec<u8>> = Vec::new();
        for counter in self.counters.iter().chain(&other.counters) {
            if !keys.contains(&counter.key) {
                keys.push(counter.key.clone());
            }
        }
        let mut merged = Self::new(self.capacity, self.window);
        for key in keys {
            let ((a, a_error), (b, b_error)) = (self.estimate(&key), other.estimate(&key));
            let (count, error) = (a + b, a_error + b_error);
            merged.counters.push(Counter { key, count, certain: count - error });
        }
        merged.counters = merged.top();
        merged.current = latest;
        merged.total = self.total + other.total;
        merged.cells = self.cells.iter().zip(&other.cells).map(|(a, b)| a + b).collect();
        let dropped = merged.counters.split_off(self.capacity.min(merged.counters.len()));
        for Counter { key, count, .. } in dropped {
            let cell = merged.cell(&key);
            merged.cells[cell] = merged.cells[cell].max(count);
        }
        merged.floor = merged.cells.iter().copied().max().unwrap_or(0);
        *self = merged;
    }

    /// As one that was read from bytes: the counters lie in the order of the bytes.
    #[must_use]
    pub fn read_again(mut self) -> Self {
        self.counters = self.top();
        self.place = 0;
        self
    }

    /// The upper 32 bits of the hash, as a part of all cells.
    fn cell(&self, key: &[u8]) -> usize {
        ((u128::from(hash(key) >> 32) * self.cells.len() as u128) >> 32) as usize
    }
}

/// How keys of one count are ordered: by the bytes that are kept, by length, by hash.
fn order(key: &[u8]) -> (&[u8], usize, u64) {
    let kept = if key.len() > 128 { &key[..120] } else { key };
    (kept, key.len(), hash(key))
}

/// Words of eight bytes, little-endian; what is left over is the last eight bytes of the key, or all of a shorter one,
/// its first byte the highest.
pub fn hash(key: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut words: Vec<u64> = Vec::new();
    for word in key.chunks(8) {
        words.push(match word.try_into() {
            Ok(word) => u64::from_le_bytes(word),
            Err(_) if key.len() > 8 => {
                u64::from_le_bytes(key[key.len() - 8..].try_into().expect("eight bytes"))
            }
            Err(_) => word.iter().fold(0, |word, byte| 256 * word + u64::from(*byte)),
        });
    }
    words.push(ODD);
    let start = (key.len() as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    words.into_iter().fold(start, |state, word| {
        let product = (state ^ word).wrapping_mul(ODD);
        product ^ (product >> 32)
    })
}
