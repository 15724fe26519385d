//! What keys without a counter were counted, together with all others of the same hash value.

use alloc::{vec, vec::Vec};

use super::{Estimate, kept_key::KeyHash};

/// Cells for each counter. With half as many, precision suffers at the end of the list; with twice as many, memory
/// does, for little.
const PER_COUNTER: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cells(Vec<u64>);

impl Cells {
    pub(super) fn new(capacity: usize) -> Self {
        Self(vec![0; PER_COUNTER * capacity])
    }

    /// The upper half of the hash, scaled: the index of the counters looks at the lower half.
    #[inline]
    fn place(&self, hash: KeyHash) -> usize {
        (((hash.0 >> 32) * self.0.len() as u64) >> 32) as usize
    }

    #[inline]
    pub(super) fn of(&mut self, hash: KeyHash) -> &mut u64 {
        let place = self.place(hash);
        &mut self.0[place]
    }

    #[inline]
    pub(super) fn get(&self, hash: KeyHash) -> u64 {
        self.0[self.place(hash)]
    }

    /// What is known of a key without a counter.
    pub(super) fn estimate(&self, hash: KeyHash) -> Estimate {
        Estimate { count: self.get(hash), error: self.get(hash) }
    }

    /// Takes in a key that was counted so often and has no counter any more.
    pub(super) fn raise(&mut self, hash: KeyHash, count: u64) {
        let cell = self.of(hash);
        *cell = (*cell).max(count);
    }

    pub(super) fn halve(&mut self, times: u32) {
        self.0.iter_mut().for_each(|cell| *cell >>= times);
    }

    /// Both streams in one.
    pub(super) fn add(&mut self, other: &Self) {
        for (cell, more) in self.0.iter_mut().zip(&other.0) {
            *cell += more;
        }
    }

    pub(super) fn highest(&self) -> u64 {
        self.0.iter().copied().max().unwrap_or(0)
    }

    pub(super) fn as_slice(&self) -> &[u64] {
        &self.0
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [u64] {
        &mut self.0
    }
}
