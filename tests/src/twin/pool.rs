//! A pool as both are made from it: the naive twin and the router.

use std::ops::RangeInclusive;

use keyhome_core::{
    Dialect, Error, Member, Options, Router,
    dialect::{OptionValue, Takes},
};
use serde_json::{Value, json};

/// The system that the pool belongs to, with its options, which are called as in a config.
#[allow(missing_docs, reason = "the options are documented where the dialects are")]
#[derive(Debug, Clone, PartialEq)]
pub enum System {
    /// twemproxy, its ring or its list.
    Twemproxy { hash: &'static str, modula: bool, tag: Option<[u8; 2]>, signed_char: bool },
    /// Redis Cluster's slots.
    RedisCluster,
    /// The ring that tutorials build.
    Vnodes { vnodes: u32 },
    /// The sum of UTF-16 code units.
    Charsum,
    /// The original ketama.
    Libketama,
    /// npm's hashring.
    NpmHashring { vnode_count: u32, points_per_digest: u32, default_port: Option<u32>, sha1: bool },
    /// Python's uhashring, in ketama or md5 mode.
    Uhashring { ketama: bool, vnodes: Option<u32>, points_per_digest: u32 },
    /// Python's hash_ring.
    HashRing,
    /// libmemcached: `modula`, `consistent` or `weighted`.
    Libmemcached { mode: &'static str, hash: Option<&'static str> },
}

/// A node of a pool. Its address is of no account.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What rings hash.
    pub name: String,
    /// 1 where the system has no weights.
    pub weight: u32,
    /// npm's hashring: its own number of digests.
    pub vnodes: Option<u32>,
    /// Redis Cluster: the slots it owns.
    pub slots: Vec<RangeInclusive<u16>>,
}

impl Node {
    /// A node that is nothing but its name and weight.
    pub fn new(name: impl Into<String>, weight: u32) -> Self {
        Self { name: name.into(), weight, vnodes: None, slots: Vec::new() }
    }
}

/// A pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Whose rule it follows.
    pub system: System,
    /// In the order of the config.
    pub nodes: Vec<Node>,
}

impl System {
    /// The dialect and the options that are given, as a config writes them.
    pub fn dialect(&self) -> (&'static str, Vec<(&'static str, Value)>) {
        match self {
            System::Twemproxy { hash, modula, tag, signed_char } => {
                let distribution = if *modula { "modula" } else { "ketama" };
                let mut options = vec![
                    ("hash", json!(hash)),
                    ("distribution", json!(distribution)),
                    ("signed_char", json!(signed_char)),
                ];
                options.extend(tag.map(|tag| ("hash_tag", json!(String::from_utf8_lossy(&tag)))));
                ("twemproxy", options)
            }
            System::RedisCluster => ("redis-cluster", vec![]),
            System::Vnodes { vnodes } => ("vnodes", vec![("vnodes", json!(vnodes))]),
            System::Charsum => ("charsum", vec![]),
            System::Libketama => ("libketama", vec![]),
            System::NpmHashring { vnode_count, points_per_digest, default_port, sha1 } => {
                let mut options = vec![
                    ("vnode_count", json!(vnode_count)),
                    ("points_per_digest", json!(points_per_digest)),
                    ("algorithm", json!(if *sha1 { "sha1" } else { "md5" })),
                ];
                options.extend(default_port.map(|port| ("default_port", json!(port))));
                ("npm-hashring", options)
            }
            System::Uhashring { ketama, vnodes, points_per_digest } => {
                let mode = if *ketama { "ketama" } else { "md5" };
                let mut options =
                    vec![("mode", json!(mode)), ("points_per_digest", json!(points_per_digest))];
                options.extend(vnodes.map(|vnodes| ("vnodes", json!(vnodes))));
                ("uhashring", options)
            }
            System::HashRing => ("hash_ring", vec![]),
            System::Libmemcached { mode, hash } => {
                let mut options = vec![("mode", json!(mode))];
                options.extend(hash.map(|hash| ("hash", json!(hash))));
                ("libmemcached", options)
            }
        }
    }
}

impl Pool {
    /// The config of this pool, in JSON.
    pub fn config(&self) -> String {
        let (dialect, options) = self.system.dialect();
        let mut pool = serde_json::Map::new();
        pool.insert("dialect".into(), json!(dialect));
        pool.extend(options.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let servers: Vec<Value> = (1..).zip(&self.nodes).map(|(number, node)| server(number, node)).collect();
        pool.insert("servers".into(), json!(servers));
        json!({ "pool": pool }).to_string()
    }

    /// The router of this pool, made without a config.
    pub fn router(&self) -> Result<Router, Error> {
        let (dialect, given) = self.system.dialect();
        let dialect = Dialect::find(dialect).expect("a dialect");
        let mut options = Options::new();
        for (name, value) in given {
            let option = dialect.option(name).expect("an option");
            options.set(option, option_value(option.takes, &value));
        }
        let members = self.nodes.iter().zip(1..).map(|(node, number)| {
            let mut member = Member::from(keyhome_core::Node::new(&node.name, address(number)));
            member.node.weight = node.weight;
            member.vnodes = node.vnodes;
            member.slots.clone_from(&node.slots);
            member
        });
        Router::new(dialect, &options, members.collect())
    }
}

fn address(number: u32) -> String {
    format!("192.0.2.1:{number}")
}

fn server(number: u32, node: &Node) -> Value {
    let mut server = json!({ "name": node.name, "address": address(number) });
    if node.weight != 1 {
        server["weight"] = json!(node.weight);
    }
    if let Some(vnodes) = node.vnodes {
        server["vnodes"] = json!(vnodes);
    }
    if !node.slots.is_empty() {
        let ranges: Vec<String> =
            node.slots.iter().map(|range| format!("{}-{}", range.start(), range.end())).collect();
        server["slots"] = json!(ranges.join(","));
    }
    server
}

fn option_value(takes: Takes, value: &Value) -> OptionValue {
    let text = value.as_str().unwrap_or_default();
    match takes {
        Takes::Word(words) => OptionValue::Word(words.iter().find(|word| **word == text).expect("a word")),
        Takes::Number(..) => OptionValue::Number(value.as_u64().expect("a number") as u32),
        Takes::Switch => OptionValue::Switch(value.as_bool().expect("a switch")),
        Takes::TwoBytes => OptionValue::TwoBytes(text.as_bytes().try_into().expect("two bytes")),
    }
}
