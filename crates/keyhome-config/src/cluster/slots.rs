//! CLUSTER SLOTS: a list of `[first slot, last slot, primary, replica, ...]`, a node being
//! `[endpoint, port, id, metadata]`, before Redis 4 without id, before Redis 7 without metadata.

use alloc::format;

use keyhome_core::{Error, Router};

use super::{NO_ADDRESS, Reply, address, owners::Owners, range, unreadable};

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
            return Err(unreadable(NO_ADDRESS));
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn read(json: &str) -> Result<Router, Error> {
        super::super::from_cluster(&Reply::from_json(json).unwrap())
    }

    #[test]
    fn replicas_without_an_endpoint_are_left_out() {
        let text = r#"[[0, 9, ["h", 1, "a", []], [null, 2, "b"], ["", 3, "c"], ["?", 4, "d"], ["i", 0, "e"], ["j", 5, "f"]]]"#;
        let router = read(text).unwrap();
        let replicas: Vec<_> =
            router.nodes()[0].replicas.iter().map(|replica| replica.address.clone()).collect();
        assert_eq!(replicas, ["j:5"]);
    }

    #[test]
    fn a_primary_without_an_endpoint_is_no_node() {
        for endpoint in ["null", "\"\"", "\"?\""] {
            let error = read(&format!(r#"[[0, 9, [{endpoint}, 1, "a", ["ip", "127.0.0.1"]]]]"#)).unwrap_err();
            assert_eq!(error.code(), "cluster.reply", "{endpoint}");
        }
    }

    #[test]
    fn nodes_have_no_ids_before_redis_4() {
        let router = read(r#"[[0, 9, ["h", 1], ["h", 2]], [11, 11, ["h", 1], ["h", 2]]]"#).unwrap();
        assert_eq!((router.nodes().len(), router.nodes()[0].replicas.len()), (1, 1));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        let cases = [
            "[]",
            "[[]]",
            "[[0]]",
            "[[0, 9]]",
            "[[0, 9, []]]",
            r#"[[0, 9, ["h"]]]"#,
            r#"[[9, 0, ["h", 1]]]"#,
            r#"[[0, 16384, ["h", 1]]]"#,
            r#"[[-1, 9, ["h", 1]]]"#,
            r#"[[0, "9", ["h", 1]]]"#,
            r#"[[0, 9, ["h", 65536]]]"#,
            r#"[[0, 9, ["h", "1"]]]"#,
            "[[0, 9, [1, 1]]]",
            r#"[[0, 9, ["h", 1, 2]]]"#,
            r#"[[0, 9, ["a b", 1]]]"#,
            r#"[[0, 9, ["h", 1], ["h"]]]"#,
            r#"[[0, 9, ["h", 1, "a"]], [10, 10, ["h", 1, "b"]]]"#,
            r#"[[0, 9, ["h", 1]], {}]"#,
            "null",
            "1",
            "{}",
            "[null]",
            "[1]",
            "[[null]]",
        ];
        for text in cases {
            assert_eq!(read(text).unwrap_err().code(), "cluster.reply", "{text}");
        }
    }
}
