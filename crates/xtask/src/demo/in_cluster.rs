//! A real Redis Cluster of three nodes, its slots in pieces of unequal size.

use std::fs;
use std::io;
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use keyhome_live::{RedisCluster, RedisServer, Scratch};

use super::comparison::{Observed, holders, value};

const POOL: &str = "cluster";

const SLOTS: &[&[RangeInclusive<u16>]] =
    &[&[0..=4999, 12000..=12999, 16383..=16383], &[5000..=5000, 5002..=11999], &[5001..=5001, 13000..=16382]];

pub(crate) fn start(scratch: &Scratch) -> io::Result<RedisCluster> {
    RedisCluster::start(scratch, SLOTS)
}

/// Writes the keys by following redirects, and looks on which node each is.
pub(crate) fn observe(scratch: &Scratch, cluster: &RedisCluster, keys: &[Vec<u8>]) -> Result<Observed> {
    let mut connection = cluster.connect();
    for (index, key) in keys.iter().enumerate() {
        let reply = connection.call(&[b"SET", key, &value(POOL, index)])?;
        reply.ok().with_context(|| format!("SET of key {index} in the cluster"))?;
    }
    let config = scratch.path().join("cluster-nodes.txt");
    fs::write(&config, cluster.nodes_text()?)?;
    let nodes: Vec<(String, &RedisServer)> =
        cluster.nodes().iter().map(|node| (node.address(), node)).collect();
    // A node that does not own a key's slot answers a GET with a redirect: it does not have the key.
    let holders = holders(POOL, &nodes, keys)?;
    Ok(Observed {
        pool: POOL.to_owned(),
        hash: "crc16".to_owned(),
        distribution: "16384 slots".to_owned(),
        tag: "{}".to_owned(),
        servers: cluster.nodes().len().to_string(),
        config,
        named: false,
        keys: keys.to_vec(),
        holders,
    })
}
