//! MD5 (RFC 1321): one digest at a time here, many side by side where the CPU has the lanes for it.
//!
//! A digest is one long chain of sums and turns in which each step waits for the one before; a key of a few bytes is one
//! block. Written out like this it takes four fifths of the `md-5` crate's time, which buffers for messages that come in
//! pieces. The tests hold the two equal.

use super::arch;

/// The state before the first block.
pub(in crate::hash) const INITIAL: [u32; 4] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

/// The constants of the 64 steps: 2^32 |sin(i)|.
pub(in crate::hash) const ADDENDS: [u32; 64] = [
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];

/// By how many bits the four steps of each round turn, over and over.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// The digest as four little-endian words, the reading of every ketama.
pub(crate) fn digest(bytes: &[u8]) -> [u32; 4] {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let state = blocks.iter().fold(INITIAL, block);
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    // The length in bits is the last 8 bytes; where they have no room, there is one more block.
    let state = if rest.len() < 56 { state } else { block(state, &core::mem::replace(&mut last, [0; 64])) };
    last[56..].copy_from_slice(&(bytes.len() as u64).wrapping_mul(8).to_le_bytes());
    block(state, &last)
}

/// The state after one block more. All steps are written out, whatever the compiler thinks of loops: a module made for
/// size hashes as fast as one made for speed, and needs no second copy that is.
fn block(state: [u32; 4], bytes: &[u8; 64]) -> [u32; 4] {
    let (words, _) = bytes.as_chunks::<4>();
    let mut new = round::<0>(state, words, |b, c, d| d ^ (b & (c ^ d)));
    // Of the two parts of this sum, which have no bit in common, the first does not wait for `b`.
    new = round::<1>(new, words, |b, c, d| (c & !d).wrapping_add(b & d));
    new = round::<2>(new, words, |b, c, d| b ^ (c ^ d));
    new = round::<3>(new, words, |b, c, d| c ^ (b | !d));
    let sum = |index: usize| state[index].wrapping_add(new[index]);
    [sum(0), sum(1), sum(2), sum(3)]
}

/// Sixteen steps; `mix` is what the round is known by.
#[inline(always)]
fn round<const NUMBER: usize>(
    state: [u32; 4],
    words: &[[u8; 4]],
    mix: impl Fn(u32, u32, u32) -> u32,
) -> [u32; 4] {
    let state = four::<NUMBER, 0>(state, words, &mix);
    let state = four::<NUMBER, 4>(state, words, &mix);
    let state = four::<NUMBER, 8>(state, words, &mix);
    four::<NUMBER, 12>(state, words, &mix)
}

/// Four of the steps of a round.
#[inline(always)]
fn four<const NUMBER: usize, const FIRST: usize>(
    [mut a, mut b, mut c, mut d]: [u32; 4],
    words: &[[u8; 4]],
    mix: impl Fn(u32, u32, u32) -> u32,
) -> [u32; 4] {
    let turns = TURNS[NUMBER];
    let [first, second, third, fourth] = [
        addend(NUMBER, FIRST, words),
        addend(NUMBER, FIRST + 1, words),
        addend(NUMBER, FIRST + 2, words),
        addend(NUMBER, FIRST + 3, words),
    ];
    a = a.wrapping_add(first).wrapping_add(mix(b, c, d)).rotate_left(turns[0]).wrapping_add(b);
    d = d.wrapping_add(second).wrapping_add(mix(a, b, c)).rotate_left(turns[1]).wrapping_add(a);
    c = c.wrapping_add(third).wrapping_add(mix(d, a, b)).rotate_left(turns[2]).wrapping_add(d);
    b = b.wrapping_add(fourth).wrapping_add(mix(c, d, a)).rotate_left(turns[3]).wrapping_add(c);
    [a, b, c, d]
}

/// What a step adds whatever the state: its constant and its word of the block.
#[inline(always)]
fn addend(round: usize, step: usize, words: &[[u8; 4]]) -> u32 {
    let word = [step, 5 * step + 1, 3 * step + 5, 7 * step][round] % 16;
    ADDENDS[16 * round + step].wrapping_add(u32::from_le_bytes(words[word]))
}

/// [`digest`] of many messages. `out` is as long as `messages`.
pub(crate) fn digests<K: AsRef<[u8]>>(messages: &[K], out: &mut [[u32; 4]]) {
    if !arch::md5(messages, out) {
        for (message, out) in messages.iter().zip(out) {
            *out = digest(message.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::md5::{Digest, Md5};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(digest(b"server1-8"), [3853726576, 1491449930, 639619849, 2667054752]);
        assert_eq!(digest(b"10.0.1.1:11211-0"), [2431485715, 4123933443, 100894374, 2720740989]);
        assert_eq!(digest(b"")[0], 3649838548);
        let mut out = [[0; 4]; 1];
        digests(&[b"server1-8"], &mut out);
        assert_eq!(out, [[3853726576, 1491449930, 639619849, 2667054752]]);
    }

    /// Every length, in batches of every size around the widths, next to shorter and longer ones.
    #[test]
    fn every_length_in_a_batch() {
        let bytes: [u8; 320] = core::array::from_fn(|i| (i * 73 + i / 3) as u8);
        let messages: Vec<&[u8]> = (0..=300).map(|length| &bytes[length % 17..][..length]).collect();
        check(&messages);
        let scattered: Vec<&[u8]> = (0..=300).map(|i| &bytes[i % 13..][..i * 137 % 301]).collect();
        check(&scattered);
        for count in 0..70 {
            check(&scattered[..count]);
        }
    }

    fn check<K: AsRef<[u8]>>(messages: &[K]) {
        let expected: Vec<[u32; 4]> = messages.iter().map(|message| digest(message.as_ref())).collect();
        let mut out = alloc::vec![[0; 4]; messages.len()];
        digests(messages, &mut out);
        assert_eq!(out, expected);
    }

    /// What the crate says that everybody uses.
    fn of_the_crate(bytes: &[u8]) -> [u32; 4] {
        let digest = Md5::digest(bytes);
        core::array::from_fn(|index| u32::from_le_bytes(digest.as_chunks().0[index]))
    }

    #[test]
    fn every_length() {
        let bytes: [u8; 320] = core::array::from_fn(|i| (i * 73 + i / 3) as u8);
        for length in 0..=320 {
            assert_eq!(digest(&bytes[..length]), of_the_crate(&bytes[..length]), "{length}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..=300)) {
            prop_assert_eq!(digest(&bytes), of_the_crate(&bytes));
        }

        #[test]
        fn random_batches(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=300), 0..50)) {
            check(&messages);
        }

        #[test]
        fn random_short_batches(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=60), 0..50)) {
            check(&messages);
        }
    }
}
