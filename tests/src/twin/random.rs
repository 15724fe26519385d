//! Random pools and keys, with an eye to where rules differ: ties, extreme weights, tags, keys that are labels.

use std::fmt::Debug;

use proptest::{prelude::*, sample::Index, strategy::ValueTree, test_runner::TestRunner};

use super::pool::{Node, Pool, System};

/// twemproxy's hashes.
pub const TWEMPROXY_HASHES: [&str; 12] = [
    "one_at_a_time",
    "md5",
    "crc16",
    "crc32",
    "crc32a",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "hsieh",
    "murmur",
    "jenkins",
];

/// libmemcached's hashes.
pub const LIBMEMCACHED_HASHES: [&str; 10] = [
    "one_at_a_time",
    "md5",
    "crc",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "murmur",
    "jenkins",
    "murmur3",
];

/// Any system with any options.
pub fn system() -> impl Strategy<Value = System> {
    let tag = prop::sample::select(vec![None, Some(*b"{}"), Some(*b"$$"), Some(*b"ab"), Some([0xc3, 0xa9])]);
    prop_oneof![
        6 => (prop::sample::select(&TWEMPROXY_HASHES[..]), any::<bool>(), tag, any::<bool>()).prop_map(
            |(hash, modula, tag, signed_char)| System::Twemproxy { hash, modula, tag, signed_char }
        ),
        1 => Just(System::RedisCluster),
        1 => (1..200_u32).prop_map(|vnodes| System::Vnodes { vnodes }),
        1 => Just(System::Charsum),
        1 => Just(System::Libketama),
        2 => (1..120_u32, 1..=4_u32, prop::option::of(Just(11211)), any::<bool>()).prop_map(
            |(vnode_count, points_per_digest, default_port, sha1)| System::NpmHashring {
                vnode_count, points_per_digest, default_port, sha1
            }
        ),
        2 => (any::<bool>(), prop::option::of(1..40_u32), 1..=4_u32).prop_map(
            |(ketama, vnodes, points_per_digest)| System::Uhashring { ketama, vnodes, points_per_digest }
        ),
        1 => Just(System::HashRing),
        3 => libmemcached(&["modula", "consistent", "weighted"]),
    ]
}

/// libmemcached in one of these modes.
pub fn libmemcached(modes: &'static [&'static str]) -> impl Strategy<Value = System> {
    let hash = prop::option::of(prop::sample::select(&LIBMEMCACHED_HASHES[..]));
    (prop::sample::select(modes), hash).prop_map(|(mode, hash)| System::Libmemcached { mode, hash })
}

/// Any pool of up to twelve nodes, small ones more often than not.
pub fn pool() -> impl Strategy<Value = Pool> {
    (system(), prop::sample::select(vec![2, 4, 12])).prop_flat_map(|(system, most)| pool_of(system, most))
}

/// How the weights of a pool relate to each other.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Weights {
    Any,
    /// All as the first.
    Equal,
    /// All 1 but the first.
    OneHeavy,
}

/// A pool of `system` with up to `most` nodes.
pub fn pool_of(system: System, most: usize) -> impl Strategy<Value = Pool> {
    let node = (name(), weight(&system), prop::option::weighted(0.2, 1..60_u32), any::<u16>());
    let weights = prop::sample::select(vec![Weights::Any, Weights::Any, Weights::Equal, Weights::OneHeavy]);
    (prop::collection::vec(node, 1..=most), weights).prop_map(move |(made, weights)| {
        let mut nodes: Vec<Node> = Vec::new();
        for (name, weight, vnodes, _) in &made {
            if nodes.iter().all(|node| node.name != *name) {
                let vnodes = match system {
                    // The ring's own count given to a node is as good as none.
                    System::NpmHashring { vnode_count, .. } => {
                        vnodes.map(|own| if own > 40 { vnode_count } else { own })
                    }
                    _ => None,
                };
                let weight = match (weights, nodes.first()) {
                    (Weights::Equal, Some(first)) => first.weight,
                    (Weights::OneHeavy, Some(_)) => 1,
                    _ => *weight,
                };
                nodes.push(Node { vnodes, ..Node::new(name, weight) });
            }
        }
        if system == System::RedisCluster {
            let cuts: Vec<u16> = made.iter().map(|node| node.3).collect();
            share_out_slots(&mut nodes, &cuts);
        }
        Pool { system: system.clone(), nodes }
    })
}

/// Cuts 0..16384 at `cuts`; the pieces go round the nodes, and every fifth piece to nobody.
fn share_out_slots(nodes: &mut [Node], cuts: &[u16]) {
    let mut starts: Vec<u16> = cuts.iter().map(|cut| cut % 16384).chain([0]).collect();
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).copied().chain([16384]);
    for (piece, (start, end)) in starts.iter().zip(ends).enumerate() {
        if piece % 5 != 4 {
            let node = piece % nodes.len();
            nodes[node].slots.push(*start..=end - 1);
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab][a-c]?",
        4 => "(node|n|shard)-[0-9]{1,2}",
        4 => (0..4_u8, 1..30_u8, prop::sample::select(vec![6379, 11211, 7000]))
            .prop_map(|(c, d, port)| format!("10.0.{c}.{d}:{port}")),
        1 => "[éß語😀]{1,3}",
        1 => "[a-z]{266,276}",
    ]
}

fn weight(system: &System) -> BoxedStrategy<u32> {
    match system {
        System::RedisCluster | System::Vnodes { .. } | System::Charsum => Just(1).boxed(),
        System::Uhashring { ketama: false, .. } => (1..5_u32).boxed(),
        _ => prop_oneof![
            8 => Just(1_u32),
            8 => 1..12_u32,
            1 => prop::sample::select(vec![100, 1000, 99_999, 16_777_217, 1_000_000_007, i32::MAX as u32]),
        ]
        .boxed(),
    }
}

/// How to make a key, given a pool.
#[derive(Debug, Clone)]
pub enum KeySeed {
    /// This key.
    Bytes(Vec<u8>),
    /// The label of a ring point: its hash is a point in every ring that hashes keys as it hashes labels.
    Label(Index, u32),
}

impl KeySeed {
    /// The key.
    pub fn key(&self, pool: &Pool) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Label(node, i) => {
                format!("{}-{i}", pool.nodes[node.index(pool.nodes.len())].name).into_bytes()
            }
        }
    }
}

/// Keys of every kind: none, text, bytes, tagged, labels.
pub fn key() -> impl Strategy<Value = KeySeed> {
    let bytes = prop_oneof![
        1 => Just(Vec::new()),
        4 => "(user|cart|ключ|キー|😀):[0-9]{0,9}".prop_map(String::into_bytes),
        4 => prop::collection::vec(any::<u8>(), 0..40),
        3 => "[{}$ab\\x00é]{0,9}".prop_map(String::into_bytes),
        3 => "[{}$a-d]{5,40}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 200..700),
    ];
    prop_oneof![
        4 => bytes.prop_map(KeySeed::Bytes),
        1 => (any::<Index>(), 0..170_u32).prop_map(|(node, i)| KeySeed::Label(node, i)),
    ]
}

/// One random value; another one at each call.
pub fn any_of<T: Debug>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("no strategy here refuses much").current()
}

/// Random keys for no pool in particular.
pub fn any_keys(runner: &mut TestRunner, count: usize) -> Vec<Vec<u8>> {
    let nobody = Pool { system: System::RedisCluster, nodes: vec![Node::new("node-1", 1)] };
    (0..count).map(|_| any_of(runner, &key()).key(&nobody)).collect()
}
