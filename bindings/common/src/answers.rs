//! Answers with a shape, as JSON text.

use alloc::{string::String, vec, vec::Vec};

use keyhome::{
    Health, HotKeys, ReplicaSet, Router,
    command::ScanCursor,
    config::{self, Config, ShownSettings},
    hotkeys::{Estimate, HotKey, HotKeysOptions},
    router::{KeyCopy, KeyText},
};
use serde::{Serialize, Serializer, ser::SerializeMap};

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

/// Which positions are whose, flat: all ends, all owners, the last position, the place of what they are among the words
/// for it.
pub fn arcs(router: &Router) -> Result<Vec<u32>, Failure> {
    let mut arcs = router.arcs()?;
    let mut flat = arcs.ends;
    flat.append(&mut arcs.owners);
    flat.push((arcs.size - 1) as u32);
    flat.push(arcs.by as u32);
    Ok(flat)
}

/// Positions by index, flat: for each node that has keys its index, how many, and their positions. The keys lie one behind
/// the other in `bytes`.
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

/// How a pool is served: `name`, and the members of `options` in the contract.
pub fn pool_settings(text: &str, pool: Option<&str>) -> Result<String, Failure> {
    let config = Config::parse(text)?;
    Ok(json(&ShownSettings(config.pool(pool)?)))
}

/// The names of the pools of a config, as a list; an empty one for the text of CLUSTER NODES.
pub fn pool_names(text: &str) -> Result<String, Failure> {
    Ok(json(&config::pool_names(text)?))
}

/// Names for copies of a key: a list of `{index, key}`, or `key_hex` where a name is not UTF-8.
pub fn copies(router: &Router, key: &[u8], n: usize) -> Result<String, Failure> {
    let shown = |KeyCopy { index, key }| Shown { key, names: &["index"], numbers: [index as u64, 0, 0] };
    Ok(json(&router.copies(key, n)?.into_iter().map(shown).collect::<Vec<_>>()))
}

/// What happened to nodes since the last call: a list of events.
pub fn take_events(health: &mut Health) -> String {
    json(&health.take_events())
}

/// All that is known of the health of nodes.
pub fn health_snapshot(health: &Health) -> String {
    json(health)
}

/// All that is known of endpoints.
pub fn replica_snapshot(replicas: &ReplicaSet) -> String {
    json(replicas)
}

/// The hottest keys: a list of `{key, length, count, error}`, with `key_hex` for what is not UTF-8.
pub fn hottest(keys: &HotKeys, n: usize) -> String {
    let names = &["length", "count", "error"];
    let shown = |HotKey { key, length, count, error }| Shown { key, names, numbers: [length, count, error] };
    json(&keys.top(n).into_iter().map(shown).collect::<Vec<_>>())
}

/// What is known of the count of one key: count and error.
pub fn estimate(keys: &HotKeys, key: &[u8]) -> [u64; 2] {
    let Estimate { count, error } = keys.estimate(key);
    [count, error]
}

/// The numbers about a summary: total, floor, size, capacity, window.
pub fn hot_keys_summary(keys: &HotKeys) -> [u64; 5] {
    let HotKeysOptions { capacity, window } = keys.options();
    [keys.total(), keys.floor(), keys.len() as u64, capacity as u64, window]
}

/// A key and numbers about it.
struct Shown<'n> {
    key: Vec<u8>,
    names: &'n [&'static str],
    numbers: [u64; 3],
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let key = KeyText::from(&self.key[..]);
        match key.text() {
            Some(text) => map.serialize_entry("key", text)?,
            None => map.serialize_entry("key_hex", &key.hex())?,
        }
        for (name, number) in self.names.iter().zip(&self.numbers) {
            map.serialize_entry(name, number)?;
        }
        map.end()
    }
}

/// Where a scan has got to. Errors: `command.arguments`.
pub fn scan_target(cursor: &[u8], nodes: usize) -> Result<ScanCursor, Failure> {
    Ok(ScanCursor::read(cursor, nodes)?)
}

/// The cursor to go on with, after the node of `cursor` answered with a cursor of its own. Errors: `command.arguments`.
pub fn scan_next(cursor: &[u8], answered: &[u8], nodes: usize) -> Result<u64, Failure> {
    // With one node, a cursor is the server's own.
    let answered = ScanCursor::read(answered, 1)?.cursor;
    Ok(ScanCursor::read(cursor, nodes)?.answered(answered, nodes)?)
}

#[cfg(test)]
mod tests {
    use super::{copies, hottest, pool_settings, scan_next};
    use keyhome::{HotKeys, hotkeys::HotKeysOptions};

    const POOL: &str = "{\"p\": {\"servers\": [\"a:1:1\", \"b:1:1\"], \"dialect\": \"libketama\", \"on_failure\": \"probe\"}}";

    #[test]
    fn keys_that_are_not_utf8_are_digits() {
        let router = crate::from_config(POOL, None).unwrap();
        let text = copies(&router, b"a", 9).unwrap();
        assert!(text.starts_with("[{\"key\":\"a~copy"), "{text}");
        assert!(text.ends_with(",\"index\":1}]") || text.ends_with(",\"index\":0}]"), "{text}");
        assert!(copies(&router, b"\xff", 1).unwrap().starts_with("[{\"key_hex\":\"ff7e"));
        let mut keys = HotKeys::new(&HotKeysOptions::default()).unwrap();
        keys.record_many(b"\xff", 3, 0);
        keys.record("é", 0);
        let wanted =
            r#"[{"key_hex":"ff","length":1,"count":3,"error":0},{"key":"é","length":2,"count":1,"error":0}]"#;
        assert_eq!(hottest(&keys, 9), wanted);
        assert_eq!(hottest(&keys, 0), "[]");
    }

    #[test]
    fn settings_are_the_options_of_a_pool_and_its_name() {
        let wanted = r#"{"name":"p","dialect":"libketama","on_failure":"probe"}"#;
        assert_eq!(pool_settings(POOL, None).unwrap(), wanted);
        assert_eq!(pool_settings(POOL, Some("q")).unwrap_err().code, "pool.unknown");
    }

    #[test]
    fn a_scan_goes_on() {
        assert_eq!(scan_next(b"0", b"17", 3), Ok(51));
        assert_eq!(scan_next(b"51", b"0", 3), Ok(1));
        assert_eq!(scan_next(b"2", b"0", 3), Ok(0));
        for (cursor, answered, nodes) in [("x", "0", 1), ("0", "-1", 1), ("0", "", 1), ("0", "0", 0)] {
            assert_eq!(
                scan_next(cursor.as_bytes(), answered.as_bytes(), nodes).unwrap_err().code,
                "command.arguments"
            );
        }
    }
}
