//! Counters by key: flat arrays, and an index by hash.

use alloc::{boxed::Box, vec, vec::Vec};
use core::cmp::Ordering;

use super::{
    Estimate, HotKey,
    kept_key::{KEY_BYTES, KeyHash, is_kept, keep, known, length},
};

/// A fixed number of counters. Arrays by kind, so that the search for the lowest walks over counts alone.
#[derive(Debug, Clone)]
pub(super) struct Counters {
    used: usize,
    counts: Box<[u64]>,
    /// How much of each count is certain.
    certain: Box<[u64]>,
    hashes: Box<[KeyHash]>,
    lengths: Box<[u32]>,
    keys: Box<[[u8; KEY_BYTES]]>,
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
            hashes: vec![KeyHash(0); capacity].into(),
            lengths: vec![0; capacity].into(),
            keys: vec![[0; KEY_BYTES]; capacity].into(),
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

    #[inline(always)]
    fn tag(hash: KeyHash) -> u32 {
        hash.0 as u32 & 0xffff_0000
    }

    #[inline(always)]
    fn mask(&self) -> usize {
        self.index.len() - 1
    }

    /// The counter of a key.
    #[inline(always)]
    pub(super) fn find(&self, key: &[u8], hash: KeyHash) -> Option<usize> {
        self.search(hash, |id| self.lengths[id] == length(key) && is_kept(key, hash, &self.keys[id]))
    }

    /// The counter of the key of which this was kept elsewhere.
    pub(super) fn find_kept(&self, kept: &[u8; KEY_BYTES], length: u32, hash: KeyHash) -> Option<usize> {
        let size = KEY_BYTES.min(length as usize);
        self.search(hash, |id| self.lengths[id] == length && self.keys[id][..size] == kept[..size])
    }

    #[inline(always)]
    fn search(&self, hash: KeyHash, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mut at = hash.0 as usize & self.mask();
        loop {
            let entry = self.index[at];
            if entry == 0 {
                return None;
            }
            let id = (entry & 0xffff) as usize - 1;
            if entry & 0xffff_0000 == Self::tag(hash) && is_it(id) {
                return Some(id);
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Counts more for a key that has a counter; returns what is certain of it.
    #[inline(always)]
    pub(super) fn raise(&mut self, id: usize, count: u64) -> u64 {
        self.counts[id] += count;
        self.certain[id] += count;
        self.certain[id]
    }

    /// A counter for a key that has none, while there is one left.
    pub(super) fn add(&mut self, key: &[u8], hash: KeyHash, estimate: Estimate) {
        let id = self.used;
        self.used += 1;
        self.set(id, key, hash, estimate);
    }

    /// The counter of another key for this one.
    pub(super) fn replace(&mut self, id: usize, key: &[u8], hash: KeyHash, estimate: Estimate) {
        self.unlink(id);
        self.set(id, key, hash, estimate);
    }

    fn set(&mut self, id: usize, key: &[u8], hash: KeyHash, estimate: Estimate) {
        self.lengths[id] = length(key);
        keep(key, hash, &mut self.keys[id]);
        self.count(id, hash, estimate);
    }

    /// A counter for what was kept of a key elsewhere, while there is one left.
    pub(super) fn adopt(&mut self, kept: &[u8; KEY_BYTES], length: u32, hash: KeyHash, estimate: Estimate) {
        let id = self.used;
        self.used += 1;
        self.lengths[id] = length;
        self.keys[id] = *kept;
        self.count(id, hash, estimate);
    }

    fn count(&mut self, id: usize, hash: KeyHash, Estimate { count, error }: Estimate) {
        self.counts[id] = count;
        self.certain[id] = count - error;
        self.hashes[id] = hash;
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
        let hash = self.hashes[id];
        let mut at = hash.0 as usize & self.mask();
        while self.index[at] != 0 {
            at = (at + 1) & self.mask();
        }
        self.index[at] = Self::tag(hash) | (id as u32 + 1);
    }

    fn unlink(&mut self, id: usize) {
        let mask = self.mask();
        let mut hole = self.hashes[id].0 as usize & mask;
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
            let place = self.hashes[(entry & 0xffff) as usize - 1].0 as usize & mask;
            if at.wrapping_sub(place) & mask >= at.wrapping_sub(hole) & mask {
                self.index[hole] = entry;
                hole = at;
            }
        }
        self.index[hole] = 0;
    }

    /// Halves so many times. Counters that come to 0 are free again; the others keep their order.
    pub(super) fn halve(&mut self, times: u32) {
        let mut kept = 0;
        for id in 0..self.len() {
            let count = self.counts[id] >> times;
            if count > 0 {
                self.counts[kept] = count;
                self.certain[kept] = self.certain[id] >> times;
                self.hashes[kept] = self.hashes[id];
                self.lengths[kept] = self.lengths[id];
                self.keys[kept] = self.keys[id];
                kept += 1;
            }
        }
        self.used = kept;
        self.searched = 0;
        self.index.fill(0);
        for id in 0..kept {
            self.link(id);
        }
    }

    pub(super) fn estimate(&self, id: usize) -> Estimate {
        Estimate { count: self.counts[id], error: self.counts[id] - self.certain[id] }
    }

    pub(super) fn hot_key(&self, id: usize) -> HotKey {
        let Estimate { count, error } = self.estimate(id);
        let length = self.lengths[id];
        HotKey { key: known(&self.keys[id], length).into(), length: length.into(), count, error }
    }

    pub(super) fn hash(&self, id: usize) -> KeyHash {
        self.hashes[id]
    }

    /// By the bytes that are known, then by length, then by what tells cut keys apart.
    pub(super) fn compare_keys(&self, id: usize, other: &Self, other_id: usize) -> Ordering {
        let parts = |counters: &'_ Self, id: usize| (counters.lengths[id], counters.hashes[id].0);
        let (own, others) = (parts(self, id), parts(other, other_id));
        let bytes = known(&self.keys[id], own.0).cmp(known(&other.keys[other_id], others.0));
        bytes.then(own.cmp(&others))
    }

    /// All counters, the highest first; of equal ones, by key.
    pub(super) fn ordered(&self) -> Vec<usize> {
        let mut ids: Vec<usize> = (0..self.len()).collect();
        ids.sort_unstable_by(|a, b| {
            self.counts[*b].cmp(&self.counts[*a]).then_with(|| self.compare_keys(*a, self, *b))
        });
        ids
    }

    pub(super) fn kept(&self, id: usize) -> (&[u8; KEY_BYTES], u32) {
        (&self.keys[id], self.lengths[id])
    }
}
