//! The ring of virtual nodes that tutorials build: md5(`name-i`), eight hexadecimal digits as a number.

use super::{
    Count, Dialect, KeyRule, Label, NUMBER_MAX, Names, OptionSpec, OptionValue, Options, Order, Place,
    PointHash, RingRule, Rule, Search, Takes, Tie,
};
use crate::hash::{Algorithm, KeyHash};

const DEFAULT: u32 = 160;

/// Source: no single project; recorded from Node and Python code as tutorials write it.
pub(super) static VNODES: Dialect = Dialect {
    id: "vnodes",
    options: &[OptionSpec {
        name: "vnodes",
        takes: Takes::Number(1, NUMBER_MAX),
        default: Some(OptionValue::Number(DEFAULT)),
    }],
    weights: false,
    node_slots: false,
    node_vnodes: false,
    names: Names::Address,
    rule,
};

fn rule(options: &Options) -> Rule {
    Rule {
        key: KeyRule::whole(Algorithm::Md5Hex),
        order: Order::Given,
        place: Place::Ring(RingRule {
            label: Label::NAME,
            point: PointHash::Hash(KeyHash::new(Algorithm::Md5Hex, true)),
            count: Count::Fixed(options.number("vnodes").unwrap_or(DEFAULT)),
            weighted_instead: None,
            tie: Tie::Later,
            search: Search::AtOrAbove,
        }),
    }
}
