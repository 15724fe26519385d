//! "Exactly like X": each file describes one existing system as data for the same engine.
//!
//! A dialect names its options and turns them into a [`Rule`]: how a key is hashed, in which order nodes are
//! taken, and how a hash becomes a node. To add one, write its file, add it to [`Dialect::ALL`], and put
//! placements recorded from the real program beside the tests.

mod charsum;
mod check;
mod hash_ring;
mod libketama;
mod libmemcached;
mod npm_hashring;
mod options;
mod redis_cluster;
mod rule;
mod twemproxy;
mod uhashring;
mod vnodes;

pub use check::{NODES_MAX, POINTS_MAX};
pub use options::{OptionSpec, OptionValue, Options, Takes};
pub use rule::{Count, KeyRule, Label, Names, Order, Place, PointHash, RingRule, Rule, Search, Tie};

use crate::topology::Node;

/// The greatest number that a config takes: what fits C's `int`.
pub const NUMBER_MAX: u32 = i32::MAX as u32;

/// One existing system, described.
#[derive(Debug)]
pub struct Dialect {
    /// The word for it in configs.
    pub id: &'static str,
    /// The options that a pool may set.
    pub options: &'static [OptionSpec],
    /// Whether nodes may have weights other than 1.
    pub weights: bool,
    /// Whether a node may have `slots`.
    pub node_slots: bool,
    /// Whether a node may have `vnodes`.
    pub node_vnodes: bool,
    /// The name of a node that was given none.
    pub names: Names,
    /// The rule that follows from the options.
    pub(crate) rule: fn(&Options) -> Rule,
}

impl Dialect {
    /// Every dialect there is, the default first.
    pub const ALL: &'static [&'static Dialect] = &[
        &twemproxy::TWEMPROXY,
        &redis_cluster::REDIS_CLUSTER,
        &vnodes::VNODES,
        &charsum::CHARSUM,
        &libketama::LIBKETAMA,
        &npm_hashring::NPM_HASHRING,
        &uhashring::UHASHRING,
        &hash_ring::HASH_RING,
        &libmemcached::LIBMEMCACHED,
    ];

    /// The dialect of twemproxy, the default.
    pub const TWEMPROXY: &'static Dialect = &twemproxy::TWEMPROXY;

    /// The dialect of Redis Cluster.
    pub const REDIS_CLUSTER: &'static Dialect = &redis_cluster::REDIS_CLUSTER;

    /// The dialect with that id.
    pub fn find(id: &str) -> Option<&'static Dialect> {
        Self::ALL.iter().find(|dialect| dialect.id == id).copied()
    }

    /// The option with that name, if this dialect has it.
    pub fn option(&self, name: &str) -> Option<&'static OptionSpec> {
        self.options.iter().find(|option| option.name == name)
    }

    /// The name of a node at `address` that was given none.
    pub fn default_name(&self, address: &str) -> alloc::string::String {
        self.names.of(address)
    }

    /// A node at `address` with the name that it has when none is given.
    pub fn unnamed_node(&self, address: &str) -> Node {
        Node::new(self.default_name(address), address)
    }
}
