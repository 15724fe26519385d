//! Counters by key: flat arrays, and an index by hash.

use alloc::{boxed::Box, vec, vec::Vec};
use core::cmp::Ordering;

use super::{
    Estimate, HotKey,
    kept_key::{KeptKey, KeyHash},
};

/// A fixed number of counters. Arrays by kind, so that the search for the lowest walks over counts alone.
#[derive(Debug, Clone)]
pub(super) struct Counters {
    used: usize,
    counts: Box<[u64]>,
    /// How much of each count is certain.
    certain: Box<[u64]>,
    keys: Box<[KeptKey]>,
    /// Open addressing: 0, or 16 bits of hash above the number of the counter plus one. At most a quarter is in use.
    index: Box<[u32]>,
    /// Counters before this one are above the floor, or were when it was passed.
    searched: usize,
}

impl Counters {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            used: 0,
            counts: vec![0; capacity].into(),
            certain: vec![0; capacity].into(),
            keys: vec![KeptKey::NONE; capacity].into(),
            index: vec![0; (4 * capacity).next_power_of_two()].into(),
            searched: 0,
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn is_full(&self) -> bool {
        self.used == self.capacity()
    }

    #[inline]
    fn tag(hash: KeyHash) -> u32 {
        hash.0 as u32 & 0xffff_0000
    }

    #[inline]
    fn mask(&self) -> usize {
        self.index.len() - 1
    }

    /// The counter of a key.
    #[inline]
    pub(super) fn find(&self, key: &[u8], hash: KeyHash) -> Option<usize> {
        self.search(hash, |own| own.is_of(key, hash))
    }

    /// The counter of the key of which this was kept elsewhere.
    pub(super) fn find_kept(&self, key: &KeptKey) -> Option<usize> {
        self.search(key.hash, |own| own.compare(key).is_eq())
    }

    #[inline]
    fn search(&self, hash: KeyHash, is_it: impl Fn(&KeptKey) -> bool) -> Option<usize> {
        let mut at = hash.0 as usize & self.mask();
        loop {
            let entry = self.index[at];
            if entry == 0 {
                return None;
            }
            let id = (entry & 0xffff) as usize - 1;
            if entry & 0xffff_0000 == Self::tag(hash) && is_it(&self.keys[id]) {
                return Some(id);
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Counts more for a key that has a counter; returns what is certain of it.
    #[inline]
    pub(super) fn raise(&mut self, id: usize, count: u64) -> u64 {
        self.counts[id] += count;
        self.certain[id] += count;
        self.certain[id]
    }

    /// A counter for a key that has none, while there is one left.
    pub(super) fn add(&mut self, key: &[u8], hash: KeyHash, estimate: Estimate) {
        self.used += 1;
        self.set(self.used - 1, key, hash, estimate);
    }

    /// The counter of another key for this one.
    pub(super) fn replace(&mut self, id: usize, key: &[u8], hash: KeyHash, estimate: Estimate) {
        self.unlink(id);
        self.set(id, key, hash, estimate);
    }

    fn set(&mut self, id: usize, key: &[u8], hash: KeyHash, estimate: Estimate) {
        self.keys[id].set(key, hash);
        self.count(id, estimate);
    }

    /// A counter for what was kept of a key elsewhere, while there is one left.
    pub(super) fn adopt(&mut self, key: &KeptKey, estimate: Estimate) {
        let id = self.used;
        self.used += 1;
        self.keys[id] = *key;
        self.count(id, estimate);
    }

    fn count(&mut self, id: usize, Estimate { count, error }: Estimate) {
        self.counts[id] = count;
        self.certain[id] = count - error;
        self.link(id);
    }

    /// A counter that is not above the floor. Where there is none, the floor is raised to the lowest. Counters that were
    /// passed are not looked at again before that.
    pub(super) fn lowest(&mut self, floor: &mut u64) -> Option<usize> {
        let is_low = |count: &u64| *count <= *floor;
        let counts = &self.counts[..self.used];
        let found = counts.get(self.searched..)?.iter().position(is_low);
        let id = if let Some(after) = found {
            self.searched + after
        } else {
            *floor = *counts.iter().min()?;
            counts.iter().position(|count| *count == *floor)?
        };
        self.searched = id;
        Some(id)
    }

    fn link(&mut self, id: usize) {
        let hash = self.keys[id].hash;
        let mut at = hash.0 as usize & self.mask();
        while self.index[at] != 0 {
            at = (at + 1) & self.mask();
        }
        self.index[at] = Self::tag(hash) | (id as u32 + 1);
    }

    fn unlink(&mut self, id: usize) {
        let mask = self.mask();
        let mut hole = self.keys[id].hash.0 as usize & mask;
        while self.index[hole] & 0xffff != id as u32 + 1 {
            hole = (hole + 1) & mask;
        }
        // Entries after the hole move into it, unless they would come to lie before their own place.
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let entry = self.index[at];
            if entry == 0 {
                break;
            }
            let place = self.keys[(entry & 0xffff) as usize - 1].hash.0 as usize & mask;
            if at.wrapping_sub(place) & mask >= at.wrapping_sub(hole) & mask {
                self.index[hole] = entry;
                hole = at;
            }
        }
        self.index[hole] = 0;
    }

    /// Halves so many times. Counters that come to 0 are free again; the others keep their order.
    pub(super) fn halve(&mut self, times: u32) {
        let used = core::mem::take(&mut self.used);
        self.index.fill(0);
        self.searched = 0;
        for id in 0..used {
            let (count, certain) = (self.counts[id] >> times, self.certain[id] >> times);
            if count > 0 {
                let key = self.keys[id];
                self.adopt(&key, Estimate { count, error: count - certain });
            }
        }
    }

    pub(super) fn estimate(&self, id: usize) -> Estimate {
        Estimate { count: self.counts[id], error: self.counts[id] - self.certain[id] }
    }

    pub(super) fn key(&self, id: usize) -> &KeptKey {
        &self.keys[id]
    }

    pub(super) fn hot_key(&self, id: usize) -> HotKey {
        let (key, Estimate { count, error }) = (self.key(id), self.estimate(id));
        HotKey { key: key.known().into(), length: key.length.into(), count, error }
    }

    /// All counters, the highest first; of equal ones, by key.
    pub(super) fn ordered(&self) -> Vec<usize> {
        let mut ids: Vec<usize> = (0..self.used).collect();
        // A sort of the library weighs 4 KB in WebAssembly; this is a heap with what comes last at its root.
        for root in (0..ids.len() / 2).rev() {
            self.sift(&mut ids, root);
        }
        for end in (1..ids.len()).rev() {
            ids.swap(0, end);
            self.sift(&mut ids[..end], 0);
        }
        ids
    }

    fn sift(&self, ids: &mut [usize], mut root: usize) {
        loop {
            let mut last = root;
            for child in 2 * root + 1..(2 * root + 3).min(ids.len()) {
                if self.compare(ids[child], ids[last]).is_gt() {
                    last = child;
                }
            }
            if last == root {
                return;
            }
            ids.swap(root, last);
            root = last;
        }
    }

    fn compare(&self, a: usize, b: usize) -> Ordering {
        let by_count = self.counts[b].cmp(&self.counts[a]);
        by_count.then_with(|| self.keys[a].compare(&self.keys[b]))
    }
}
