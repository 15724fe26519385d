//! A Redis Cluster of real nodes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::ops::RangeInclusive;
use std::thread;
use std::time::{Duration, Instant};

use crate::ports::lease;
use crate::redis_server::{RedisServer, retry};
use crate::resp::{Connection, Reply};
use crate::scratch::Scratch;

/// How long the nodes may take to agree on who owns what.
const AGREEMENT_LIMIT: Duration = Duration::from_secs(60);

/// A Redis Cluster of primaries without replicas.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<RedisServer>,
}

impl RedisCluster {
    /// Starts a node for each element, gives it these slots, and waits until all nodes see all 16,384 slots served.
    pub fn start(scratch: &Scratch, slots: &[&[RangeInclusive<u16>]]) -> io::Result<Self> {
        let (mut nodes, mut buses) = (Vec::new(), Vec::new());
        for _ in slots {
            let (node, bus) = retry(|| {
                // By default the bus is 10,000 above the port, among the ephemeral ports; so it is leased too.
                let bus = lease()?;
                let options = ["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()];
                Ok((RedisServer::start_on(lease()?, scratch, &options)?, bus))
            })?;
            nodes.push(node);
            buses.push(bus);
        }
        for (index, (node, ranges)) in nodes.iter().zip(slots).enumerate() {
            let mut connection = node.connect()?;
            // Different epochs from the start, so that the nodes need not settle a collision first.
            let epoch = (index + 1).to_string();
            connection.call(&[b"CLUSTER", b"SET-CONFIG-EPOCH", epoch.as_bytes()])?.ok()?;
            for range in *ranges {
                let (first, last) = (range.start().to_string(), range.end().to_string());
                connection.call(&[b"CLUSTER", b"ADDSLOTSRANGE", first.as_bytes(), last.as_bytes()])?.ok()?;
            }
        }
        let mut first = nodes[0].connect()?;
        for (node, bus) in nodes.iter().zip(&buses).skip(1) {
            let (port, bus) = (node.port().to_string(), bus.to_string());
            first.call(&[b"CLUSTER", b"MEET", b"127.0.0.1", port.as_bytes(), bus.as_bytes()])?.ok()?;
        }
        let cluster = Self { nodes };
        cluster.wait_for_agreement()?;
        Ok(cluster)
    }

    fn wait_for_agreement(&self) -> io::Result<()> {
        let known = format!("cluster_known_nodes:{}\r\n", self.nodes.len());
        let start = Instant::now();
        loop {
            let mut agreed = true;
            let mut last = String::new();
            for node in &self.nodes {
                last = node.connect()?.call(&[b"CLUSTER", b"INFO"])?.text()?;
                agreed &= last.contains("cluster_state:ok\r\n") && last.contains(&known);
            }
            if agreed {
                return Ok(());
            }
            if start.elapsed() > AGREEMENT_LIMIT {
                return Err(io::Error::other(format!(
                    "the cluster's nodes do not agree; CLUSTER INFO:\n{last}"
                )));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The nodes, in the order in which they were given.
    pub fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }

    /// The text of `CLUSTER NODES`, as the first node tells it.
    pub fn nodes_text(&self) -> io::Result<String> {
        self.nodes[0].connect()?.call(&[b"CLUSTER", b"NODES"])?.text()
    }

    /// A connection that starts at the first node and follows redirects.
    pub fn connect(&self) -> ClusterConnection {
        ClusterConnection { first: self.nodes[0].port(), connections: BTreeMap::new() }
    }
}

/// A client that knows nothing about slots and goes where `MOVED` sends it.
#[derive(Debug)]
pub struct ClusterConnection {
    first: u16,
    connections: BTreeMap<u16, Connection>,
}

impl ClusterConnection {
    /// One command, one reply, from the node that does not redirect.
    pub fn call(&mut self, command: &[&[u8]]) -> io::Result<Reply> {
        const REDIRECTS: usize = 5;
        let mut port = self.first;
        for _ in 0..=REDIRECTS {
            let connection = match self.connections.entry(port) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Connection::open(port)?),
            };
            let reply = connection.call(command)?;
            match moved_to(&reply) {
                Some(next) => port = next,
                None => return Ok(reply),
            }
        }
        Err(io::Error::other(format!("still redirected after {REDIRECTS} times")))
    }
}

/// The port in `-MOVED 866 127.0.0.1:7000`. All nodes are on 127.0.0.1.
fn moved_to(reply: &Reply) -> Option<u16> {
    match reply {
        Reply::Error(text) => text.strip_prefix("MOVED ")?.rsplit_once(':')?.1.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_reply_names_a_port() {
        assert_eq!(moved_to(&Reply::Error("MOVED 866 127.0.0.1:7000".to_owned())), Some(7000));
        assert_eq!(moved_to(&Reply::Error("ASK 866 127.0.0.1:7000".to_owned())), None);
        assert_eq!(moved_to(&Reply::Simple("OK".to_owned())), None);
    }

    #[test]
    fn redirects_lead_to_the_owner() {
        let scratch = Scratch::new().unwrap();
        let cluster = RedisCluster::start(&scratch, &[&[0..=8191], &[8192..=16383]]).unwrap();
        let mut connection = cluster.connect();
        for key in 0..50 {
            let key = format!("user:{key}");
            connection.call(&[b"SET", key.as_bytes(), b"1"]).unwrap().ok().unwrap();
        }
        let held = |node: &RedisServer| node.connect().unwrap().call(&[b"DBSIZE"]).unwrap();
        let (Reply::Integer(a), Reply::Integer(b)) = (held(&cluster.nodes()[0]), held(&cluster.nodes()[1]))
        else {
            panic!("DBSIZE is a number");
        };
        assert!(a > 0 && b > 0 && a + b == 50, "{a} + {b}");
        assert_eq!(cluster.nodes_text().unwrap().lines().count(), 2);
    }
}
