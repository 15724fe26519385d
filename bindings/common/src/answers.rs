//! Answers with a shape, as JSON text.

use alloc::{string::String, vec, vec::Vec};

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

/// The index of the home of a key.
pub fn index(router: &Router, key: &[u8]) -> Result<u32, Failure> {
    Ok(router.index(key)? as u32)
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
    // First how many keys each node has, then where its next position goes.
    let mut places = vec![0; router.nodes().len()];
    for index in &indexes {
        places[*index as usize] += 1;
    }
    let mut flat = Vec::new();
    for (index, place) in places.iter_mut().enumerate() {
        let count = *place;
        if count != 0 {
            flat.extend([index as u32, count as u32]);
            *place = flat.len();
            flat.resize(flat.len() + count, 0);
        }
    }
    for (position, index) in indexes.into_iter().enumerate() {
        let place = &mut places[index as usize];
        flat[*place] = position as u32;
        *place += 1;
    }
    Ok(flat)
}
