//! `MurmurHash2` as twemproxy (`src/hashkit/nc_murmur.c`) and libmemcached call it, and `MurmurHash3_x86_32` as
//! libmemcached calls it: both with the seed 0xdeadbeef times the length. Words are little-endian on every machine.

const SEED: u32 = 0xdead_beef;

pub(super) fn murmur2(bytes: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let length = bytes.len() as u32;
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = SEED.wrapping_mul(length) ^ length;
    for &block in blocks {
        let mut k = u32::from_le_bytes(block).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        hash = (hash ^ tail_word(tail)).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}

pub(super) fn murmur3(bytes: &[u8]) -> u32 {
    let mix = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let length = bytes.len() as u32;
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = SEED.wrapping_mul(length);
    for &block in blocks {
        hash ^= mix(u32::from_le_bytes(block));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    if !tail.is_empty() {
        hash ^= mix(tail_word(tail));
    }
    hash ^= length;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Up to three bytes as a little-endian word.
fn tail_word(tail: &[u8]) -> u32 {
    tail.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte))
}
