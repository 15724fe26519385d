//! CLUSTER SHARDS: a list of shards, `slots` (first, last, first, last, ...) and `nodes`; a node has `id`, `endpoint`,
//! `port` or `tls-port`, `role`, `health` and more. Shards and nodes are maps, in RESP2 flat lists of keys and values.

use alloc::{string::String, vec::Vec};
use core::ops::RangeInclusive;

use keyhome_core::{Error, Router};

use super::{NO_ADDRESS, Reply, address, owners::Owners, range, unreadable};
use crate::wording::quote;

pub(super) fn router(shards: &[Reply]) -> Result<Router, Error> {
    let mut owners = Owners::default();
    for shard in shards {
        let shard = Fields::of(shard, "a shard")?;
        let slots = slots(shard.list("slots")?)?;
        let mut nodes = Vec::new();
        for node in shard.list("nodes")? {
            nodes.push(Node::read(node)?);
        }
        if slots.is_empty() {
            continue;
        }
        let primary = primary(&nodes)?;
        let Some(address) = primary.address.clone() else {
            return Err(unreadable(NO_ADDRESS));
        };
        let number = owners.primary(address, Some(primary.id), None)?;
        owners.give(number, slots);
        for replica in nodes.iter().filter(|node| !node.primary && node.online) {
            if let Some(address) = &replica.address {
                owners.replica(number, address.clone());
            }
        }
    }
    owners.router()
}

/// The primary that owns the slots of a shard. After a failover the old primary can still stand there as one, failed.
fn primary<'n, 'r>(nodes: &'n [Node<'r>]) -> Result<&'n Node<'r>, Error> {
    let primaries: Vec<_> = nodes.iter().filter(|node| node.primary).collect();
    let online: Vec<_> = primaries.iter().copied().filter(|node| node.online).collect();
    match (&primaries[..], &online[..]) {
        (_, [only]) | ([only], _) => Ok(*only),
        ([], _) => Err(unreadable("a shard that owns slots has no primary")),
        _ => Err(unreadable("a shard has several primaries, and it does not show which one owns its slots")),
    }
}

fn slots(bounds: &[Reply]) -> Result<Vec<RangeInclusive<u16>>, Error> {
    let mut slots = Vec::new();
    for pair in bounds.chunks(2) {
        let [first, last] = pair else {
            return Err(unreadable("a range of slots has no end; the reply was cut"));
        };
        slots.push(range(first, last)?);
    }
    Ok(slots)
}

struct Node<'r> {
    id: &'r str,
    address: Option<String>,
    primary: bool,
    online: bool,
}

impl<'r> Node<'r> {
    fn read(reply: &'r Reply) -> Result<Self, Error> {
        let node = Fields::of(reply, "a node")?;
        let port = node.get("port").or_else(|| node.get("tls-port"));
        let port = port.ok_or_else(|| unreadable("a node has no port; the reply was cut"))?;
        let primary = match node.text("role")? {
            "master" | "primary" => true,
            "replica" | "slave" => false,
            role => {
                return Err(unreadable(alloc::format!("found the role {}, which is not known", quote(role))));
            }
        };
        Ok(Self {
            id: node.text("id")?,
            address: address(node.required("endpoint")?, port)?,
            primary,
            online: node.text("health")? == "online",
        })
    }
}

/// A map, or the flat list of its keys and values.
struct Fields<'r> {
    of: &'static str,
    fields: Vec<(&'r str, &'r Reply)>,
}

impl<'r> Fields<'r> {
    fn of(reply: &'r Reply, of: &'static str) -> Result<Self, Error> {
        let wrong = |reason: &str| unreadable(alloc::format!("{of} {reason}"));
        let mut pairs = Vec::new();
        match reply {
            Reply::Map(entries) => pairs.extend(entries.iter().map(|(key, value)| (key, value))),
            Reply::List(items) => {
                for pair in items.chunks(2) {
                    let [key, value] = pair else {
                        return Err(wrong("has a key without a value; the reply was cut"));
                    };
                    pairs.push((key, value));
                }
            }
            _ => return Err(wrong("is neither a map nor a list")),
        }
        let mut fields = Vec::new();
        for (key, value) in pairs {
            let Reply::Text(key) = key else { return Err(wrong("has a key that is not a text")) };
            fields.push((key.as_str(), value));
        }
        Ok(Self { of, fields })
    }

    fn get(&self, key: &str) -> Option<&'r Reply> {
        self.fields.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    fn required(&self, key: &str) -> Result<&'r Reply, Error> {
        self.get(key).ok_or_else(|| unreadable(alloc::format!("{} has no {}", self.of, quote(key))))
    }

    fn list(&self, key: &str) -> Result<&'r [Reply], Error> {
        match self.required(key)? {
            Reply::List(items) => Ok(items),
            _ => Err(unreadable(alloc::format!("{} of {} is not a list", quote(key), self.of))),
        }
    }

    fn text(&self, key: &str) -> Result<&'r str, Error> {
        match self.required(key)? {
            Reply::Text(text) => Ok(text),
            _ => Err(unreadable(alloc::format!("{} of {} is not a text", quote(key), self.of))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn read(json: &str) -> Result<Router, Error> {
        super::super::from_cluster(&Reply::from_json(json).unwrap())
    }

    /// `port` is the field of the port, or both.
    fn node(port: &str, role: &str, health: &str) -> String {
        let id = port.replace('"', "");
        format!(r#"{{"id": "{id}", {port}, "endpoint": "h", "role": "{role}", "health": "{health}"}}"#)
    }

    fn shard(nodes: &[String]) -> String {
        format!(r#"[{{"slots": [0, 9], "nodes": [{}]}}]"#, nodes.join(", "))
    }

    #[test]
    fn a_failed_primary_beside_a_new_one_owns_nothing() {
        let (old, new) = (node("\"port\": 1", "master", "fail"), node("\"port\": 2", "master", "online"));
        let router = read(&shard(&[old.clone(), new.clone()])).unwrap();
        assert_eq!((router.nodes()[0].name.as_str(), router.nodes()[0].replicas.len()), ("h:2", 0));
        assert_eq!(read(&shard(core::slice::from_ref(&old))).unwrap().nodes()[0].name, "h:1");
        let other = node("\"port\": 3", "master", "fail");
        for nodes in [[old, other.clone()], [new.clone(), node("\"port\": 4", "master", "online")]] {
            assert_eq!(read(&shard(&nodes)).unwrap_err().code(), "cluster.reply");
        }
    }

    #[test]
    fn a_cluster_that_speaks_tls_only_has_tls_ports() {
        let tls = node("\"tls-port\": 7", "master", "online");
        assert_eq!(read(&shard(&[tls])).unwrap().nodes()[0].name, "h:7");
        let both = node("\"tls-port\": 7, \"port\": 6", "master", "online");
        assert_eq!(read(&shard(&[both])).unwrap().nodes()[0].name, "h:6");
    }

    #[test]
    fn replicas_that_load_are_left_out() {
        let nodes = ["online", "loading", "fail"].map(|health| node("\"port\": 2", "replica", health));
        for (replica, count) in nodes.into_iter().zip([1, 0, 0]) {
            let router = read(&shard(&[node("\"port\": 1", "master", "online"), replica])).unwrap();
            assert_eq!(router.nodes()[0].replicas.len(), count);
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        let node = r#"["id", "a", "port", 1, "endpoint", "h", "role", "master", "health", "online"]"#;
        let cases = [
            r#"[["slots", [0, 9], "nodes"]]"#.into(),
            r#"[["slots", [0, 9]]]"#.into(),
            format!(r#"[["nodes", [{node}]]]"#),
            format!(r#"[["slots", [0, 9, 11], "nodes", [{node}]]]"#),
            format!(r#"[["slots", [9, 0], "nodes", [{node}]]]"#),
            format!(r#"[["slots", [], "nodes", [{node}]]]"#),
            r#"[["slots", [0, 9], "nodes", []]]"#.into(),
            format!(r#"[["slots", 0, "nodes", [{node}]]]"#),
            r#"[["slots", [0, 9], "nodes", [["id", "a"]]]]"#.into(),
            format!(r#"[["slots", [0, 9], "nodes", [{}]]]"#, node.replace("master", "captain")),
            format!(r#"[["slots", [0, 9], "nodes", [{}]]]"#, node.replace("\"h\"", "null")),
            format!(r#"[["slots", [0, 9], "nodes", [{node}]], null]"#),
        ];
        for text in cases {
            assert_eq!(read(&text).unwrap_err().code(), "cluster.reply", "{text}");
        }
        assert!(read(&format!(r#"[["slots", [0, 9], "nodes", [{node}]]]"#)).is_ok());
    }
}
