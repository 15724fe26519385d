//! What a sample of real keys shows, counted as the keys stream by.

use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};

use serde::Serialize;

use super::Router;
use crate::share::Share;

/// How many keys of a sample live on each node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// How many keys were counted.
    pub keys: u64,
    /// The nodes in the order of the config.
    pub counts: Vec<NodeCount>,
    /// Keys without a home.
    pub homeless: u64,
}

/// How many keys live on one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeCount {
    /// The node's name.
    pub node: String,
    /// How many keys.
    pub keys: u64,
}

impl Router {
    /// An empty sample of this router.
    pub fn sample(&self) -> Sample {
        let counts = self.nodes().iter().map(|node| NodeCount { node: node.name.clone(), keys: 0 });
        Sample { keys: 0, counts: counts.collect(), homeless: 0 }
    }
}

impl Sample {
    /// Counts more keys. `router` is the one that the sample was made by.
    pub fn add<K: AsRef<[u8]>>(&mut self, router: &Router, keys: &[K]) {
        self.keys += keys.len() as u64;
        let mut indexes = Vec::new();
        if router.indexes(keys, &mut indexes).is_ok() {
            for index in indexes {
                if let Some(count) = self.counts.get_mut(index as usize) {
                    count.keys += 1;
                }
            }
            return;
        }
        for key in keys {
            match router.index(key).ok().and_then(|index| self.counts.get_mut(index)) {
                Some(count) => count.keys += 1,
                None => self.homeless += 1,
            }
        }
    }

    /// The nodes whose keys differ from their exact share by more than chance explains: six standard deviations and a
    /// fifth of what was to be expected, where that is at least 25 keys; fewer say nothing. With each, the factor between
    /// found and expected.
    pub fn skewed(&self, router: &Router) -> Vec<(String, f64)> {
        let Some(range) = router.range() else { return Vec::new() };
        let shares = router.balance().shares;
        let keys = self.keys as f64;
        let pairs = self.counts.iter().zip(shares).filter_map(|(count, share)| {
            let part = share.share?.of(range);
            let expected = keys * part;
            let off = (count.keys as f64 - expected).abs();
            let variance = expected * (1.0 - part);
            (expected >= EXPECTED_MIN && off * off > 36.0 * variance && off > 0.2 * expected)
                .then(|| (count.node.clone(), count.keys as f64 / expected))
        });
        pairs.collect()
    }
}

/// Below so many keys to be expected, chance alone puts three where one belongs.
const EXPECTED_MIN: f64 = 25.0;

/// What a change moves of a sample of keys. Nodes pair by name.
#[derive(Debug, Clone)]
pub struct SampledDiff {
    keys: u64,
    pairs: BTreeMap<(usize, usize), u64>,
}

/// Keys of a sample that change hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SampledMove {
    /// The old home's name; `None`: the key had none.
    pub from: Option<String>,
    /// The new home's name; `None`: the key has none.
    pub to: Option<String>,
    /// How many keys.
    pub keys: u64,
}

impl SampledDiff {
    /// An empty sample.
    pub fn new() -> Self {
        Self { keys: 0, pairs: BTreeMap::new() }
    }

    /// Counts more keys: where `old` has them and where `new` does.
    pub fn add<K: AsRef<[u8]>>(&mut self, old: &Router, new: &Router, keys: &[K]) {
        self.keys += keys.len() as u64;
        let (before, after) = (homes(old, keys), homes(new, keys));
        for pair in before.into_iter().zip(after) {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    /// How many keys were counted.
    pub fn keys(&self) -> u64 {
        self.keys
    }

    /// What moves, by names, sorted; and how many keys stay.
    pub fn moves(&self, old: &Router, new: &Router) -> (Vec<SampledMove>, u64) {
        let name = |router: &Router, index: usize| router.nodes().get(index).map(|node| node.name.clone());
        let (mut moves, mut stays) = (Vec::new(), 0);
        for ((before, after), keys) in &self.pairs {
            let (from, to) = (name(old, *before), name(new, *after));
            if from == to {
                stays += keys;
            } else {
                moves.push(SampledMove { from, to, keys: *keys });
            }
        }
        moves.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        (moves, stays)
    }
}

impl Default for SampledDiff {
    fn default() -> Self {
        Self::new()
    }
}

/// The index of each key's home; past the last node where it has none.
fn homes<K: AsRef<[u8]>>(router: &Router, keys: &[K]) -> Vec<usize> {
    let mut indexes = Vec::new();
    if router.indexes(keys, &mut indexes).is_ok() {
        return indexes.into_iter().map(|index| index as usize).collect();
    }
    let nobody = router.nodes().len();
    let mut homes = vec![nobody; keys.len()];
    for (home, key) in homes.iter_mut().zip(keys) {
        *home = router.index(key).unwrap_or(nobody);
    }
    homes
}

/// So much of `range`, as a percentage with two digits.
pub(super) fn percent(share: Share, range: Share) -> String {
    alloc::format!("{:.2} %", 100.0 * share.of(range))
}
