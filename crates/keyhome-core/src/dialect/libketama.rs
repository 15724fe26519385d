//! The original ketama library of last.fm, and its PHP, Python, Erlang and Lua bindings.

use super::{
    Count, Dialect, KeyRule, Label, Names, Options, Order, Place, PointHash, RingRule, Rule, Search, Tie,
};
use crate::hash::Algorithm;

/// Source: RJ/ketama libketama/ketama.c.
pub(super) static LIBKETAMA: Dialect = Dialect {
    id: "libketama",
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
            point: PointHash::Md5Words(4),
            count: Count::F32Quotient,
            weighted_instead: None,
            tie: Tie::Earlier,
            search: Search::AtOrAbove,
        }),
    }
}
