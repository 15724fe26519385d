//! Which positions are whose is what the twin's lists say, and the entry that an explanation names is the home's.

use keyhome_core::{
    Error, Router,
    router::{Arcs, Positions, Step},
};
use keyhome_tests::twin::{Table, Twin, random};
use proptest::{prelude::*, sample::Index};

use crate::{add, both, both_without, check, rings::met_points};

#[test]
fn arcs() {
    let inputs = (
        random::pool(),
        prop::collection::vec(any::<Index>(), 0..3),
        prop::collection::vec(random::key(), 1..6),
        prop::collection::vec(any::<u32>(), 0..20),
    );
    check("arcs", 300, &inputs, |(pool, gone, keys, hashes), held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let Some((router, twin)) = both_without(&router, &twin, &gone) else { return Ok(()) };
        let arcs = router.arcs().map_err(|error| broken(&error))?;
        prop_assert_eq!(&arcs.ends.len(), &arcs.owners.len());
        prop_assert!(arcs.ends.is_sorted());
        prop_assert_eq!(flat(&arcs), flat_of(&twin));
        add(held, arcs.ends.len());
        for key in keys.iter().map(|key| key.key(&pool)) {
            let Ok(home) = router.index(&key) else { continue };
            let entry = explained(&router, &arcs, &key)?;
            prop_assert_eq!(arcs.owners[entry], home as u32, "key {:x?}", key);
            add(held, 1);
        }
        let by_hash = arcs.by == Positions::Ring && twin.key_hash() != "md5_128";
        for hash in hashes.into_iter().filter(|_| by_hash) {
            let entry = arcs.ends.iter().position(|end| *end >= hash).unwrap_or(0);
            prop_assert_eq!(arcs.owners[entry] as usize, twin.owner(hash.into()), "hash {}", hash);
        }
        Ok(())
    });
}

fn broken(error: &Error) -> TestCaseError {
    TestCaseError::fail(format!("{error:?}"))
}

/// The entry in which a key is, as whoever draws it finds it.
fn explained(router: &Router, arcs: &Arcs, key: &[u8]) -> Result<usize, TestCaseError> {
    let position = match router.explain(key).map_err(|error| broken(&error))?.place {
        Step::Point { position, points, .. } => {
            prop_assert_eq!(points, arcs.ends.len());
            return Ok(position);
        }
        Step::List { position, length } => {
            prop_assert_eq!(u64::from(length), arcs.size);
            position
        }
        Step::Slot { slot } => slot.into(),
        Step::Sum { sum, nodes } => {
            prop_assert_eq!(nodes as u64, arcs.size);
            (sum % nodes as u64) as u32
        }
        _ => 0,
    };
    Ok(arcs.ends.iter().position(|end| *end >= position).expect("positions end where the last entry does"))
}

type Flat = (Positions, u64, Vec<(u32, Option<usize>)>);

fn flat(arcs: &Arcs) -> Flat {
    let owner = |owner: &u32| (*owner != Arcs::NOBODY).then_some(*owner as usize);
    (arcs.by, arcs.size, arcs.ends.iter().copied().zip(arcs.owners.iter().map(owner)).collect())
}

/// The same of the twin, position by position where there are not too many.
fn flat_of(twin: &Twin) -> Flat {
    match &twin.table {
        Table::One => (Positions::OnlyNode, 1, vec![(0, Some(0))]),
        Table::Sum(nodes) => {
            let entries = (0..).zip(nodes.iter().copied().map(Some)).collect();
            (Positions::Sum, nodes.len() as u64, entries)
        }
        Table::Ring(_) => {
            let shift = if twin.key_hash() == "md5_128" { 96 } else { 0 };
            let value = |value: keyhome_core::share::Share| value.count().expect("a point") >> shift;
            let points = met_points(twin).into_iter();
            (Positions::Ring, 1 << 32, points.map(|(end, node)| (value(end) as u32, Some(node))).collect())
        }
        Table::List(parts) => {
            let total = parts.iter().map(|part| part.1).sum();
            let end = |at: usize| parts[..=at].iter().map(|part| part.1).sum::<u64>() - 1;
            let entries = parts.iter().enumerate().map(|(at, part)| (end(at) as u32, Some(part.0)));
            (Positions::List, total, entries.collect())
        }
        Table::Slots(owners) => {
            let is_last = |slot: usize| owners.get(slot + 1).is_none_or(|next| *next != owners[slot]);
            let last = (0..owners.len()).filter(|slot| is_last(*slot));
            (Positions::Slots, 16384, last.map(|slot| (slot as u32, owners[slot])).collect())
        }
    }
}

#[test]
fn a_pool_that_gives_no_key_a_home_has_none() {
    let pool = "p: {distribution: random, servers: [a:1:1, b:1:1]}";
    let router = keyhome::from_config(pool, None).unwrap();
    assert_eq!(router.arcs().unwrap_err().code(), "placement.random");
}
