//! Naive twins: the same questions answered from the descriptions of the systems, by going through lists from start
//! to end. Slow, plain, and independent of the core: where the two differ, one of them is wrong.

mod config;
pub mod hash;
pub mod health;
pub mod hotkeys;
pub mod pool;
pub mod random;
pub mod replica;
pub mod ring;
pub mod shares;

use hash::hash;
use pool::{Pool, System};
use ring::Points;

/// A pool made ready to answer, naively.
#[derive(Debug, Clone)]
pub struct Twin {
    /// The pool.
    pub pool: Pool,
    /// Which of its nodes take part.
    pub live: Vec<bool>,
    /// From a hash to a node.
    pub table: Table,
}

/// From a hash to a node.
#[derive(Debug, Clone)]
pub enum Table {
    /// The only node of its pool.
    One,
    /// A ring.
    Ring(Points),
    /// A list in which each node stands as often as its weight says: the nodes in order, with weights.
    List(Vec<(usize, u64)>),
    /// The owner of each of the 16384 slots.
    Slots(Vec<Option<usize>>),
    /// The live nodes in the order of the config.
    Sum(Vec<usize>),
}

/// The code of an error.
pub type Code = &'static str;

impl Twin {
    /// The twin of `pool` with all nodes live.
    pub fn new(pool: &Pool) -> Result<Self, Code> {
        if pool.nodes.iter().map(|node| node.weight as u64).sum::<u64>() > u32::MAX as u64 {
            return Err("config.weight");
        }
        Self::of(pool, vec![true; pool.nodes.len()])
    }

    /// The same pool with the nodes at these indexes taken away.
    pub fn without(&self, gone: &[usize]) -> Result<Self, Code> {
        let mut live = self.live.clone();
        for index in gone {
            live[*index] = false;
        }
        if live.iter().all(|live| !live) {
            return Err("pool.empty");
        }
        Self::of(&self.pool, live)
    }

    fn of(pool: &Pool, live: Vec<bool>) -> Result<Self, Code> {
        let mut order: Vec<usize> = (0..pool.nodes.len()).filter(|index| live[*index]).collect();
        if let System::Twemproxy { .. } = pool.system {
            order.sort_by_key(|index| (pool.nodes[*index].name.len(), pool.nodes[*index].name.as_bytes()));
        }
        let table = match &pool.system {
            System::RedisCluster => Table::Slots(slots(pool, &live)),
            System::Charsum => Table::Sum(order),
            _ if pool.nodes.len() == 1 => Table::One,
            System::Twemproxy { modula: true, .. } => {
                Table::List(order.iter().map(|index| (*index, pool.nodes[*index].weight as u64)).collect())
            }
            System::Libmemcached { mode: "modula", .. } => {
                Table::List(order.iter().map(|index| (*index, 1)).collect())
            }
            _ => Table::Ring(ring::points(pool, &order)),
        };
        if let Table::Ring(ring) = &table
            && ring.points.is_empty()
        {
            return Err("config.points");
        }
        Ok(Self { pool: pool.clone(), live, table })
    }

    /// Which bytes of the key are hashed.
    pub fn hashed<'k>(&self, key: &'k [u8]) -> &'k [u8] {
        let tag = match self.pool.system {
            System::Twemproxy { tag, .. } => tag,
            System::RedisCluster => Some(*b"{}"),
            _ => None,
        };
        let Some([open, close]) = tag else { return key };
        for start in 0..key.len() {
            if key[start] != open {
                continue;
            }
            for end in start + 1..key.len() {
                if key[end] == close {
                    return if end > start + 1 { &key[start + 1..end] } else { key };
                }
            }
            return key;
        }
        key
    }

    /// The hash of a key, for rings and lists.
    pub fn hash(&self, key: &[u8]) -> u128 {
        let hashed = self.hashed(key);
        match &self.pool.system {
            System::Twemproxy { .. } if hashed.is_empty() => 0,
            System::Twemproxy { hash: function, signed_char, .. } => hash(function, *signed_char, hashed),
            _ => hash(self.key_hash(), true, hashed),
        }
    }

    /// The name of the function that hashes keys.
    pub fn key_hash(&self) -> &'static str {
        match &self.pool.system {
            System::Twemproxy { hash, .. } | System::Libmemcached { hash: Some(hash), .. } => hash,
            System::Vnodes { .. } => "md5_hex8",
            System::NpmHashring { sha1: true, .. } => "sha1",
            System::Uhashring { ketama: false, .. } => "md5_128",
            System::Libmemcached { mode: "modula" | "consistent", .. } => "one_at_a_time",
            _ => "md5",
        }
    }

    /// The node that owns a hash, for rings and lists.
    pub fn owner(&self, hash: u128) -> usize {
        match &self.table {
            Table::Ring(ring) => ring.points[ring.met_by(hash)].1,
            Table::List(parts) => parts[list_position(parts, hash)].0,
            _ => 0,
        }
    }

    /// The index of the node on which a key lives.
    pub fn home(&self, key: &[u8]) -> Result<usize, Code> {
        match &self.table {
            Table::Slots(owners) => owners[hash::slot(self.hashed(key)) as usize].ok_or("slot.uncovered"),
            Table::Sum(nodes) => {
                let text = std::str::from_utf8(key).map_err(|_| "key.encoding")?;
                let sum: u64 = text.encode_utf16().map(|unit| unit as u64).sum();
                Ok(nodes[(sum % nodes.len() as u64) as usize])
            }
            Table::One => Ok(0),
            Table::Ring(_) | Table::List(_) => Ok(self.owner(self.hash(key))),
        }
    }

    /// Up to `n` nodes that follow the home, each once.
    pub fn successors(&self, key: &[u8], n: usize) -> Result<Vec<usize>, Code> {
        let home = self.home(key)?;
        let around: Vec<usize> = match &self.table {
            Table::One | Table::Slots(_) => vec![],
            Table::Ring(ring) => {
                let mut nodes: Vec<usize> = ring.points.iter().map(|point| point.1).collect();
                nodes.rotate_left(ring.met_by(self.hash(key)));
                nodes
            }
            Table::List(parts) => {
                let mut nodes: Vec<usize> = parts.iter().map(|part| part.0).collect();
                nodes.rotate_left(list_position(parts, self.hash(key)));
                nodes
            }
            Table::Sum(nodes) => {
                let mut nodes = nodes.clone();
                while nodes[0] != home {
                    nodes.rotate_left(1);
                }
                nodes
            }
        };
        let mut successors = Vec::new();
        for node in around {
            if node != home && !successors.contains(&node) && successors.len() < n {
                successors.push(node);
            }
        }
        Ok(successors)
    }
}

/// Up to this length the list is really written out.
const LIST_MAX: u64 = 100_000;

/// Which of the parts of a list a hash meets.
fn list_position(parts: &[(usize, u64)], hash: u128) -> usize {
    let total: u64 = parts.iter().map(|part| part.1).sum();
    let mut rest = (hash % total as u128) as u64;
    if total <= LIST_MAX {
        let list: Vec<usize> = parts
            .iter()
            .enumerate()
            .flat_map(|(at, part)| std::iter::repeat_n(at, part.1 as usize))
            .collect();
        return list[rest as usize];
    }
    for (at, part) in parts.iter().enumerate() {
        if rest < part.1 {
            return at;
        }
        rest -= part.1;
    }
    unreachable!("the rest is below the total")
}

fn slots(pool: &Pool, live: &[bool]) -> Vec<Option<usize>> {
    let owns = |node: usize, slot: u16| {
        live[node] && pool.nodes[node].slots.iter().any(|range| range.contains(&slot))
    };
    (0..16384).map(|slot| (0..pool.nodes.len()).find(|node| owns(*node, slot))).collect()
}
