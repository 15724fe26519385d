//! Space-Saving as published (Metwally et al., 2005): every key that has no counter takes over the lowest one. The
//! lowest is found by passing over the counts, which takes less time than the linked buckets of the paper.

use std::collections::HashMap;

pub(crate) struct SpaceSaving {
    capacity: usize,
    ids: HashMap<Vec<u8>, usize>,
    keys: Vec<Vec<u8>>,
    counts: Vec<u64>,
    lowest: u64,
    searched: usize,
}

impl SpaceSaving {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, ids: HashMap::new(), keys: Vec::new(), counts: Vec::new(), lowest: 0, searched: 0 }
    }

    pub(crate) fn record(&mut self, key: &[u8]) {
        if let Some(id) = self.ids.get(key) {
            self.counts[*id] += 1;
        } else if self.keys.len() < self.capacity {
            self.ids.insert(key.to_vec(), self.keys.len());
            self.keys.push(key.to_vec());
            self.counts.push(1);
        } else {
            let id = self.lowest();
            self.ids.remove(&self.keys[id]);
            self.ids.insert(key.to_vec(), id);
            key.clone_into(&mut self.keys[id]);
            self.counts[id] += 1;
        }
    }

    fn lowest(&mut self) -> usize {
        loop {
            let mut rest = self.counts[self.searched..].iter();
            if let Some(after) = rest.position(|count| *count <= self.lowest) {
                self.searched += after;
                return self.searched;
            }
            self.searched = 0;
            self.lowest = self.counts.iter().copied().min().unwrap_or_default();
        }
    }

    pub(crate) fn top(&self) -> Vec<(Vec<u8>, u64)> {
        let mut top: Vec<_> = self.keys.iter().cloned().zip(self.counts.iter().copied()).collect();
        top.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        top
    }
}
