//! Routers from what a Redis Cluster says of itself: the replies of CLUSTER NODES, CLUSTER SLOTS and CLUSTER SHARDS.

mod nodes;
mod owners;
mod reply;
mod shards;
mod slots;

pub use nodes::looks_like_cluster_nodes;
pub(crate) use nodes::router as from_cluster_nodes;
pub use reply::Reply;

use keyhome_core::{Error, ErrorKind, Router};

use crate::wording::quote;

/// The router of a cluster, of dialect `redis-cluster`, from the reply of CLUSTER NODES (a text), CLUSTER SLOTS or
/// CLUSTER SHARDS (lists; for SHARDS also the maps of RESP3). Which it is shows in its shape.
///
/// Only primaries that own slots are nodes, in the order of their lowest slot; name and address are `host:port`: for
/// NODES the address, for SLOTS and SHARDS the endpoint. Replicas that failed, are loading or have no address are
/// left out; a primary that failed keeps its slots. Replicas have no zone, and weights are 1.
///
/// Errors: `config.slots` if two primaries own one slot; `cluster.reply` for a reply that cannot be read, was cut, or
/// in which nobody owns a slot. Errors in a text have its line and column.
pub fn from_cluster(reply: &Reply) -> Result<Router, Error> {
    let items = match reply {
        Reply::Text(text) => return nodes::router(text),
        Reply::List(items) => items,
        Reply::Null | Reply::Integer(_) | Reply::Map(_) => {
            return Err(unreadable("a text or a list is needed"));
        }
    };
    match items.first() {
        None => Err(unreadable("nobody owns a slot in it")),
        Some(Reply::List(first)) if matches!(first.first(), Some(Reply::Integer(_))) => slots::router(items),
        Some(_) => shards::router(items),
    }
}

/// Of a primary that owns slots. A server that never met another, as in a cluster of one, says this of itself.
const NO_ADDRESS: &str = "a primary that owns slots has no address: a server that never met another does not know its \
                          own; `cluster-announce-ip` tells it";

/// The error of a reply that cannot be read.
fn unreadable(reason: impl AsRef<str>) -> Error {
    Error::new(ErrorKind::ClusterReply, reason.as_ref())
}

/// `host:port` if these are an address. An endpoint that is not known is null, empty or `?`; the port of a node
/// without an address is 0.
fn address(host: &Reply, port: &Reply) -> Result<Option<alloc::string::String>, Error> {
    let host = match host {
        Reply::Null => "",
        Reply::Text(host) if host.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            return Err(unreadable(alloc::format!("found the endpoint {}, which is no host", quote(host))));
        }
        Reply::Text(host) if host == "?" => "",
        Reply::Text(host) => host,
        _ => return Err(unreadable("an endpoint is not a text")),
    };
    let Reply::Integer(port) = port else { return Err(unreadable("a port is not a number")) };
    match u16::try_from(*port) {
        Ok(0) => Ok(None),
        Ok(port) => Ok((!host.is_empty()).then(|| alloc::format!("{host}:{port}"))),
        Err(_) => Err(unreadable(alloc::format!("found the port {port}, which is not within 0 to 65535"))),
    }
}

/// The slots from `first` to `last`, as numbers of a reply.
fn range(first: &Reply, last: &Reply) -> Result<core::ops::RangeInclusive<u16>, Error> {
    let slot = |reply: &Reply| match reply {
        Reply::Integer(slot) => u16::try_from(*slot).ok(),
        _ => None,
    };
    slot(first).zip(slot(last)).and_then(|(first, last)| crate::slots::between(first, last)).ok_or_else(
        || unreadable("a range of slots is not two numbers within 0 to 16383, the lower one first"),
    )
}
