//! Routers from what a cluster replied.

use keyhome::{Router, config::Reply};

use crate::Failure;

/// From the text of CLUSTER NODES.
pub fn from_cluster_text(text: &str) -> Result<Router, Failure> {
    Ok(keyhome::from_cluster(text)?)
}

/// From a reply that the host has made of its own lists and maps.
pub fn from_cluster(reply: Reply) -> Result<Router, Failure> {
    Ok(keyhome::from_cluster(reply)?)
}

/// From the lists and maps of CLUSTER SLOTS or CLUSTER SHARDS, as the host writes them in JSON.
pub fn from_cluster_json(json: &str) -> Result<Router, Failure> {
    Ok(keyhome::from_cluster(Reply::from_json(json)?)?)
}
