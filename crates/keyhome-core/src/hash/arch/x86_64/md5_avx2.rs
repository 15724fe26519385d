//! MD5 of eight messages at once in the lanes of AVX2.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_andnot_si256, _mm256_loadu_si256, _mm256_or_si256,
    _mm256_set1_epi32, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256, _mm256_xor_si256,
};

use super::md5_rounds::{ADDENDS, INITIAL, blocks, gather};

/// How many messages are hashed side by side.
const LANES: usize = 8;

/// The digests of the messages.
#[target_feature(enable = "avx2")]
pub(super) fn digests<K: AsRef<[u8]>>(messages: &[K], out: &mut [[u32; 4]]) {
    for (messages, out) in messages.chunks(LANES).zip(out.chunks_mut(LANES)) {
        let [a, b, c, d] = hash(&gather(messages));
        for (lane, out) in out.iter_mut().enumerate() {
            let lane = lane % LANES;
            *out = [a[lane], b[lane], c[lane], d[lane]];
        }
    }
}

/// The first words of the digests of the messages.
#[target_feature(enable = "avx2")]
pub(super) fn first_words<K: AsRef<[u8]>>(messages: &[K], out: &mut [u32]) {
    for (messages, out) in messages.chunks(LANES).zip(out.chunks_mut(LANES)) {
        let [words, ..] = hash(&gather(messages));
        for (out, word) in out.iter_mut().zip(words) {
            *out = word;
        }
    }
}

/// Word `w` of the digest of message `m` is at `[w][m]`.
#[inline]
#[target_feature(enable = "avx2")]
fn hash(messages: &[&[u8]; LANES]) -> [[u32; LANES]; 4] {
    let mut state = INITIAL.map(|word| _mm256_set1_epi32(word as i32));
    let longest = messages.iter().map(|message| message.len()).max().unwrap_or(0);
    for block in 0..blocks(longest) {
        let mut words = [[0; LANES]; 16];
        // A message that has no such block keeps its state.
        let mut running = [0_u32; LANES];
        for (lane, (running, message)) in running.iter_mut().zip(messages).enumerate() {
            if block < blocks(message.len()) {
                *running = u32::MAX;
                fill(&mut words, lane, message, block);
            }
        }
        let after = rounds(state, &words);
        let running = load(&running);
        for (state, after) in state.iter_mut().zip(after) {
            *state = _mm256_add_epi32(*state, _mm256_and_si256(after, running));
        }
    }
    let mut out = [[0; LANES]; 4];
    for (out, state) in out.iter_mut().zip(state) {
        // SAFETY: eight words are 32 bytes, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), state) };
    }
    out
}

/// Writes a block of the padded message into its lane of `words`, which is zero: the message, 0x80, zeros, and its
/// length in bits as the last eight bytes.
#[inline]
fn fill(words: &mut [[u32; LANES]; 16], lane: usize, message: &[u8], block: usize) {
    let lane = lane % LANES;
    if let Some(bytes) = message.get(64 * block..) {
        let (whole, rest) = bytes.as_chunks::<4>();
        for (row, word) in words.iter_mut().zip(whole) {
            row[lane] = u32::from_le_bytes(*word);
        }
        if let Some(row) = words.get_mut(whole.len()) {
            row[lane] = rest.iter().rfold(0x80, |word, &byte| word << 8 | u32::from(byte));
        }
    }
    if block + 1 == blocks(message.len()) {
        let bits = (message.len() as u64) << 3;
        words[14][lane] = bits as u32;
        words[15][lane] = (bits >> 32) as u32;
    }
}

/// The 64 steps, without the addition of the state before them.
#[inline]
#[target_feature(enable = "avx2")]
fn rounds([mut a, mut b, mut c, mut d]: [__m256i; 4], words: &[[u32; LANES]; 16]) -> [__m256i; 4] {
    let addend = |a, step: usize, word: usize| {
        let constant = _mm256_set1_epi32(ADDENDS[step % 64] as i32);
        _mm256_add_epi32(a, _mm256_add_epi32(load(&words[word % 16]), constant))
    };
    // One round of sixteen steps: step `i` takes word `stride * i + first`.
    macro_rules! round {
        ($logic:ident, $round:literal, $stride:literal, $first:literal, $r1:literal $r2:literal $r3:literal $r4:literal) => {
            for i in [0, 4, 8, 12] {
                round!(@step $logic, $round, $stride, $first, i, a b c d, $r1);
                round!(@step $logic, $round, $stride, $first, i + 1, d a b c, $r2);
                round!(@step $logic, $round, $stride, $first, i + 2, c d a b, $r3);
                round!(@step $logic, $round, $stride, $first, i + 3, b c d a, $r4);
            }
        };
        (@step $logic:ident, $round:literal, $stride:literal, $first:literal, $i:expr, $a:ident $b:ident $c:ident $d:ident, $rotation:literal) => {
            let sum = $logic(addend($a, 16 * $round + $i, $stride * ($i) + $first), $b, $c, $d);
            let left = _mm256_slli_epi32::<$rotation>(sum);
            let right = _mm256_srli_epi32::<{ 32 - $rotation }>(sum);
            $a = _mm256_add_epi32($b, _mm256_or_si256(left, right));
        };
    }
    round!(with_f, 0, 1, 0, 7 12 17 22);
    round!(with_g, 1, 5, 1, 5 9 14 20);
    round!(with_h, 2, 3, 5, 4 11 16 23);
    round!(with_i, 3, 7, 0, 6 10 15 21);
    [a, b, c, d]
}

// The functions of RFC 1321, added to a sum. `b` comes from the step before, so it is waited for last.

/// Where `b` then `c` else `d`.
#[inline]
#[target_feature(enable = "avx2")]
fn with_f(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_xor_si256(_mm256_and_si256(_mm256_xor_si256(c, d), b), d))
}

/// Where `d` then `b` else `c`: the two halves share no bit, so they may be added one after the other.
#[inline]
#[target_feature(enable = "avx2")]
fn with_g(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    _mm256_add_epi32(_mm256_add_epi32(sum, _mm256_andnot_si256(d, c)), _mm256_and_si256(d, b))
}

/// `b ^ c ^ d`.
#[inline]
#[target_feature(enable = "avx2")]
fn with_h(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    _mm256_add_epi32(sum, _mm256_xor_si256(_mm256_xor_si256(c, d), b))
}

/// `c ^ (b | !d)`.
#[inline]
#[target_feature(enable = "avx2")]
fn with_i(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
    let not_d = _mm256_xor_si256(d, _mm256_set1_epi32(-1));
    _mm256_add_epi32(sum, _mm256_xor_si256(c, _mm256_or_si256(b, not_d)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(words: &[u32; LANES]) -> __m256i {
    // SAFETY: the reference is good for 32 bytes, and the load asks for no alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::md5::digest;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_the_safe_twin(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=300), 0..40),
            from in 0_usize..64,
        ) {
            if super::super::avx2::get() {
                let messages: Vec<&[u8]> = messages.iter().map(|m| &m[from.min(m.len())..]).collect();
                let mut out = alloc::vec![[0; 4]; messages.len()];
                let mut first = alloc::vec![0; messages.len()];
                // SAFETY: the features were asked for.
                unsafe { digests(&messages, &mut out) };
                // SAFETY: as above.
                unsafe { first_words(&messages, &mut first) };
                for ((message, got), first) in messages.iter().zip(out).zip(first) {
                    prop_assert_eq!(got, digest(message));
                    prop_assert_eq!(first, got[0]);
                }
            }
        }
    }
}
