//! The tables of known placements of twemproxy 0.5.0, made with its own source.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use keyhome::{Router, router::Step};
use keyhome_tests::twin::hash::hash;

const HASHES: &str =
    "one_at_a_time md5 crc16 crc32 crc32a fnv1_64 fnv1a_64 fnv1_32 fnv1a_32 hsieh murmur jenkins";

/// The keys of the tables of pool A.
const KEYS: [&[u8]; 5] = [b"a", b"foo", b"user:{1000}:name", b"hello", b"\xff\xfe\x80\x01"];

/// The keys of the tables with ejections.
const FIVE: [&str; 5] = ["a", "foo", "user:{1000}:name", "hello", "bar"];

fn router(hash: &str, distribution: &str, servers: &[&str]) -> Router {
    let servers: Vec<String> = servers.iter().map(|server| format!("   - {server}\n")).collect();
    let config =
        format!("pool:\n  hash: {hash}\n  distribution: {distribution}\n  servers:\n{}", servers.concat());
    keyhome::from_config(&config, None).unwrap()
}

fn pool_a(hash: &str, distribution: &str) -> Router {
    let servers: Vec<String> = (1..=5).map(|i| format!("10.0.0.{i}:6379:1")).collect();
    let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
    router(hash, distribution, &servers)
}

/// Names of nodes by twemproxy's own numbering: by length, then by bytes.
fn in_order(router: &Router) -> Vec<String> {
    let mut names: Vec<String> = router.nodes().iter().map(|node| node.name.clone()).collect();
    names.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    names
}

/// Indexes in twemproxy's own numbering.
fn numbers<K: AsRef<[u8]>>(router: &Router, keys: &[K]) -> Vec<usize> {
    let names = in_order(router);
    let number = |key: &K| names.iter().position(|name| *name == router.node(key).unwrap().name).unwrap();
    keys.iter().map(number).collect()
}

fn points(router: &Router) -> usize {
    router.ring_size().expect("a ring").0
}

/// What the ring holds at `position`: a key is tried out that meets it.
fn point_at(router: &Router, after: u32, value: u32, position: usize) -> String {
    let meets = |key: &String| {
        let hash = hash("md5", true, key.as_bytes());
        u128::from(after) < hash && hash <= u128::from(value)
    };
    let key = (0..1_000_000).map(|i| format!("key:{i}")).find(meets).unwrap();
    let explanation = router.explain(&key).unwrap();
    let Step::Point { point, position: met, label, .. } = explanation.place else { panic!("no point") };
    assert_eq!((point.count(), met), (Some(u128::from(value)), position), "{key}");
    assert!(label.starts_with(&format!("{}-", explanation.node)), "{label}");
    explanation.node
}

#[test]
fn pool_a_in_every_hash() {
    let ketama = "22113 23443 41241 44444 24334 41134 41144 11422 32241 21043 13442 33200";
    let modula = "20242 24344 42440 22101 24402 32040 13232 10233 03330 31301 14402 03313";
    let mut cases = 0;
    for (distribution, table) in [("ketama", ketama), ("modula", modula)] {
        for (hash, wanted) in HASHES.split(' ').zip(table.split(' ')) {
            let given: String =
                numbers(&pool_a(hash, distribution), &KEYS).iter().map(usize::to_string).collect();
            assert_eq!(given, wanted, "{hash} {distribution}");
            cases += KEYS.len();
        }
    }
    println!("pool A in every hash: {cases} keys");
}

#[test]
fn pool_a_with_ejections() {
    let router = pool_a("fnv1a_64", "ketama");
    let (one, both) = (
        router.without(&["10.0.0.2:6379"]).unwrap(),
        router.without(&["10.0.0.2:6379", "10.0.0.5:6379"]).unwrap(),
    );
    assert_eq!(numbers(&router, &FIVE), [4, 1, 1, 4, 4]);
    assert_eq!(numbers(&one, &FIVE), [4, 4, 2, 4, 4]);
    assert_eq!(numbers(&both, &FIVE), [0, 3, 2, 0, 3]);
    assert_eq!([points(&router), points(&one), points(&both)], [800, 640, 480]);
    println!("pool A with ejections: 15 keys");
}

#[test]
fn pool_as_ring() {
    let router = pool_a("md5", "ketama");
    let start = [(15355337, 4), (23066265, 4), (25936326, 3), (29935598, 4), (38445015, 4), (42073797, 1)];
    let mut before = 0;
    for (position, (value, node)) in start.into_iter().enumerate() {
        assert_eq!(point_at(&router, before, value, position), format!("10.0.0.{}:6379", node + 1));
        before = value;
    }
    assert_eq!(point_at(&router, 4292430556 - 1_000_000, 4292430556, 799), "10.0.0.2:6379");
    println!("pool A's ring: 7 points");
}

#[test]
fn pool_b() {
    let servers = ["10.0.0.3:6379:3", "x:1:10 alpha", "10.0.0.2:11211:2", "y:1:1 b", "10.0.0.1:11211:1"];
    let router = router("md5", "ketama", &servers);
    assert_eq!(in_order(&router), ["b", "alpha", "10.0.0.1", "10.0.0.2", "10.0.0.3:6379"]);
    assert_eq!(points(&router), 788);
    let mut before = 0;
    for (position, (value, node)) in
        [(551861, "alpha"), (8391929, "alpha"), (18272749, "10.0.0.2")].into_iter().enumerate()
    {
        assert_eq!(point_at(&router, before, value, position), node);
        before = value;
    }
    assert_eq!(point_at(&router, 4290153535 - 500_000, 4290153535, 787), "b");
    let ejected = self::router("fnv1a_64", "ketama", &servers).without(&["alpha"]).unwrap();
    assert_eq!(points(&ejected), 628);
    assert_eq!(numbers(&ejected, &FIVE), [3, 3, 3, 3, 0]);
    println!("pool B: 4 points, 5 keys");
}

#[test]
fn pool_c() {
    let servers = ["10.0.0.10:6379:1", "10.0.0.9:6379:2", "10.0.0.2:6379:1 zz", "10.0.0.3:6379:1 a"];
    let router = router("fnv1a_64", "modula", &servers);
    assert_eq!(in_order(&router), ["a", "zz", "10.0.0.9:6379", "10.0.0.10:6379"]);
    assert_eq!(numbers(&router, &FIVE), [1, 2, 2, 2, 2]);
    assert_eq!(numbers(&router.without(&["10.0.0.9:6379"]).unwrap(), &FIVE), [1, 3, 1, 0, 1]);
    println!("pool C: 10 keys");
}

#[test]
fn pool_d() {
    let servers: Vec<String> = (1..=25).map(|i| format!("10.0.0.{i}:6379:1")).collect();
    let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
    let router = router("fnv1a_64", "ketama", &servers);
    assert_eq!(points(&router), 3900);
    assert_eq!(router.node("foo").unwrap().name, "10.0.0.23:6379");
    assert_eq!(router.node("bar").unwrap().name, "10.0.0.19:6379");
    for name in router.nodes().iter().map(|node| &node.name) {
        assert_eq!(points(&router.without(&[name]).unwrap()), 24 * 160, "without {name}");
    }
    println!("pool D: 2 keys, 25 ejections");
}

#[test]
fn pool_e() {
    for servers in [["10.0.1.202:6379:1", "10.0.2.170:6379:1"], ["10.0.2.170:6379:1", "10.0.1.202:6379:1"]] {
        for (hash, key) in [("fnv1a_64", "t5100"), ("fnv1a_32", "t553"), ("murmur", "t520")] {
            let explanation = router(hash, "ketama", &servers).explain(key).unwrap();
            assert_eq!(explanation.node, "10.0.1.202:6379", "{hash} of {key}");
            let Step::Point { point, label, position, points } = explanation.place else {
                panic!("no point")
            };
            assert_eq!(point.count(), Some(90248124));
            assert_eq!((label.as_str(), position, points), ("10.0.1.202:6379-36", 6, 320));
        }
    }
    println!("pool E: 6 keys");
}

/// How uneven it gets: keys that differ in their last bytes, in four hashes, on four equal servers.
#[test]
fn skew() {
    let servers = ["h:1:1 server1", "h:2:1 server2", "h:3:1 server3", "h:4:1 server4"];
    let count = |hash: &str, prefix: &str, keys: u32| {
        let keys: Vec<String> = (0..keys).map(|i| format!("{prefix}{i}")).collect();
        let groups = router(hash, "ketama", &servers).group(&keys).unwrap();
        (0..4).map(|node| groups.get(&node).map_or(0, Vec::len)).collect::<Vec<usize>>()
    };
    let table = [
        ("k", 10, "fnv1a_64", [0, 0, 10, 0]),
        ("k", 10, "fnv1_64", [0, 0, 10, 0]),
        ("k", 10, "murmur", [4, 1, 3, 2]),
        ("k", 10, "crc32", [0, 0, 10, 0]),
        ("user:", 1000, "fnv1a_64", [0, 370, 440, 190]),
        ("user:", 1000, "fnv1_64", [990, 10, 0, 0]),
        ("user:", 1000, "murmur", [222, 296, 225, 257]),
        ("user:", 1000, "crc32", [0, 0, 1000, 0]),
    ];
    for (prefix, keys, hash, wanted) in table {
        assert_eq!(count(hash, prefix, keys), wanted, "{prefix}0 to {prefix}{} in {hash}", keys - 1);
    }
    // Given in per cent, to a tenth.
    let per_mille = |hash: &str| -> Vec<usize> {
        count(hash, "user:", 100_000).into_iter().map(|keys| (keys + 50) / 100).collect()
    };
    assert_eq!(per_mille("fnv1a_64"), [268, 276, 238, 218]);
    assert_eq!(per_mille("fnv1_64"), [251, 310, 222, 217]);
    assert!(per_mille("murmur").iter().all(|share| (220..280).contains(share)), "about 25 % each");
    assert_eq!(per_mille("crc32").iter().filter(|share| **share == 1000).count(), 1);
    println!("skew: {} samples", table.len() + 4);
}
