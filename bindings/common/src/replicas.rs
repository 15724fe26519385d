//! Replica sets, which are made from a node of a router: nothing is parsed twice.

use alloc::{format, vec::Vec};

use keyhome::{ErrorKind, Node, ReadFrom, ReplicaSet, Router};

use crate::{Failure, read_from};

/// The endpoints of the node at `index`; read from the primary unless said.
///
/// Errors: `argument.range` for a node that is not there; those of [`read_from`].
pub fn replica_set(
    router: &Router,
    index: usize,
    policy: Option<&str>,
    zone: Option<&str>,
) -> Result<ReplicaSet, Failure> {
    let policy = policy.map(read_from).transpose()?;
    Ok(ReplicaSet::new(policy.unwrap_or(ReadFrom::Primary), zone, node(router, index)?))
}

/// The endpoints of the node at `index` in place of those there are: the new place of each old one, or none.
///
/// Errors: `argument.range` for a node that is not there.
pub fn replace(
    replicas: &mut ReplicaSet,
    router: &Router,
    index: usize,
) -> Result<Vec<Option<usize>>, Failure> {
    Ok(replicas.replace(node(router, index)?))
}

fn node(router: &Router, index: usize) -> Result<&Node, Failure> {
    let nodes = router.nodes();
    nodes.get(index).ok_or_else(|| {
        let message = format!("there is no node {index}; indexes go from 0 to {}", nodes.len() - 1);
        Failure::new(ErrorKind::ArgumentRange, message)
    })
}
