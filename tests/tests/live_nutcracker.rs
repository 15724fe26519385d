//! A real nutcracker before real servers: random pools, random keys, and servers that die.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use std::fs;

use keyhome::Router;
use keyhome_live::{Nutcracker, Pool, RedisServer, Scratch, resp::Connection};
use keyhome_tests::{
    real::{flush, holders},
    twin::random::{TWEMPROXY_HASHES, any_keys, any_of},
};
use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::TestRunner,
};

const SERVERS: usize = 6;
const POOLS: usize = 12;
const KEYS: usize = 150;

/// A pool before some of the servers, in some order, with any weights and names.
#[derive(Debug, Clone)]
struct Plan {
    hash: &'static str,
    distribution: &'static str,
    tag: Option<&'static str>,
    servers: Vec<(Index, u32, Option<String>)>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let name = prop::option::of("(node|n|shard)-?[0-9]{1,3}|[a-d]|ключ[0-9]");
    let weight = prop_oneof![4 => Just(1), 4 => 1..20_u32, 1 => select(vec![1000, 99_999])];
    (
        select(&TWEMPROXY_HASHES[..]),
        select(vec!["ketama", "modula"]),
        select(vec![None, Some("{}"), Some("$$"), Some("ab")]),
        prop::collection::vec((any::<Index>(), weight, name), 1..=SERVERS),
    )
        .prop_map(|(hash, distribution, tag, servers)| Plan { hash, distribution, tag, servers })
}

impl Plan {
    /// The pool; each server at most once, each name at most once.
    fn pool(&self, name: &str, servers: &[RedisServer]) -> Pool {
        let mut pool = Pool::new(name).set("hash", self.hash).set("distribution", self.distribution);
        if let Some(tag) = self.tag {
            pool = pool.set("hash_tag", format!("\"{tag}\""));
        }
        let (mut left, mut names) = (servers.iter().collect::<Vec<_>>(), Vec::new());
        for (index, weight, name) in &self.servers {
            let server = left.remove(index.index(left.len()));
            let name = name.as_ref().filter(|name| !names.contains(*name));
            names.extend(name.cloned());
            let name = name.map(|name| format!(" {name}")).unwrap_or_default();
            pool = pool.server(format!("{}:{weight}{name}", server.address()));
        }
        pool
    }
}

/// Random keys, none twice.
fn keys(runner: &mut TestRunner) -> Vec<Vec<u8>> {
    let mut keys = any_keys(runner, KEYS);
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn set(key: &[u8]) -> Vec<&[u8]> {
    vec![b"SET", key, b"1"]
}

/// Writes all keys through nutcracker, looks where they are, and compares.
fn compare(
    router: &Router,
    connection: &mut Connection,
    servers: &[&RedisServer],
    keys: &[Vec<u8>],
    about: &str,
) {
    flush(servers.iter().copied()).unwrap();
    for reply in connection.pipeline(keys.iter().map(|key| set(key))).unwrap() {
        reply.ok().unwrap_or_else(|error| panic!("{error} in {about}"));
    }
    let holders = holders(servers.iter().copied()).unwrap();
    assert_eq!(holders.len(), keys.len(), "{about}");
    for key in keys {
        let held = holders[key].as_ref().map(|index| servers[*index].address());
        let home = &router.node(key).unwrap().address;
        assert_eq!(held.as_ref(), Ok(home), "key {key:x?} in {about}");
    }
}

#[test]
fn random_pools() {
    let scratch = Scratch::new().unwrap();
    let servers: Vec<RedisServer> = (0..SERVERS).map(|_| RedisServer::start(&scratch).unwrap()).collect();
    let all: Vec<&RedisServer> = servers.iter().collect();
    let mut runner = TestRunner::default();
    let plans: Vec<Plan> = (0..POOLS).map(|_| any_of(&mut runner, &plan())).collect();
    let pools: Vec<Pool> = plans
        .iter()
        .enumerate()
        .map(|(number, plan)| plan.pool(&format!("pool{number}"), &servers))
        .collect();
    let nutcracker = Nutcracker::start(&scratch, &pools).unwrap();
    let config = fs::read_to_string(nutcracker.config()).unwrap();
    let mut compared = 0;
    for pool in &pools {
        let router = keyhome::from_config(&config, Some(pool.name())).unwrap();
        let keys = keys(&mut runner);
        let mut connection = nutcracker.connect(pool.name()).unwrap();
        compare(&router, &mut connection, &all, &keys, &pool.yaml("-"));
        compared += keys.len();
    }
    println!("nutcracker {}: {POOLS} random pools, {compared} keys", Nutcracker::version().unwrap());
}

/// Servers die one after another, nutcracker ejects them, and keys go where `without` says.
#[test]
fn ejections() {
    let mut compared = 0;
    let mut runner = TestRunner::default();
    let shapes = [("ketama", [1, 1, 1, 1, 1]), ("ketama", [5, 1, 3, 2, 8]), ("modula", [2, 1, 3, 1, 1])];
    for (distribution, weights) in shapes {
        let scratch = Scratch::new().unwrap();
        let mut servers: Vec<RedisServer> =
            weights.iter().map(|_| RedisServer::start(&scratch).unwrap()).collect();
        let mut pool = Pool::new("ejecting")
            .set("hash", any_of(&mut runner, &select(vec!["fnv1a_64", "md5", "murmur", "jenkins"])))
            .set("distribution", distribution)
            .set("auto_eject_hosts", "true")
            .set("server_failure_limit", "1")
            .set("server_retry_timeout", "600000")
            .set("timeout", "5000");
        for (number, (server, weight)) in servers.iter().zip(weights).enumerate() {
            pool = pool.server(format!("{}:{weight} n{number}", server.address()));
        }
        let nutcracker = Nutcracker::start(&scratch, std::slice::from_ref(&pool)).unwrap();
        let config = fs::read_to_string(nutcracker.config()).unwrap();
        let mut router = keyhome::from_config(&config, None).unwrap();
        let keys = keys(&mut runner);
        let all: Vec<&RedisServer> = servers.iter().collect();
        compare(&router, &mut nutcracker.connect("ejecting").unwrap(), &all, &keys, &pool.yaml("-"));
        for dead in [3, 0] {
            servers[dead].kill().unwrap();
            let mut connection = nutcracker.connect("ejecting").unwrap();
            eject(&mut connection, &router, &keys, &format!("n{dead}"));
            router = router.without(&[format!("n{dead}")]).unwrap();
            let alive: Vec<&RedisServer> =
                servers.iter().filter(|server| router.is_live(number_of(&router, server))).collect();
            compare(&router, &mut connection, &alive, &keys, &format!("{}without n{dead}", pool.yaml("-")));
            compared += keys.len();
        }
    }
    println!("nutcracker's ejections: {} of them, {compared} keys", 2 * shapes.len());
}

fn number_of(router: &Router, server: &RedisServer) -> usize {
    let address = server.address();
    router.nodes().iter().position(|node| node.address == address).unwrap()
}

/// Asks for a key of the dead server until nutcracker has noticed that it is dead: it ejects it at the first failure,
/// and the client gets an error for that one.
fn eject(connection: &mut Connection, router: &Router, keys: &[Vec<u8>], dead: &str) {
    let key =
        keys.iter().find(|key| router.node(key).unwrap().name == dead).expect("a key of the dead server");
    for _ in 0..20 {
        if connection.call(&set(key)).unwrap().ok().is_ok() {
            return;
        }
    }
    panic!("nutcracker does not eject {dead}");
}
