//! twemproxy's algorithm as it is written in C: one label hashed after the other, points sorted, binary search.

use md5::{Digest, Md5};

pub(crate) struct Point {
    pub(crate) index: u32,
    pub(crate) value: u32,
}

/// `ketama_update` of src/hashkit/nc_ketama.c for equal servers.
pub(crate) fn ring(names: &[String]) -> Vec<Point> {
    let share = 1.0_f32 / names.len() as f32;
    let digests = ((share * 160.0_f32) / 4.0_f32 * names.len() as f32 + 1e-10_f32).floor() as u32;
    let mut points = Vec::new();
    for (index, name) in names.iter().enumerate() {
        for label in 0..digests {
            let digest = Md5::digest(format!("{name}-{label}").as_bytes());
            for word in digest.chunks_exact(4) {
                let value = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
                points.push(Point { index: index as u32, value });
            }
        }
    }
    points.sort_by_key(|point| point.value);
    points
}

/// `hash_fnv1a_64` of src/hashkit/nc_fnv.c.
pub(crate) fn fnv1a_64(key: &[u8]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 as u32;
    for byte in key {
        hash ^= *byte as i8 as u32;
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3_u64 as u32);
    }
    hash
}

/// `ketama_dispatch` of src/hashkit/nc_ketama.c.
pub(crate) fn dispatch(points: &[Point], hash: u32) -> u32 {
    let (mut left, mut right) = (0, points.len());
    while left < right {
        let middle = left + (right - left) / 2;
        if points[middle].value < hash { left = middle + 1 } else { right = middle }
    }
    if right == points.len() {
        right = 0;
    }
    points[right].index
}
