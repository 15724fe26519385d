//! What an explanation says is what the twin finds: tag, hash, point, and who is next.

use keyhome_core::router::{KeyText, Step};
use keyhome_tests::twin::{Table, random};
use proptest::prelude::*;

use crate::{add, both, check, plain};

#[test]
fn explanations() {
    let inputs = (random::pool(), prop::collection::vec(random::key(), 1..4));
    check("explanations", 150, &inputs, |(pool, keys), held| {
        let Some((router, twin)) = both(&pool) else { return Ok(()) };
        for key in keys.iter().map(|key| key.key(&pool)) {
            let explanation = plain(router.explain(&key));
            let home = twin.home(&key);
            prop_assert_eq!(
                explanation.as_ref().map(|explanation| explanation.index).map_err(|code| *code),
                home
            );
            let (Ok(explanation), Ok(home)) = (explanation, home) else { continue };
            prop_assert_eq!(explanation.key.bytes(), &key[..]);
            prop_assert_eq!(&explanation.node, &pool.nodes[home].name);
            let next = twin.without(&[home]).and_then(|rest| rest.home(&key));
            let next = next.ok().map(|next| pool.nodes[next].name.clone());
            prop_assert_eq!(&explanation.next, &next, "after {:x?}", key);
            if !matches!(twin.table, Table::One) {
                let hashed = explanation.hashed.as_ref().map(KeyText::bytes);
                prop_assert_eq!(hashed, Some(twin.hashed(&key)));
            }
            if let (Table::Ring(_) | Table::List(_), Some(hash)) = (&twin.table, explanation.hash) {
                prop_assert_eq!(hash.value.count(), Some(twin.hash(&key)));
            }
            match (&explanation.place, &twin.table) {
                (Step::Point { point, position, points, label }, Table::Ring(ring)) => {
                    let met = ring.met_by(twin.hash(&key));
                    prop_assert_eq!((*position, *points), (met, ring.points.len()));
                    prop_assert_eq!(point.count(), Some(ring.points[met].0));
                    prop_assert!(label.contains('-') || label.len() == 272, "{}", label);
                }
                (Step::List { position, length }, Table::List(parts)) => {
                    let total: u64 = parts.iter().map(|part| part.1).sum();
                    prop_assert_eq!(u64::from(*length), total);
                    prop_assert_eq!(u128::from(*position), twin.hash(&key) % u128::from(total));
                }
                (Step::Slot { slot }, Table::Slots(_)) => {
                    prop_assert_eq!(*slot, keyhome_tests::twin::hash::slot(twin.hashed(&key)));
                }
                (Step::Sum { nodes, .. }, Table::Sum(live)) => prop_assert_eq!(*nodes, live.len()),
                (Step::OnlyNode, Table::One) => {}
                (place, _) => prop_assert!(false, "{:?}", place),
            }
            add(held, 1);
        }
        Ok(())
    });
}
