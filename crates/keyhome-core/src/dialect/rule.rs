//! A placement rule as data: everything in which the systems in use differ.

use alloc::{borrow::ToOwned, string::String};

use crate::{
    digits::decimal,
    hash::{Algorithm, KeyHash},
    key::TagRule,
};

/// How keys find nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// From a key to a hash.
    pub key: KeyRule,
    /// In which order the nodes are taken.
    pub order: Order,
    /// From a hash to a node.
    pub place: Place,
}

/// From a key to a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRule {
    /// Which bytes of the key are hashed.
    pub tag: TagRule,
    /// The function.
    pub hash: KeyHash,
    /// Whether no bytes at all hash to 0 whatever the function says, as in twemproxy.
    pub empty_is_zero: bool,
}

impl KeyRule {
    /// The whole key, hashed by `algorithm` with signed `char`.
    pub const fn whole(algorithm: Algorithm) -> Self {
        Self { tag: TagRule::None, hash: KeyHash::new(algorithm, true), empty_is_zero: false }
    }
}

/// In which order the nodes are taken. It decides ties of ring points, and all of modula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As the config lists them.
    Given,
    /// By the length of their names, then bytewise.
    NameLengthThenBytes,
}

/// From a hash to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The ring point that the hash meets.
    Ring(RingRule),
    /// The hash modulo the length of a list in which each node stands once, or as often as its weight says.
    Modula {
        /// Whether weights count.
        weighted: bool,
    },
    /// The owner of the slot.
    Slots,
    /// The sum of the key's UTF-16 code units modulo the number of nodes.
    CharSum,
    /// Any node: no key has a home.
    Random,
}

/// How a ring is made and searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingRule {
    /// What is hashed for each digest of a node.
    pub label: Label,
    /// How a digest becomes points.
    pub point: PointHash,
    /// How many digests a node has.
    pub count: Count,
    /// What takes the place of `point` and `count` once any node of the pool has a weight above 1, as adding such
    /// a server switches libmemcached's consistent mode to weighted points.
    pub weighted_instead: Option<(PointHash, Count)>,
    /// Which of two equal points answers.
    pub tie: Tie,
    /// Which point a hash meets.
    pub search: Search,
}

/// The text that is hashed for digest `i` of a node: its name, `-`, and `i` in decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// A port whose `:port` is taken off the end of the name before it is hashed.
    pub without_port: Option<u32>,
    /// Bytes after which the text is cut.
    pub cut_at: Option<usize>,
}

impl Label {
    /// The name as it is.
    pub const NAME: Self = Self { without_port: None, cut_at: None };

    /// The part of `name` that the label is made of.
    pub fn base(self, name: &str) -> &str {
        let Some(port) = self.without_port else { return name };
        without_port(name, port)
    }
}

/// The host of an address, where it has that port; else all of it.
fn without_port(address: &str, port: u32) -> &str {
    let Some(colon) = address.bytes().rposition(|byte| byte == b':') else { return address };
    let digits = address.as_bytes().get(colon + 1..).unwrap_or_default();
    // A plus sign changes no number.
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    if decimal(digits) == Some(port.into()) { address.get(..colon).unwrap_or(address) } else { address }
}

/// How a digest becomes points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointHash {
    /// The first so many little-endian words of MD5, 1 to 4.
    Md5Words(u32),
    /// The first so many little-endian words of SHA-1, 1 to 4.
    Sha1Words(u32),
    /// One point: the label's hash.
    Hash(KeyHash),
    /// One point of 128 bits: all of MD5, big-endian.
    Md5Whole,
}

impl PointHash {
    /// Points for each digest.
    pub const fn per_digest(self) -> u32 {
        match self {
            Self::Md5Words(words) | Self::Sha1Words(words) => words,
            Self::Hash(_) | Self::Md5Whole => 1,
        }
    }
}

/// How many digests a node of weight `w` has among `n` live nodes whose weights sum to `t`.
///
/// The programs differ in how they round, and so in where keys live: with 25 equal nodes twemproxy makes 39
/// digests for each where libketama makes 40; with 7, npm hashring does. No step may be reordered or fused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Always the same.
    Fixed(u32),
    /// This many for each unit of weight.
    PerWeight(u32),
    /// `floor(w/t * 160 / 4 * n + 1e-10)`, every step rounded to f32: twemproxy, libmemcached.
    F32,
    /// `floor(w/t * 40 * n)`: the quotient in f32, the rest in f64, rounded to f32 before the floor: libketama.
    F32Quotient,
    /// `floor(w/t * vnodes * n)` in f64: npm hashring.
    F64(u32),
    /// `vnodes * n * w / t` in whole numbers: uhashring, `hash_ring`.
    Exact(u32),
}

impl Count {
    /// The number of digests.
    pub fn digests(self, weight: u32, nodes: u32, total: u64) -> u64 {
        match self {
            Self::Fixed(count) => u64::from(count),
            Self::PerWeight(vnodes) => u64::from(vnodes) * u64::from(weight),
            Self::F32 => {
                let share = weight as f32 / total as f32;
                let digests = ((share * 160.0_f32) / 4.0_f32) * nodes as f32;
                u64::from((f64::from(digests) + 1e-10) as f32 as u32)
            }
            Self::F32Quotient => {
                let share = weight as f32 / total as f32;
                u64::from((f64::from(share) * 40.0 * f64::from(nodes)) as f32 as u32)
            }
            Self::F64(vnodes) => {
                ((f64::from(weight) / total as f64) * f64::from(vnodes) * f64::from(nodes)) as u64
            }
            Self::Exact(vnodes) => {
                // The whole part and the rest one after the other: the product of all three does not fit 64 bits.
                let (digests, weight) = (u64::from(vnodes) * u64::from(nodes), u64::from(weight));
                let (each, rest) = (digests / total, digests % total);
                each.saturating_mul(weight).saturating_add(rest.saturating_mul(weight) / total)
            }
        }
    }
}

/// Which of two equal points of different nodes answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// The earlier node's; the later one's stays on the ring behind it.
    Earlier,
    /// The later node's: it has taken the earlier one's place.
    Later,
}

/// Which point a hash meets; past the last point it is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// The first point at or above the hash.
    AtOrAbove,
    /// The first point above the hash.
    Above,
}

/// The name of a node that was given none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// `host:port` as written.
    Address,
    /// twemproxy's: `host:port` as written, but for port 11211 the host alone; the path of a unix socket with a
    /// colon after it.
    Twemproxy,
}

impl Names {
    /// The name that follows from `address`.
    pub fn of(self, address: &str) -> String {
        match self {
            Self::Address => address.to_owned(),
            Self::Twemproxy if address.starts_with('/') => alloc::format!("{address}:"),
            Self::Twemproxy => without_port(address, 11211).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal fleets up to 256 nodes that lose a digest each, in each way of rounding.
    #[test]
    fn fleets_that_get_39_digests() {
        let short = |count: Count| -> alloc::vec::Vec<u32> {
            (1..=256).filter(|&n| count.digests(1, n, u64::from(n)) == 39).collect()
        };
        let f32_fleets = [
            25, 47, 50, 55, 61, 71, 94, 100, 107, 109, 110, 115, 122, 142, 159, 163, 188, 193, 200, 209, 214,
            218, 219, 220, 230, 237, 243, 244,
        ];
        assert_eq!(short(Count::F32), f32_fleets);
        assert_eq!(short(Count::F32Quotient), [61, 122, 237, 244]);
        assert_eq!(
            short(Count::F64(40)),
            [7, 14, 28, 49, 56, 98, 103, 112, 141, 147, 161, 196, 206, 224, 253]
        );
        assert!(short(Count::Exact(40)).is_empty());
        let fleets = (1..=3000).filter(|&n| Count::F32.digests(1, n, u64::from(n)) == 39).count();
        assert_eq!(fleets, 305);
    }

    #[test]
    fn twemproxys_weights() {
        let points = |weights: &[u32]| -> alloc::vec::Vec<u64> {
            let total = weights.iter().map(|w| u64::from(*w)).sum();
            weights.iter().map(|w| 4 * Count::F32.digests(*w, weights.len() as u32, total)).collect()
        };
        assert_eq!(points(&[1, 2, 3, 10, 1]), [44, 92, 140, 468, 44]);
        assert_eq!(points(&[1000, 1, 1]), [476, 0, 0]);
        assert_eq!(points(&[100000, 1]), [316, 0]);
        assert_eq!(points(&[1, 2, 4, 8]), [40, 84, 168, 340]);
        assert_eq!(points(&[3, 7]), [96, 224]);
    }

    #[test]
    fn names_of_unnamed_nodes() {
        assert_eq!(Names::Twemproxy.of("10.0.0.1:11211"), "10.0.0.1");
        assert_eq!(Names::Twemproxy.of("10.0.0.1:6379"), "10.0.0.1:6379");
        assert_eq!(Names::Twemproxy.of("10.0.0.1:06379"), "10.0.0.1:06379");
        assert_eq!(Names::Twemproxy.of("/tmp/a.sock"), "/tmp/a.sock:");
        assert_eq!(Names::Address.of("10.0.0.1:11211"), "10.0.0.1:11211");
    }
}
