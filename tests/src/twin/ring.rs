//! Rings of points: a list of (value, node), searched from its start to its end.

use super::{
    hash::{hash, md5},
    pool::{Node, Pool, System},
};

/// Points sorted by value, and how a hash meets them.
#[derive(Debug, Clone)]
pub struct Points {
    /// Value and node, ascending; equal values in the order in which they answer.
    pub points: Vec<(u128, usize)>,
    /// Whether a hash meets the first point above it, and not the one at it.
    pub above: bool,
}

impl Points {
    /// The position of the point that `hash` meets.
    pub fn met_by(&self, hash: u128) -> usize {
        let meets = |point: u128| if self.above { point > hash } else { point >= hash };
        self.points.iter().position(|(value, _)| meets(*value)).unwrap_or(0)
    }
}

/// Every point of the live nodes of `pool`, which stand in `order`, by value; equal values in that order.
pub fn all_points(pool: &Pool, order: &[usize]) -> Vec<(u128, usize)> {
    let live = Live {
        nodes: order.len() as u32,
        weights: order.iter().map(|node| pool.nodes[*node].weight as u64).sum(),
        weighted: pool.nodes.iter().any(|node| node.weight > 1),
    };
    let mut points = Vec::new();
    for &index in order {
        let node = &pool.nodes[index];
        let base = label_base(&pool.system, &node.name);
        for i in 0..digests(&pool.system, node, &live) {
            let mut label = format!("{base}-{i}").into_bytes();
            if matches!(pool.system, System::Twemproxy { .. }) {
                label.truncate(272);
            }
            points.extend(values(&pool.system, &live, &label).into_iter().map(|value| (value, index)));
        }
    }
    points.sort_by_key(|(value, _)| *value); // a stable sort: equal values stay in the order of the nodes
    points
}

/// The ring of the live nodes of `pool`, which stand in `order`.
pub fn points(pool: &Pool, order: &[usize]) -> Points {
    let mut points = all_points(pool, order);
    let (above, last_wins) = match pool.system {
        System::Vnodes { .. } => (false, true),
        System::Uhashring { .. } | System::HashRing => (true, true),
        _ => (false, false),
    };
    if last_wins {
        let all = points.clone();
        points = (0..all.len())
            .filter(|&at| all.get(at + 1).is_none_or(|next| next.0 != all[at].0))
            .map(|at| all[at])
            .collect();
    }
    Points { points, above }
}

/// What is counted over the live nodes; `weighted` over all.
struct Live {
    nodes: u32,
    weights: u64,
    weighted: bool,
}

fn label_base<'n>(system: &System, name: &'n str) -> &'n str {
    match system {
        System::NpmHashring { default_port: Some(port), .. } => {
            name.strip_suffix(&format!(":{port}")).unwrap_or(name)
        }
        _ => name,
    }
}

/// How many labels a node has.
fn digests(system: &System, node: &Node, live: &Live) -> u64 {
    let (w, t, n) = (node.weight, live.weights, live.nodes);
    let exactly = |vnodes: u32| (vnodes as u128 * n as u128 * w as u128 / t as u128) as u64;
    match system {
        System::Vnodes { vnodes } => *vnodes as u64,
        System::Libmemcached { mode: "consistent", .. } if !live.weighted => 100,
        System::Twemproxy { .. } | System::Libmemcached { .. } => {
            let share: f32 = w as f32 / t as f32;
            let times_160: f32 = share * 160.0;
            let a_quarter: f32 = times_160 / 4.0;
            let times_nodes: f32 = a_quarter * n as f32;
            let rounded: f32 = (times_nodes as f64 + 0.0000000001) as f32;
            rounded.floor() as u64
        }
        System::Libketama => {
            let share: f32 = w as f32 / t as f32;
            ((share as f64 * 40.0 * n as f64) as f32).floor() as u64
        }
        System::NpmHashring { vnode_count, .. } => match node.vnodes {
            Some(own) if own != *vnode_count => own as u64,
            _ => (w as f64 / t as f64 * *vnode_count as f64 * n as f64).floor() as u64,
        },
        System::Uhashring { ketama: true, vnodes, .. } => exactly(vnodes.unwrap_or(40)),
        System::Uhashring { ketama: false, vnodes, .. } => vnodes.unwrap_or(160) as u64 * w as u64,
        System::HashRing => exactly(40),
        System::RedisCluster | System::Charsum => unreachable!("no ring"),
    }
}

/// The points of one label.
fn values(system: &System, live: &Live, label: &[u8]) -> Vec<u128> {
    let words = |digest: &[u8], count: u32| -> Vec<u128> {
        let word = |four: &[u8]| four.iter().rev().fold(0, |word, byte| word << 8 | *byte as u128);
        digest.chunks(4).take(count as usize).map(word).collect()
    };
    match system {
        System::Vnodes { .. } => vec![hash("md5_hex8", true, label)],
        System::Libmemcached { mode: "consistent", hash: function } if !live.weighted => {
            vec![hash(function.unwrap_or("one_at_a_time"), true, label)]
        }
        System::NpmHashring { sha1: true, points_per_digest, .. } => {
            use sha1::{Digest, Sha1};
            words(&Sha1::digest(label), *points_per_digest)
        }
        System::NpmHashring { points_per_digest, .. }
        | System::Uhashring { ketama: true, points_per_digest, .. } => words(&md5(label), *points_per_digest),
        System::Uhashring { ketama: false, .. } => vec![hash("md5_128", true, label)],
        System::HashRing => words(&md5(label), 3),
        _ => words(&md5(label), 4),
    }
}
