//! Python's uhashring 2.5: by default a ring of whole MD5 numbers, in ketama mode nearly libketama.

use super::{
    Count, Dialect, KeyRule, Label, NUMBER_MAX, Names, OptionSpec, OptionValue, Options, Order, Place,
    PointHash, RingRule, Rule, Search, Takes, Tie,
};
use crate::hash::Algorithm;

/// Source: ultrabug/uhashring uhashring/ring.py, ring_ketama.py, ring_meta.py.
pub(super) static UHASHRING: Dialect = Dialect {
    id: "uhashring",
    options: &[
        OptionSpec {
            name: "mode",
            takes: Takes::Word(&["md5", "ketama"]),
            default: Some(OptionValue::Word("md5")),
        },
        OptionSpec { name: "vnodes", takes: Takes::Number(1, NUMBER_MAX), default: None },
        OptionSpec {
            name: "points_per_digest",
            takes: Takes::Number(1, 4),
            default: Some(OptionValue::Number(4)),
        },
    ],
    weights: true,
    node_slots: false,
    node_vnodes: false,
    names: Names::Address,
    rule,
};

fn rule(options: &Options) -> Rule {
    let vnodes = options.number("vnodes");
    let (hash, point, count) = if options.word("mode") == Some("ketama") {
        let words = options.number("points_per_digest").unwrap_or(4);
        (Algorithm::Md5, PointHash::Md5Words(words), Count::Exact(vnodes.unwrap_or(40)))
    } else {
        (Algorithm::Md5Whole, PointHash::Md5Whole, Count::PerWeight(vnodes.unwrap_or(160)))
    };
    Rule {
        key: KeyRule::whole(hash),
        order: Order::Given,
        place: Place::Ring(RingRule {
            label: Label::NAME,
            point,
            count,
            weighted_instead: None,
            tie: Tie::Later,
            search: Search::Above,
        }),
    }
}
