//! Where keys can live: nodes, in the order given, with their replicas.

use alloc::{format, string::String, vec::Vec};
use core::ops::RangeInclusive;

use serde::Serialize;

use crate::error::{Error, ErrorKind};

/// A place where keys live: one server of a pool, or one primary of a cluster, with its replicas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Node {
    /// What the ring hashes and what people call it. Unique in its pool.
    pub name: String,
    /// `host:port`, or the path of a unix socket.
    pub address: String,
    /// At least 1.
    pub weight: u32,
    /// Where it stands, for `read_from: nearest`.
    pub zone: Option<String>,
    /// Copies that may serve reads.
    pub replicas: Vec<Replica>,
}

impl Node {
    /// A node of weight 1, without zone or replicas.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { name: name.into(), address: address.into(), weight: 1, zone: None, replicas: Vec::new() }
    }

    /// The primary, then the replicas, each with its role.
    pub fn endpoints<'n>(&'n self) -> impl Iterator<Item = Endpoint<'n>> {
        let primary = Endpoint { role: Role::Primary, address: &self.address, zone: self.zone.as_deref() };
        let replica = |replica: &'n Replica| {
            let Replica { address, zone } = replica;
            Endpoint { role: Role::Replica, address, zone: zone.as_deref() }
        };
        core::iter::once(primary).chain(self.replicas.iter().map(replica))
    }
}

/// A copy of a node that may serve reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Replica {
    /// `host:port`, or the path of a unix socket.
    pub address: String,
    /// Where it stands.
    pub zone: Option<String>,
}

impl Replica {
    /// A replica whose zone is not known.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), zone: None }
    }
}

/// Whether an address takes writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes writes and reads.
    Primary,
    /// May serve reads.
    Replica,
}

/// One address of a node and what it is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Endpoint<'n> {
    /// Primary or replica.
    pub role: Role,
    /// `host:port`, or the path of a unix socket.
    pub address: &'n str,
    /// Where it stands.
    pub zone: Option<&'n str>,
}

/// A node as a pool is made from it, with what only the pool's dialect wants to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// The node.
    pub node: Node,
    /// `redis-cluster`: the slots it owns, 0 to 16383.
    pub slots: Vec<RangeInclusive<u16>>,
    /// `npm-hashring`: its own number of digests, in place of its weighted share.
    pub vnodes: Option<u32>,
}

/// The error for an index that is none of `nodes` nodes.
#[cold]
pub(crate) fn no_node(index: usize, nodes: usize) -> Error {
    let detail = format!("there is no node {index}; indexes go from 0 to {}", nodes - 1);
    Error::new(ErrorKind::ArgumentRange, detail)
}

/// Nodes to be found by name.
pub(crate) struct ByName<'n>(Vec<(&'n str, usize)>);

impl<'n> ByName<'n> {
    pub(crate) fn new(members: &'n [Member]) -> Self {
        let mut names = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            names.push((member.node.name.as_str(), index));
        }
        Self::of(names)
    }

    /// Of names with indexes.
    pub(crate) fn of(mut names: Vec<(&'n str, usize)>) -> Self {
        names.sort_unstable();
        Self(names)
    }

    /// Names and indexes, by name, then by index.
    pub(crate) fn sorted(&self) -> &[(&'n str, usize)] {
        &self.0
    }

    /// The index of the node of that name.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        let at = self.0.partition_point(|(other, _)| *other < name);
        self.0.get(at).filter(|(found, _)| *found == name).map(|(_, index)| *index)
    }
}

impl From<Node> for Member {
    fn from(node: Node) -> Self {
        Self { node, slots: Vec::new(), vnodes: None }
    }
}
