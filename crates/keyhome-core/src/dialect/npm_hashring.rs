//! npm's hashring 3.2.0, the ring of the npm packages memcached and redis-shard.

use super::{
    Count, Dialect, KeyRule, Label, NUMBER_MAX, Names, OptionSpec, OptionValue, Options, Order, Place,
    PointHash, RingRule, Rule, Search, Takes, Tie,
};
use crate::hash::Algorithm;

/// Source: 3rd-Eden/node-hashring index.js.
pub(super) static NPM_HASHRING: Dialect = Dialect {
    id: "npm-hashring",
    options: &[
        OptionSpec {
            name: "vnode_count",
            takes: Takes::Number(1, NUMBER_MAX),
            default: Some(OptionValue::Number(40)),
        },
        OptionSpec {
            name: "points_per_digest",
            takes: Takes::Number(1, 4),
            default: Some(OptionValue::Number(4)),
        },
        OptionSpec { name: "default_port", takes: Takes::Number(1, 65535), default: None },
        OptionSpec {
            name: "algorithm",
            takes: Takes::Word(&["md5", "sha1"]),
            default: Some(OptionValue::Word("md5")),
        },
    ],
    weights: true,
    node_slots: false,
    node_vnodes: true,
    names: Names::Address,
    rule,
};

fn rule(options: &Options) -> Rule {
    let words = options.number("points_per_digest").unwrap_or(4);
    let (hash, point) = if options.word("algorithm") == Some("sha1") {
        (Algorithm::Sha1, PointHash::Sha1Words(words))
    } else {
        (Algorithm::Md5, PointHash::Md5Words(words))
    };
    Rule {
        key: KeyRule::whole(hash),
        order: Order::Given,
        place: Place::Ring(RingRule {
            label: Label { without_port: options.number("default_port"), cut_at: None },
            point,
            count: Count::F64(options.number("vnode_count").unwrap_or(40)),
            weighted_instead: None,
            tie: Tie::Earlier,
            search: Search::AtOrAbove,
        }),
    }
}
