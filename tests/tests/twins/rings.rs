//! Every point of a ring, and the owners of hashes at points, beside them, and at both ends of the range.

use keyhome_core::share::Share;
use keyhome_tests::twin::{Table, Twin, random};
use proptest::{prelude::*, sample::Index};

use crate::{add, both, both_without, check};

#[test]
fn rings() {
    let inputs = (
        random::pool(),
        prop::collection::vec(any::<Index>(), 0..3),
        prop::collection::vec((any::<Index>(), 0..3_u32), 0..40),
        prop::collection::vec(any::<u32>(), 0..20),
    );
    check("rings", 200, &inputs, |(pool, gone, beside, hashes), held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let Some((router, twin)) = both_without(&router, &twin, &gone) else { return Ok(()) };
        let ring = match &twin.table {
            Table::Ring(ring) => &ring.points[..],
            _ => &[],
        };
        prop_assert_eq!(router.ring_points(), met_points(&twin));
        add(held, ring.len());
        if twin.key_hash() == "md5_128" || matches!(twin.table, Table::Slots(_) | Table::Sum(_)) {
            return Ok(());
        }
        let beside = beside
            .iter()
            .filter(|_| !ring.is_empty())
            .map(|(index, step)| (index.get(ring).0 as u32).wrapping_add(*step).wrapping_sub(1));
        for hash in beside.chain(hashes).chain([0, 1, u32::MAX - 1, u32::MAX]) {
            prop_assert_eq!(router.owner_of_hash(hash), Some(twin.owner(hash.into())), "hash {}", hash);
        }
        Ok(())
    });
}

/// The highest hash that meets each point, and its node: where a hash meets the point above it, that is one lower than
/// the point, and of the point 0 the highest hash there is.
pub(crate) fn met_points(twin: &Twin) -> Vec<(Share, usize)> {
    let Table::Ring(ring) = &twin.table else { return vec![] };
    let highest = twin.range().map_or(u128::MAX, |_| u128::from(u32::MAX));
    let met = |value: u128| if ring.above { value.checked_sub(1).unwrap_or(highest) } else { value };
    let mut points: Vec<(u128, usize)> =
        ring.points.iter().map(|(value, node)| (met(*value), *node)).collect();
    points.sort_by_key(|point| point.0);
    points.into_iter().map(|(value, node)| (Share::new(value), node)).collect()
}
