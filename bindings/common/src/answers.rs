//! Answers with a shape, as JSON text.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use keyhome::Router;

use crate::{Failure, json};

/// The nodes: a list of `{name, address, weight, zone, replicas}`.
pub fn nodes(router: &Router) -> String {
    json(&router.nodes())
}

/// Each step from a key to its home.
pub fn explain(router: &Router, key: &[u8]) -> Result<String, Failure> {
    Ok(json(&router.explain(key)?))
}

/// How much each node owns.
pub fn balance(router: &Router) -> String {
    json(&router.balance())
}

/// What changing to `new` moves.
pub fn diff(router: &Router, new: &Router) -> String {
    json(&router.diff(new))
}

/// Up to `n` nodes that follow the home of a key, as indexes.
pub fn successors(router: &Router, key: &[u8], n: usize) -> Result<Vec<u32>, Failure> {
    Ok(router.successor_indexes(key, n)?.into_iter().map(|index| index as u32).collect())
}

/// Positions by index, flat: for each node that has keys its index, how many, and their positions.
pub fn group<K: AsRef<[u8]>>(router: &Router, keys: &[K]) -> Result<Vec<u32>, Failure> {
    let mut flat = Vec::new();
    for (index, positions) in router.group(keys)? {
        flat.extend([index as u32, positions.len() as u32]);
        flat.extend(positions.into_iter().map(|position| position as u32));
    }
    Ok(flat)
}

/// [`group`] of many keys that lie one behind the other in `bytes`.
pub fn group_packed(router: &Router, bytes: &[u8], offsets: &[u32]) -> Result<Vec<u32>, Failure> {
    let mut indexes = Vec::new();
    router.indexes_packed(bytes, offsets, &mut indexes)?;
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (position, index) in indexes.into_iter().enumerate() {
        groups.entry(index).or_default().push(position as u32);
    }
    let flat = groups
        .into_iter()
        .flat_map(|(index, positions)| [index, positions.len() as u32].into_iter().chain(positions));
    Ok(flat.collect())
}
