//! libmemcached 1.0.9 and later, and what is built on it: pylibmc, PHP's memcached extension, many others.

use super::{
    Count, Dialect, KeyRule, Label, Names, OptionSpec, OptionValue, Options, Order, Place, PointHash,
    RingRule, Rule, Search, Takes, Tie,
};
use crate::hash::Algorithm;

/// Source: awesomized/libmemcached src/libmemcached/hosts.cc, hash.cc.
pub(super) static LIBMEMCACHED: Dialect = Dialect {
    id: "libmemcached",
    options: &[
        OptionSpec {
            name: "mode",
            takes: Takes::Word(&["modula", "consistent", "weighted"]),
            default: Some(OptionValue::Word("modula")),
        },
        OptionSpec { name: "hash", takes: Takes::Word(&HASHES), default: None },
    ],
    weights: true,
    node_slots: false,
    node_vnodes: false,
    names: Names::Twemproxy,
    rule,
};

const HASHES: [&str; 10] = [
    "one_at_a_time",
    "md5",
    "crc",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "murmur",
    "jenkins",
    "murmur3",
];

fn rule(options: &Options) -> Rule {
    let mode = options.word("mode");
    let default = if mode == Some("weighted") { Algorithm::Md5 } else { Algorithm::OneAtATime };
    let hash = match options.word("hash") {
        Some("crc") => Algorithm::Crc32,
        Some(word) => Algorithm::find(word).unwrap_or(default),
        None => default,
    };
    let key = KeyRule::whole(hash);
    let place = match mode {
        Some("consistent") => Place::Ring(RingRule {
            point: PointHash::Hash(key.hash),
            count: Count::Fixed(100),
            weighted_instead: Some((PointHash::Md5Words(4), Count::F32)),
            ..WEIGHTED
        }),
        Some("weighted") => Place::Ring(WEIGHTED),
        _ => Place::Modula { weighted: false },
    };
    Rule { key, order: Order::Given, place }
}

const WEIGHTED: RingRule = RingRule {
    label: Label::NAME,
    point: PointHash::Md5Words(4),
    count: Count::F32,
    weighted_instead: None,
    tie: Tie::Earlier,
    search: Search::AtOrAbove,
};
