//! How much each node owns.

use keyhome_core::share::Share;
use keyhome_tests::twin::{
    pool::{Pool, System},
    random,
    shares::Count,
};
use proptest::{prelude::*, sample::Index};

use crate::{add, both, both_without, check};

fn share(count: Count) -> Share {
    count.map_or(Share::of_bits(128), Share::new)
}

#[test]
fn shares_are_sums_of_gaps() {
    let inputs = (random::pool(), prop::collection::vec(any::<Index>(), 0..3));
    check("shares", 200, &inputs, |(pool, gone), held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let Some((router, twin)) = both_without(&router, &twin, &gone) else { return Ok(()) };
        let balance = router.balance();
        let names: Vec<&str> = balance.shares.iter().map(|share| share.node.as_str()).collect();
        prop_assert_eq!(names, pool.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>());
        let shares: Vec<Option<Share>> = balance.shares.iter().map(|share| share.share).collect();
        add(held, shares.len());
        if pool.system == System::Charsum {
            prop_assert_eq!(balance.range, None);
            prop_assert!(shares.iter().all(Option::is_none));
            return Ok(());
        }
        let (expected, nobody) = twin.shares();
        prop_assert_eq!(balance.range, Some(share(twin.range())));
        prop_assert_eq!(shares, expected.into_iter().map(|count| Some(share(count))).collect::<Vec<_>>());
        let uncovered = (pool.system == System::RedisCluster).then_some(Share::new(nobody));
        prop_assert_eq!(balance.uncovered, uncovered);
        Ok(())
    });
}

/// Every one of the 32,768 values of a 15-bit hash, counted.
#[test]
fn narrow_hashes_value_by_value() {
    let system = prop_oneof![
        any::<bool>().prop_map(|modula| System::Twemproxy {
            hash: "crc32",
            modula,
            tag: None,
            signed_char: true
        }),
        prop::sample::select(vec!["modula", "consistent", "weighted"])
            .prop_map(|mode| System::Libmemcached { mode, hash: Some("crc") }),
    ];
    let inputs = system.prop_flat_map(|system| random::pool_of(system, 6));
    check("shares of narrow hashes", 12, &inputs, |pool: Pool, held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        let mut counted = vec![0_u128; pool.nodes.len()];
        for value in 0..1 << 15 {
            counted[twin.owner(value)] += 1;
        }
        let shares: Vec<Option<Share>> = router.balance().shares.iter().map(|share| share.share).collect();
        prop_assert_eq!(shares, counted.into_iter().map(|count| Some(Share::new(count))).collect::<Vec<_>>());
        add(held, 1 << 15);
        Ok(())
    });
}
