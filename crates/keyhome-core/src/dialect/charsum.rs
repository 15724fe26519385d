//! What naive client code does: the sum of a key's UTF-16 code units modulo the number of nodes. Here so that
//! people can see what leaving it would move.

use super::{Dialect, KeyRule, Names, Options, Order, Place, Rule};
use crate::hash::Algorithm;

/// Source: no single project; `[...key].reduce((sum, c) => sum + c.charCodeAt(0), 0) % nodes.length`.
pub(super) static CHARSUM: Dialect = Dialect {
    id: "charsum",
    options: &[],
    weights: false,
    node_slots: false,
    node_vnodes: false,
    names: Names::Address,
    rule,
};

fn rule(_: &Options) -> Rule {
    Rule { key: KeyRule::whole(Algorithm::CharSum), order: Order::Given, place: Place::CharSum }
}
