//! What a change of pools moves.

use keyhome_core::{Router, router::Diff, share::Share};
use keyhome_tests::twin::{
    Twin,
    pool::{Node, Pool, System},
    random,
    shares::Moves,
};
use proptest::{prelude::*, sample::Index};

use crate::{add, both, check};

/// The same pool after a change: nodes go, come, and weigh anew.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    gone: Vec<Index>,
    come: Vec<(String, u32)>,
    weights: Vec<(Index, u32)>,
    order: Vec<u16>,
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    (
        prop::collection::vec(any::<Index>(), 0..3),
        prop::collection::vec(("(new|a|node)-?[0-9]{0,2}", 1..6_u32), 0..3),
        prop::collection::vec((any::<Index>(), 1..6_u32), 0..2),
        prop::collection::vec(any::<u16>(), 12),
    )
        .prop_map(|(gone, come, weights, order)| Change { gone, come, weights, order })
}

impl Change {
    pub(crate) fn of(&self, pool: &Pool) -> Pool {
        let mut nodes = pool.nodes.clone();
        let weights = !matches!(pool.system, System::RedisCluster | System::Vnodes { .. } | System::Charsum);
        for (index, weight) in &self.weights {
            let index = index.index(nodes.len());
            nodes[index].weight = if weights { *weight } else { 1 };
        }
        for index in &self.gone {
            if nodes.len() > 1 {
                let gone = nodes.remove(index.index(nodes.len()));
                let heir = index.index(nodes.len());
                nodes[heir].slots.extend(gone.slots);
            }
        }
        for (name, weight) in &self.come {
            if nodes.iter().all(|node| node.name != *name) {
                nodes.push(Node::new(name, if weights { *weight } else { 1 }));
            }
        }
        let mut ordered: Vec<(u16, Node)> = self.order.iter().copied().chain(0..).zip(nodes).collect();
        ordered.sort_by_key(|(order, _)| *order);
        Pool { system: pool.system.clone(), nodes: ordered.into_iter().map(|(_, node)| node).collect() }
    }
}

/// Systems whose hash has 32 bits or fewer and whose values can be counted.
fn countable() -> impl Strategy<Value = System> {
    random::system().prop_filter("countable", |system| {
        !matches!(system, System::Charsum | System::Uhashring { ketama: false, .. })
    })
}

fn narrow() -> impl Strategy<Value = System> {
    prop_oneof![
        any::<bool>().prop_map(|modula| System::Twemproxy {
            hash: "crc32",
            modula,
            tag: None,
            signed_char: true
        }),
        prop::sample::select(vec!["modula", "consistent"])
            .prop_map(|mode| System::Libmemcached { mode, hash: Some("crc") }),
    ]
}

/// Weights that a list can be written out with.
fn light(pool: &Pool) -> bool {
    pool.nodes.iter().all(|node| node.weight < 12)
}

#[test]
fn moves_of_rings_lists_and_slots() {
    let inputs = (countable().prop_flat_map(|system| random::pool_of(system, 7)), change());
    check("moves", 150, &inputs, |(pool, change), held| {
        if !light(&pool) {
            return Ok(());
        }
        compare(&pool, &change.of(&pool), held)
    });
}

/// All 32,768 values of a 15-bit hash looked at one by one.
#[test]
fn moves_of_narrow_hashes_value_by_value() {
    let inputs = (narrow().prop_flat_map(|system| random::pool_of(system, 5)), change());
    check("moves of narrow hashes", 16, &inputs, |(pool, change), held| {
        compare(&pool, &change.of(&pool), held)
    });
}

fn compare(old: &Pool, new: &Pool, held: &std::cell::Cell<u64>) -> Result<(), TestCaseError> {
    let (Some((old_router, old_twin)), Some((new_router, new_twin))) = (both(old), both(new)) else {
        return Ok(());
    };
    let expected = old_twin.moves(&new_twin);
    add(held, expected.len());
    prop_assert_eq!(moves(&old_router.diff(&new_router)), by_name(&expected));
    prop_assert_eq!(addresses(&old_router, &new_router), changed_addresses(&old_router, &new_router));
    is_sum_of_balances(&old_router, &old_twin, &expected)
}

/// What leaves a node and what stays there is what it had.
fn is_sum_of_balances(router: &Router, twin: &Twin, moves: &Moves) -> Result<(), TestCaseError> {
    for share in router.balance().shares {
        let left: u128 = moves
            .iter()
            .filter(|((from, _), _)| from.as_deref() == Some(&share.node))
            .map(|(_, count)| count)
            .sum();
        prop_assert_eq!(share.share, Some(Share::new(left)), "{} of {:?}", share.node, &twin.pool);
    }
    Ok(())
}

type Named = (Vec<(Option<String>, Option<String>, Share)>, Share);

fn moves(diff: &Diff) -> Named {
    let exact = diff.exact.as_ref().expect("an exact diff");
    let moves = exact.moves.iter().map(|part| {
        (part.from.as_deref().map(str::to_owned), part.to.as_deref().map(str::to_owned), part.share)
    });
    (moves.collect(), exact.stays)
}

fn by_name(expected: &Moves) -> Named {
    let stays = expected.iter().filter(|((from, to), _)| from == to).map(|(_, count)| count).sum();
    let moves = expected.iter().filter(|((from, to), _)| from != to);
    let moves = moves.map(|((from, to), count)| (from.clone(), to.clone(), Share::new(*count)));
    (moves.collect(), Share::new(stays))
}

fn addresses(old: &Router, new: &Router) -> Vec<(String, String, String)> {
    old.diff(new).addresses.into_iter().map(|change| (change.node, change.old, change.new)).collect()
}

fn changed_addresses(old: &Router, new: &Router) -> Vec<(String, String, String)> {
    let mut changed = Vec::new();
    for before in old.nodes() {
        for after in new.nodes() {
            if before.name == after.name && before.address != after.address {
                changed.push((before.name.clone(), before.address.clone(), after.address.clone()));
            }
        }
    }
    changed
}

/// Another hash, tag or sign, another kind of placement: nothing can be counted.
#[test]
fn what_cannot_be_counted() {
    let nodes: Vec<Node> = (0..4).map(|i| Node::new(format!("n{i}"), 1)).collect();
    let base = |hash, modula, tag, signed_char| {
        let system = System::Twemproxy { hash, modula, tag, signed_char };
        Pool { system, nodes: nodes.clone() }.router().unwrap()
    };
    let one = base("fnv1a_64", false, None, true);
    let others = [
        base("fnv1_64", false, None, true),
        base("fnv1a_64", true, None, true),
        base("fnv1a_64", false, Some(*b"{}"), true),
        base("fnv1a_64", false, None, false),
        Pool { system: System::Charsum, nodes: nodes.clone() }.router().unwrap(),
    ];
    for other in &others {
        assert!(one.diff(other).exact.is_none() && other.diff(&one).exact.is_none());
    }
    assert!(others[4].diff(&others[4]).exact.is_none(), "charsum is never exact");
    let unsigned = base("md5", false, None, false);
    assert!(base("md5", false, None, true).diff(&unsigned).exact.is_some(), "md5 does not look at the sign");
    println!("what cannot be counted: {} cases", 2 * others.len() + 2);
}
