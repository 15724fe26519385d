//! Python's `hash_ring` 1.3.1 and its port `hashring` 1.5.1: ketama with three points a digest, and the first point
//! above the hash, not at it.

use super::{
    Count, Dialect, KeyRule, Label, Names, Options, Order, Place, PointHash, RingRule, Rule, Search, Tie,
};
use crate::hash::Algorithm;

/// Source: Doist/hash_ring hash_ring/ring.py.
pub(super) static HASH_RING: Dialect = Dialect {
    id: "hash_ring",
    options: &[],
    weights: true,
    node_slots: false,
    node_vnodes: false,
    names: Names::Address,
    rule,
};

fn rule(_: &Options) -> Rule {
    Rule {
        key: KeyRule::whole(Algorithm::Md5),
        order: Order::Given,
        place: Place::Ring(RingRule {
            label: Label::NAME,
            point: PointHash::Md5Words(3),
            count: Count::Exact(40),
            weighted_instead: None,
            tie: Tie::Later,
            search: Search::Above,
        }),
    }
}
