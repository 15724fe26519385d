//! Points that two nodes share: which of them answers.

use std::collections::BTreeMap;

use keyhome_tests::twin::{
    Table, Twin,
    pool::{Node, Pool, System},
    random,
};
use proptest::prelude::*;

use crate::{add, both, check, plain};

/// The ties that the spec of twemproxy names: two names, their common point, keys that hit it.
#[test]
fn twemproxys_known_ties() {
    let ties = [
        ("10.0.1.202:6379", "10.0.2.170:6379"),
        ("10.0.3.89:6379", "10.0.0.188:6379"),
        ("10.0.0.76:6379", "10.0.0.180:6379"),
    ];
    let values = [90248124_u32, 3225172275, 4153548666];
    for ((winner, loser), value) in ties.into_iter().zip(values) {
        for names in [[winner, loser], [loser, winner]] {
            let (router, twin) = both(&twemproxy("md5", &names)).unwrap();
            let Table::Ring(ring) = &twin.table else { panic!("no ring") };
            let tied = ring.points.iter().filter(|point| point.0 == u128::from(value)).count();
            assert_eq!(tied, 2, "{winner} and {loser} share {value}");
            // Any label that makes the point hits it, if the point is the first word of its digest.
            let labels = names.iter().flat_map(|name| (0..40).map(move |i| format!("{name}-{i}")));
            for label in labels {
                assert_eq!(plain(router.index(&label)), twin.home(label.as_bytes()), "{label}");
            }
        }
    }
    for (hash, key) in [("fnv1a_64", "t5100"), ("fnv1a_32", "t553"), ("murmur", "t520")] {
        for names in [[ties[0].0, ties[0].1], [ties[0].1, ties[0].0]] {
            let (router, twin) = both(&twemproxy(hash, &names)).unwrap();
            let Table::Ring(ring) = &twin.table else { panic!("no ring") };
            let met = ring.points[ring.met_by(twin.hash(key.as_bytes()))];
            assert_eq!(met.0, 90248124, "{hash} of {key}");
            assert_eq!(router.node(key).unwrap().name, ties[0].0, "{hash} of {key}");
            let next: Vec<&str> =
                router.successors(key, 1).unwrap().iter().map(|node| node.name.as_str()).collect();
            assert_eq!(next, [ties[0].1], "the tied point of the other node is the next");
        }
    }
    println!("known ties: {} cases", 2 * ties.len() + 6);
}

fn twemproxy(hash: &'static str, names: &[&str]) -> Pool {
    let system = System::Twemproxy { hash, modula: false, tag: None, signed_char: true };
    Pool { system, nodes: names.iter().map(|name| Node::new(*name, 1)).collect() }
}

/// Rings of 15 bits, where ties abound.
#[test]
fn narrow_rings() {
    let system = System::Libmemcached { mode: "consistent", hash: Some("crc") };
    let inputs = random::pool_of(system, 10).prop_map(|mut pool| {
        pool.nodes.iter_mut().for_each(|node| node.weight = 1);
        pool
    });
    let ties = std::cell::Cell::new(0);
    check("narrow rings", 160, &inputs, |pool, held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let tied = tied_labels(&twin);
        ties.set(ties.get() + tied.len());
        for label in tied.values().flatten() {
            prop_assert_eq!(plain(router.index(label)), twin.home(label.as_bytes()), "{}", label);
            prop_assert_eq!(plain(router.successor_indexes(label, 3)), twin.successors(label.as_bytes(), 3));
            add(held, 2);
        }
        Ok(())
    });
    println!("narrow rings: {} ties", ties.get());
    assert!(ties.get() > 20, "few ties: {}", ties.get());
}

/// Rings so full that some points of 32 bits coincide; keys that are the labels of such points meet them exactly.
#[test]
fn full_rings() {
    let rings = [
        (System::Vnodes { vnodes: 20_000 }, 6),
        (
            System::NpmHashring {
                vnode_count: 20_000,
                points_per_digest: 1,
                default_port: None,
                sha1: false,
            },
            6,
        ),
        (System::Uhashring { ketama: true, vnodes: Some(20_000), points_per_digest: 1 }, 6),
    ];
    let mut ties = 0;
    for (system, count) in rings {
        let (router, twin) = both(&Pool { system, nodes: many(count) }).unwrap();
        let tied = tied_labels(&twin);
        assert!(!tied.is_empty(), "no ties in {:?}", twin.pool.system);
        for label in tied.values().flatten() {
            agree(&router, &twin, label);
        }
        ties += tied.len();
    }
    println!("full rings: {ties} ties in 3 rings");
}

/// The same where a key is not hashed as labels are: keys are tried until some meet a tied point.
#[test]
fn full_rings_of_several_points_a_label() {
    let rings = [
        System::Twemproxy { hash: "murmur", modula: false, tag: None, signed_char: true },
        System::Libmemcached { mode: "weighted", hash: Some("jenkins") },
        System::HashRing,
    ];
    let mut keys = 0;
    for system in rings {
        let (router, twin) = both(&Pool { system, nodes: many(1100) }).unwrap();
        let Table::Ring(ring) = &twin.table else { panic!("no ring") };
        let order: Vec<usize> = (0..twin.pool.nodes.len()).collect();
        let all = keyhome_tests::twin::ring::all_points(&twin.pool, &order);
        let ties = all.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
        let arcs: Vec<(u128, u128)> = ties
            .map(|pair| {
                let before = ring.points.iter().rev().find(|point| point.0 < pair[0].0);
                (before.map_or(0, |point| point.0), pair[0].0)
            })
            .collect();
        assert!(!arcs.is_empty(), "no ties in {:?}", twin.pool.system);
        let meets = |hash: u128| arcs.iter().any(|arc| arc.0 < hash && hash < arc.1);
        let found: Vec<String> =
            (0..300_000).map(|i| format!("t{i}")).filter(|key| meets(twin.hash(key.as_bytes()))).collect();
        assert!(found.len() > 1, "no key meets a tie of {:?}", twin.pool.system);
        for key in found.iter().take(10) {
            agree(&router, &twin, key);
        }
        keys += found.len().min(10);
    }
    println!("full rings of several points a label: {keys} keys at ties in 3 rings");
}

fn many(count: u32) -> Vec<Node> {
    (0..count).map(|i| Node::new(format!("10.7.{}.{}:6379", i / 250, i % 250), 1)).collect()
}

fn agree(router: &keyhome_core::Router, twin: &Twin, key: &str) {
    let system = &twin.pool.system;
    assert_eq!(plain(router.index(key)), twin.home(key.as_bytes()), "{key} in {system:?}");
    let next = twin.successors(key.as_bytes(), 2);
    assert_eq!(plain(router.successor_indexes(key, 2)), next, "after {key} in {system:?}");
}

/// Labels of different nodes with one hash, by hash, for systems that make one point of each label with the hash
/// that keys have.
fn tied_labels(twin: &Twin) -> BTreeMap<u128, Vec<String>> {
    let per_node = match twin.pool.system {
        System::Vnodes { vnodes: count }
        | System::NpmHashring { vnode_count: count, .. }
        | System::Uhashring { vnodes: Some(count), .. } => count,
        _ => 100,
    };
    let mut labels: Vec<(u128, usize, String)> = Vec::new();
    for (index, node) in twin.pool.nodes.iter().enumerate() {
        for i in 0..per_node {
            let label = format!("{}-{i}", node.name);
            labels.push((twin.hash(label.as_bytes()), index, label));
        }
    }
    labels.sort_unstable();
    let mut tied: BTreeMap<u128, Vec<String>> = BTreeMap::new();
    for pair in labels.windows(2) {
        if pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1 {
            tied.entry(pair[0].0).or_default().extend([pair[0].2.clone(), pair[1].2.clone()]);
        }
    }
    tied
}
