//! Placement as its description says it: no sorting, no tables, one look at every point.

use md5::{Digest, Md5};

/// A server as the description of a dialect sees it.
#[derive(Clone, Copy)]
pub struct Server<'a> {
    /// Its index in the config.
    pub index: usize,
    pub name: &'a str,
    pub weight: u32,
}

/// twemproxy takes servers by the length of their names, then by their bytes.
pub fn twemproxy_order(servers: &mut [Server]) {
    servers.sort_by_key(|server| (server.name.len(), server.name.as_bytes()));
}

/// A point of a ring: where it is, and the index of its server.
type Point = (u32, usize);

/// The points of ketama in twemproxy, in the order in which it makes them: four of each digest.
pub fn ketama(servers: &[Server]) -> Vec<Point> {
    let total: u32 = servers.iter().map(|server| server.weight).sum();
    let mut points = Vec::new();
    for server in servers {
        let share = server.weight as f32 / total as f32;
        let digests = ((share * 160.0 / 4.0 * servers.len() as f32) as f64 + 1e-10) as f32;
        for number in 0..digests.floor() as u32 {
            let digest = Md5::digest(format!("{}-{number}", server.name));
            for word in digest.chunks_exact(4) {
                points.push((u32::from_le_bytes([word[0], word[1], word[2], word[3]]), server.index));
            }
        }
    }
    points
}

/// The points of the ring that tutorials build. Of equal points the later node's wins, so they are made backwards.
pub fn vnodes(servers: &[Server], count: u32) -> Vec<Point> {
    let mut points = Vec::new();
    for server in servers.iter().rev() {
        for number in 0..count {
            points.push((md5_hex(format!("{}-{number}", server.name).as_bytes()), server.index));
        }
    }
    points
}

/// The first point at or above the hash, else the first of all; of equal points the one made first.
pub fn on_ring(points: &[Point], hash: u32) -> Option<usize> {
    let first = |candidates: &mut dyn Iterator<Item = &Point>| {
        candidates.copied().reduce(|best, point| if point.0 < best.0 { point } else { best })
    };
    first(&mut points.iter().filter(|point| point.0 >= hash))
        .or_else(|| first(&mut points.iter()))
        .map(|(_, index)| index)
}

/// The server in whose part of the list of weights the hash falls.
pub fn modula(servers: &[Server], hash: u32) -> Option<usize> {
    let total: u64 = servers.iter().map(|server| u64::from(server.weight)).sum();
    let mut rest = u64::from(hash).checked_rem(total)?;
    for server in servers {
        if rest < u64::from(server.weight) {
            return Some(server.index);
        }
        rest -= u64::from(server.weight);
    }
    None
}

/// What is hashed of a key: between the first opening byte and the next closing one, if there is anything.
pub fn tagged(key: &[u8], tag: Option<[u8; 2]>) -> &[u8] {
    let inside = tag.and_then(|[open, close]| {
        let start = key.iter().position(|byte| *byte == open)? + 1;
        let length = key[start..].iter().position(|byte| *byte == close)?;
        Some(&key[start..start + length]).filter(|inside| !inside.is_empty())
    });
    inside.unwrap_or(key)
}

/// twemproxy's `md5`: the first word of the digest.
pub fn md5_word(bytes: &[u8]) -> u32 {
    let digest = Md5::digest(bytes);
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// The first eight hexadecimal digits of the digest.
pub fn md5_hex(bytes: &[u8]) -> u32 {
    md5_word(bytes).swap_bytes()
}

/// twemproxy's `fnv1a_64`, which is neither 64 bits wide nor unsigned.
pub fn fnv1a_64(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x8422_2325, |hash, byte| (hash ^ (*byte as i8 as u32)).wrapping_mul(0x1b3))
}

/// twemproxy's `one_at_a_time`.
pub fn one_at_a_time(bytes: &[u8]) -> u32 {
    let mut hash = bytes.iter().fold(0_u32, |hash, byte| {
        let hash = hash.wrapping_add(*byte as i8 as u32);
        let hash = hash.wrapping_add(hash << 10);
        hash ^ (hash >> 6)
    });
    hash = hash.wrapping_add(hash << 3);
    hash ^= hash >> 11;
    hash.wrapping_add(hash << 15)
}
