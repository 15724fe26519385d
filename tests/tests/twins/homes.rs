//! Where keys live, and who follows.

use keyhome_tests::twin::{
    pool::{Node, Pool, System},
    random,
};
use proptest::{prelude::*, sample::Index};

use crate::{add, both, both_without, check, plain};

#[test]
fn homes_and_successors() {
    let inputs = (
        random::pool(),
        prop::collection::vec(random::key(), 1..30),
        prop::collection::vec(any::<Index>(), 0..3),
        prop::collection::vec(any::<Index>(), 0..3),
        0..14_usize,
    );
    check("homes and successors", 500, &inputs, |(pool, keys, first_gone, then_gone, n), held| {
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.key(&pool)).collect();
        let mut next = both(&pool);
        for gone in [first_gone, then_gone] {
            let Some((router, twin)) = next else { return Ok(()) };
            for key in &keys {
                let home = twin.home(key);
                prop_assert_eq!(plain(router.index(key)), home, "key {:x?}", key);
                let name = home.map(|index| pool.nodes[index].name.as_str());
                prop_assert_eq!(plain(router.node(key)).map(|node| node.name.as_str()), name);
                let successors = twin.successors(key, n);
                prop_assert_eq!(
                    plain(router.successor_indexes(key, n)),
                    successors.clone(),
                    "after {:x?}",
                    key
                );
                let names: Vec<&str> =
                    successors.into_iter().flatten().map(|index| pool.nodes[index].name.as_str()).collect();
                let nodes = plain(router.successors(key, n)).unwrap_or_default();
                prop_assert_eq!(nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), names);
            }
            add(held, 2 * keys.len());
            next = both_without(&router, &twin, &gone);
        }
        Ok(())
    });
}

/// libmemcached's ring is weighted once any server weighs more than 1, also while that one is gone.
#[test]
fn weighted_points_stay_weighted() {
    let system = System::Libmemcached { mode: "consistent", hash: None };
    let nodes = [("a", 3), ("b", 1), ("c", 1), ("d", 1)].map(|(name, weight)| Node::new(name, weight));
    let (router, twin) = both(&Pool { system, nodes: nodes.into() }).unwrap();
    let (router, twin) = (router.without(&["a"]).unwrap(), twin.without(&[0]).unwrap());
    for key in (0..300).map(|i| format!("user:{i}")) {
        assert_eq!(plain(router.index(&key)), twin.home(key.as_bytes()), "{key}");
    }
    println!("weighted points stay weighted: 300 keys");
}
