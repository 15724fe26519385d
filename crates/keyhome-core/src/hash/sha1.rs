//! SHA-1 as a source of ring points: npm hashring reads its first sixteen bytes as four little-endian words.
//!
//! WebAssembly is downloaded, and there this file's own few lines do what elsewhere the `sha1` crate does with the
//! instructions of the CPU. The tests hold the two equal.

#[cfg(not(target_arch = "wasm32"))]
use sha1::{Digest, Sha1};

/// The first four words of the digest, little-endian.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn digest(bytes: &[u8]) -> [u32; 4] {
    let digest = Sha1::digest(bytes);
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(digest.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*chunk);
    }
    words
}

#[cfg(target_arch = "wasm32")]
pub(crate) use small::digest;

#[cfg(any(target_arch = "wasm32", test))]
mod small {
    /// The state before the first block.
    const INITIAL: [u32; 5] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

    /// The first four words of the digest, little-endian.
    pub(crate) fn digest(bytes: &[u8]) -> [u32; 4] {
        let mut state = INITIAL;
        let (blocks, rest) = bytes.as_chunks::<64>();
        for bytes in blocks {
            block(&mut state, bytes);
        }
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        last[rest.len()] = 0x80;
        // The length in bits is the last 8 bytes; where they have no room, there is one more block.
        if rest.len() >= 56 {
            block(&mut state, &last);
            last = [0; 64];
        }
        last[56..].copy_from_slice(&(bytes.len() as u64).wrapping_mul(8).to_be_bytes());
        block(&mut state, &last);
        let [a, b, c, d, _] = state.map(u32::swap_bytes);
        [a, b, c, d]
    }

    fn block(state: &mut [u32; 5], bytes: &[u8; 64]) {
        let mut words = [0_u32; 16];
        for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let [mut a, mut b, mut c, mut d, mut e] = *state;
        for step in 0..80 {
            let (mix, addend) = match step / 20 {
                0 => (d ^ (b & (c ^ d)), 0x5a827999),
                1 => (b ^ c ^ d, 0x6ed9eba1),
                2 => ((b & c) | (d & (b | c)), 0x8f1bbcdc),
                _ => (b ^ c ^ d, 0xca62c1d6),
            };
            // Only the last sixteen words are needed: the next one takes the place of the oldest.
            let word = words[step % 16];
            let other = words[(step + 13) % 16] ^ words[(step + 8) % 16] ^ words[(step + 2) % 16];
            words[step % 16] = (word ^ other).rotate_left(1);
            let next =
                a.rotate_left(5).wrapping_add(mix).wrapping_add(e).wrapping_add(addend).wrapping_add(word);
            (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        }
        for (sum, word) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(word);
        }
    }

    #[cfg(test)]
    #[test]
    fn as_the_crate() {
        let bytes: [u8; 320] = core::array::from_fn(|i| (i * 73 + i / 3) as u8);
        for length in 0..=bytes.len() {
            assert_eq!(digest(&bytes[..length]), super::digest(&bytes[..length]), "{length}");
        }
    }
}
