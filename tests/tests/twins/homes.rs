//! Where keys live, and who follows.

use keyhome_tests::twin::random;
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
    check("homes and successors", 300, &inputs, |(pool, keys, first_gone, then_gone, n), held| {
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
