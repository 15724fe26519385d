//! HeavyKeeper (Gong et al., 2018), as RedisBloom's TOPK has it: two rows of buckets, each with the fingerprint of one
//! key and its count; another key that meets a bucket lowers the count by chance, the less likely the higher it is.
//! Counts are mostly too low, and nothing says by how much.

use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use crate::keys::Numbers;

pub(crate) struct HeavyKeeper {
    capacity: usize,
    width: usize,
    buckets: Vec<(u32, u32)>,
    chances: Vec<f64>,
    dice: Numbers,
    top: HashMap<Vec<u8>, u32>,
    lowest: u32,
}

impl HeavyKeeper {
    /// As much memory beside its `capacity` keys as ours has for its cells.
    pub(crate) fn new(capacity: usize) -> Self {
        let width = 4 * capacity;
        let chances = (0..256).map(|count| 1.08_f64.powi(-count)).collect();
        let buckets = vec![(0, 0); 2 * width];
        Self { capacity, width, buckets, chances, dice: Numbers(1), top: HashMap::new(), lowest: 0 }
    }

    pub(crate) fn record(&mut self, key: &[u8]) {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        let fingerprint = (hash >> 32) as u32 | 1;
        let mut estimate = 0;
        for row in 0..2 {
            let at = row * self.width + (hash >> (16 * row)) as usize % self.width;
            let (owner, count) = &mut self.buckets[at];
            if *owner == fingerprint {
                *count += 1;
            } else {
                let chance = self.chances.get(*count as usize).copied().unwrap_or(0.0);
                let dice = self.dice.next().unwrap_or_default() >> 11;
                if (dice as f64) >= chance * (1_u64 << 53) as f64 {
                    continue;
                }
                (*owner, *count) = if *count <= 1 { (fingerprint, 1) } else { (*owner, *count - 1) };
            }
            if *owner == fingerprint {
                estimate = estimate.max(*count);
            }
        }
        if let Some(count) = self.top.get_mut(key) {
            *count = estimate.max(*count);
        } else if estimate > self.lowest || self.top.len() < self.capacity {
            self.top.insert(key.to_vec(), estimate);
            if self.top.len() > self.capacity {
                self.drop_lowest();
            }
        }
    }

    fn drop_lowest(&mut self) {
        let lowest = self.top.iter().min_by_key(|(_, count)| **count).map(|(key, _)| key.clone());
        lowest.map(|key| self.top.remove(&key));
        self.lowest = self.top.values().copied().min().unwrap_or_default();
    }

    pub(crate) fn top(&self) -> Vec<(Vec<u8>, u64)> {
        let mut top: Vec<_> = self.top.iter().map(|(key, count)| (key.clone(), u64::from(*count))).collect();
        top.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        top
    }
}
