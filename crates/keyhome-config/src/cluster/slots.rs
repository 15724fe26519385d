//! CLUSTER SLOTS: a list of `[first slot, last slot, primary, replica, ...]`, a node being
//! `[endpoint, port, id, metadata]`, before Redis 4 without id, before Redis 7 without metadata.

use alloc::format;

use keyhome_core::{Error, Router};

use super::{Reply, address, owners::Owners, range, unreadable};

pub(super) fn router(ranges: &[Reply]) -> Result<Router, Error> {
    let mut owners = Owners::default();
    for (position, item) in ranges.iter().enumerate() {
        let Reply::List(item) = item else {
            return Err(unreadable(format!("range {position} is not a list")));
        };
        let [first, last, primary, replicas @ ..] = &item[..] else {
            return Err(unreadable(format!("range {position} has no primary; the reply was cut")));
        };
        let slots = range(first, last)?;
        let (primary, id) = node(primary)?;
        let Some(primary) = primary else {
            let detail = "a primary has no endpoint: the server does not know its own; CLUSTER NODES may";
            return Err(unreadable(detail));
        };
        let primary = owners.primary(primary, id, None)?;
        owners.give(primary, [slots]);
        for replica in replicas {
            if let (Some(address), _) = node(replica)? {
                owners.replica(primary, address);
            }
        }
    }
    owners.router()
}

/// The address of a node, and its id.
fn node(reply: &Reply) -> Result<(Option<alloc::string::String>, Option<&str>), Error> {
    let Reply::List(node) = reply else { return Err(unreadable("a node is not a list")) };
    match &node[..] {
        [endpoint, port] => Ok((address(endpoint, port)?, None)),
        [endpoint, port, Reply::Text(id), ..] => Ok((address(endpoint, port)?, Some(id))),
        _ => Err(unreadable("a node is not an endpoint, a port and an id; the reply was cut")),
    }
}
