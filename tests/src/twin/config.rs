//! The twin's pool of a config as `vectors/dialects/index.json` writes it: JSON, one pool, plain servers.

use serde_json::Value;

use super::{
    pool::{Node, Pool, System},
    random::{LIBMEMCACHED_HASHES, TWEMPROXY_HASHES},
};

impl Pool {
    /// The pool of such a config.
    pub fn of_config(config: &Value) -> Self {
        let pool = &config["pool"];
        let dialect = pool["dialect"].as_str().unwrap_or("twemproxy");
        let system = system(dialect, pool);
        let servers = pool["servers"].as_array().expect("servers");
        Self { nodes: servers.iter().map(|server| node(dialect, server)).collect(), system }
    }
}

fn system(dialect: &str, pool: &Value) -> System {
    let word = |option: &str, words: &[&'static str]| {
        pool[option].as_str().map(|given| *words.iter().find(|word| **word == given).expect("a known word"))
    };
    let number = |option: &str| pool[option].as_u64().map(|number| number as u32);
    let points_per_digest = number("points_per_digest").unwrap_or(4);
    match dialect {
        "twemproxy" => System::Twemproxy {
            hash: word("hash", &TWEMPROXY_HASHES).unwrap_or("fnv1a_64"),
            modula: pool["distribution"] == "modula",
            tag: pool["hash_tag"].as_str().map(|tag| tag.as_bytes().try_into().expect("two bytes")),
            signed_char: true,
        },
        "vnodes" => System::Vnodes { vnodes: number("vnodes").unwrap_or(160) },
        "libketama" => System::Libketama,
        "npm-hashring" => System::NpmHashring {
            vnode_count: number("vnode_count").unwrap_or(40),
            points_per_digest,
            default_port: number("default_port"),
            sha1: pool["algorithm"] == "sha1",
        },
        "uhashring" => System::Uhashring {
            ketama: pool["mode"] == "ketama",
            vnodes: number("vnodes"),
            points_per_digest,
        },
        "hash_ring" => System::HashRing,
        "libmemcached" => System::Libmemcached {
            mode: word("mode", &["modula", "consistent", "weighted"]).unwrap_or("modula"),
            hash: word("hash", &LIBMEMCACHED_HASHES),
        },
        _ => unreachable!("no run is of {dialect}"),
    }
}

/// `address:weight name`, `address:weight`, or a mapping with `address` and `vnodes`.
fn node(dialect: &str, server: &Value) -> Node {
    let Some(line) = server.as_str() else {
        let vnodes = server["vnodes"].as_u64().map(|vnodes| vnodes as u32);
        return Node { vnodes, ..Node::new(server["address"].as_str().expect("an address"), 1) };
    };
    let (place, name) = line.split_once(' ').map_or((line, None), |(place, name)| (place, Some(name)));
    let (address, weight) = place.rsplit_once(':').expect("a weight");
    let without_port = match dialect {
        "twemproxy" | "libmemcached" => address.strip_suffix(":11211").unwrap_or(address),
        _ => address,
    };
    Node::new(name.unwrap_or(without_port), weight.parse().expect("a weight"))
}
