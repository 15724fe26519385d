//! twemproxy (nutcracker) 0.5.0.
//!
//! Kept as it is, since a "fix" moves keys: servers are taken by (length, bytes) of their names, not in the order
//! of the config; the counts of points are rounded in f32; an empty key hashes to 0 without any function; labels
//! are cut at 272 bytes; weights count for named servers too; `random` ignores them.

use super::{
    Count, Dialect, KeyRule, Label, Names, OptionSpec, OptionValue, Options, Order, Place, PointHash,
    RingRule, Rule, Search, Takes, Tie,
};
use crate::{
    hash::{Algorithm, KeyHash},
    key::TagRule,
};

/// Source: twitter/twemproxy src/hashkit/, src/nc_server.c, src/nc_conf.c.
pub(super) static TWEMPROXY: Dialect = Dialect {
    id: "twemproxy",
    options: &[
        OptionSpec {
            name: "hash",
            takes: Takes::Word(&HASHES),
            default: Some(OptionValue::Word("fnv1a_64")),
        },
        OptionSpec {
            name: "distribution",
            takes: Takes::Word(&["ketama", "modula", "random"]),
            default: Some(OptionValue::Word("ketama")),
        },
        OptionSpec { name: "hash_tag", takes: Takes::TwoBytes, default: None },
        OptionSpec { name: "signed_char", takes: Takes::Switch, default: Some(OptionValue::Switch(true)) },
    ],
    weights: true,
    node_slots: false,
    node_vnodes: false,
    names: Names::Twemproxy,
    rule,
};

const HASHES: [&str; 12] = [
    "one_at_a_time",
    "md5",
    "crc16",
    "crc32",
    "crc32a",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "hsieh",
    "murmur",
    "jenkins",
];

fn rule(options: &Options) -> Rule {
    let algorithm = options.word("hash").and_then(Algorithm::find).unwrap_or(Algorithm::Fnv1a64);
    let tag =
        options.two_bytes("hash_tag").map_or(TagRule::None, |[open, close]| TagRule::Pair { open, close });
    Rule {
        key: KeyRule {
            tag,
            hash: KeyHash::new(algorithm, options.switch("signed_char").unwrap_or(true)),
            empty_is_zero: true,
        },
        order: Order::NameLengthThenBytes,
        place: match options.word("distribution") {
            Some("modula") => Place::Modula { weighted: true },
            Some("random") => Place::Random,
            _ => Place::Ring(KETAMA),
        },
    }
}

const KETAMA: RingRule = RingRule {
    label: Label { without_port: None, cut_at: Some(272) },
    point: PointHash::Md5Words(4),
    count: Count::F32,
    weighted_instead: None,
    tie: Tie::Earlier,
    search: Search::AtOrAbove,
};
