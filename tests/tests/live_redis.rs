//! Real redis-servers: slots of random keys, and what a real cluster says of itself.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use keyhome::config;
use keyhome_live::{RedisCluster, RedisServer, Scratch, resp::Reply};
use keyhome_tests::twin::random::any_keys;
use proptest::test_runner::TestRunner;

#[test]
fn cluster_keyslot() {
    let scratch = Scratch::new().unwrap();
    let server = RedisServer::start_with(&scratch, &["--cluster-enabled", "yes"]).unwrap();
    let keys = any_keys(&mut TestRunner::default(), 3000);
    let commands = keys.iter().map(|key| vec![&b"CLUSTER"[..], b"KEYSLOT", key]);
    let replies = server.connect().unwrap().pipeline(commands).unwrap();
    for (key, reply) in keys.iter().zip(replies) {
        assert_eq!(reply, Reply::Integer(keyhome::slot(key).into()), "{key:x?}");
    }
    println!("CLUSTER KEYSLOT of redis-server {}: {} keys", server.version().unwrap(), keys.len());
}

/// A reply as keyhome takes it.
fn taken(reply: Reply) -> config::Reply {
    match reply {
        Reply::Simple(text) | Reply::Error(text) => config::Reply::Text(text),
        Reply::Integer(number) => config::Reply::Integer(number),
        Reply::Bulk(Some(bytes)) => config::Reply::Text(String::from_utf8(bytes).unwrap()),
        Reply::Array(Some(items)) => config::Reply::List(items.into_iter().map(taken).collect()),
        Reply::Bulk(None) | Reply::Array(None) => config::Reply::Null,
    }
}

/// NODES, SLOTS and SHARDS of each node of a cluster tell one story, and it is true: every key is taken by the node
/// that the router names, where the others would say MOVED.
#[test]
fn a_cluster_of_three() {
    let scratch = Scratch::new().unwrap();
    let cluster = RedisCluster::start(
        &scratch,
        &[&[0..=99, 5000..=9000], &[100..=4999, 16383..=16383], &[9001..=16382]],
    );
    let cluster = cluster.unwrap();
    let keys = any_keys(&mut TestRunner::default(), 500);
    let mut fingerprints = Vec::new();
    for node in cluster.nodes() {
        let mut connection = node.connect().unwrap();
        for command in ["NODES", "SLOTS", "SHARDS"] {
            let reply = connection.call(&[b"CLUSTER", command.as_bytes()]).unwrap();
            let router = keyhome::from_cluster(taken(reply)).unwrap();
            let addresses: Vec<&str> = router.nodes().iter().map(|node| node.address.as_str()).collect();
            let wanted: Vec<String> = cluster.nodes().iter().map(RedisServer::address).collect();
            assert_eq!(addresses, wanted, "in the order of their lowest slots: {command}");
            assert_eq!(router.balance().uncovered.and_then(keyhome::share::Share::count), Some(0));
            fingerprints.push(router.fingerprint().unwrap());
            for key in &keys {
                let home = &cluster.nodes()[router.index(key).unwrap()];
                if command == "NODES" {
                    home.connect().unwrap().call(&[b"SET", key, b"1"]).unwrap().ok().unwrap();
                }
            }
        }
    }
    assert!(fingerprints.windows(2).all(|pair| pair[0] == pair[1]), "{fingerprints:?}");
    println!("a cluster of three: {} replies, {} keys", fingerprints.len(), 3 * keys.len());
}
