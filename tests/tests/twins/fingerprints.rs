//! Fingerprints: equal exactly where every key lives on a node of the same name.

use keyhome_tests::twin::{Table, Twin, pool::System, random, ring};
use proptest::prelude::*;

use crate::{
    add, both, check,
    moves::{Change, change},
};

/// Whether no hash value, and so no key, has another home.
fn same_homes(old: &Twin, new: &Twin) -> bool {
    old.moves(new).keys().all(|(from, to)| from == to)
}

/// Few nodes and slight changes, so that equal placements really come up.
#[test]
fn equal_exactly_where_placements_are() {
    let system = prop_oneof![
        (prop::sample::select(vec!["crc32", "fnv1a_64", "md5"]), any::<bool>())
            .prop_map(|(hash, modula)| { System::Twemproxy { hash, modula, tag: None, signed_char: true } }),
        random::libmemcached(&["modula", "consistent", "weighted"]),
        Just(System::RedisCluster),
        (1..4_u32).prop_map(|vnodes| System::Vnodes { vnodes }),
        Just(System::Uhashring { ketama: true, vnodes: Some(2), points_per_digest: 1 }),
    ];
    let inputs = (system.prop_flat_map(|system| random::pool_of(system, 3)), change(), 0..3_u8);
    let equal = std::cell::Cell::new(0);
    check("fingerprints", 150, &inputs, |(pool, change, repeat), held| {
        let changed = change.of(&pool);
        let changed = if repeat == 0 { Change::of(&change, &changed) } else { changed };
        if pool.nodes.iter().chain(&changed.nodes).any(|node| node.weight > 11) {
            return Ok(());
        }
        let (Some((old, old_twin)), Some((new, new_twin))) = (both(&pool), both(&changed)) else {
            return Ok(());
        };
        let same = same_homes(&old_twin, &new_twin);
        equal.set(equal.get() + u32::from(same));
        let (old, new) = (old.fingerprint().unwrap(), new.fingerprint().unwrap());
        prop_assert_eq!(old == new, same, "{} and {} of {:?}", old, new, changed);
        add(held, 1);
        Ok(())
    });
    println!("fingerprints: {} of them equal", equal.get());
}

/// `k1-` and 16 hexadecimal digits, whatever the pool; the same again from the same pool.
#[test]
fn shape() {
    check("shape of fingerprints", 100, &random::pool(), |pool, held| {
        let Some((router, _)) = both(&pool) else { return Ok(()) };
        let fingerprint = router.fingerprint().unwrap();
        let digits = fingerprint.strip_prefix("k1-").unwrap_or("");
        prop_assert!(digits.len() == 16, "{}", fingerprint);
        prop_assert!(
            digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')),
            "{}",
            fingerprint
        );
        prop_assert_eq!(pool.router().unwrap().fingerprint().unwrap(), fingerprint);
        add(held, 1);
        Ok(())
    });
}

/// Whether two nodes share a ring point and their order in the config says which of them answers. twemproxy orders by name.
fn has_ties(twin: &Twin) -> bool {
    let Table::Ring(_) = twin.table else { return false };
    let order: Vec<usize> = (0..twin.pool.nodes.len()).collect();
    let points = ring::all_points(&twin.pool, &order);
    !matches!(twin.pool.system, System::Twemproxy { .. })
        && points.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1)
}

/// The order of nodes and their addresses are not in it where the order places no keys.
#[test]
fn order_and_addresses_do_not_matter() {
    let inputs = (random::pool(), prop::collection::vec(any::<u16>(), 12));
    check("fingerprints of shuffled pools", 100, &inputs, |(pool, order), held| {
        let placed_by_order = matches!(pool.system, System::Charsum | System::Libmemcached { .. });
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        if placed_by_order || has_ties(&twin) {
            return Ok(());
        }
        let mut shuffled = pool.clone();
        let mut order = order.into_iter().chain(0..);
        shuffled.nodes.sort_by_cached_key(|_| order.next());
        prop_assert_eq!(shuffled.router().unwrap().fingerprint(), router.fingerprint());
        add(held, 1);
        Ok(())
    });
}
