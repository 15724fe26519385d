//! MD5 of eight messages at once in the lanes of AVX2.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_andnot_si256, _mm256_cmpeq_epi32, _mm256_cmpgt_epi32,
    _mm256_maskload_epi32, _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set_epi64x, _mm256_set1_epi32,
    _mm256_setr_epi32, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use super::md5_rounds::{ADDENDS, INITIAL, blocks, digests, gather};

/// How many messages are hashed side by side.
const LANES: usize = 8;

digests!("avx2", avx2);

/// Writes as many digests as `out` takes.
#[inline]
#[target_feature(enable = "avx2")]
fn write(state: [__m256i; 4], out: &mut [[u32; 4]]) {
    let mut words = [[0; LANES]; 4];
    for (words, state) in words.iter_mut().zip(state) {
        // SAFETY: eight words are 32 bytes, and the store asks for no alignment.
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), state) };
    }
    for (lane, out) in out.iter_mut().enumerate() {
        *out = words.map(|words| words[lane % LANES]);
    }
}

/// The final states of one group of messages, or of two in step: every instruction of MD5 waits for the one before,
/// so a second group fills the time in between.
#[target_feature(enable = "avx2")]
fn hash<const GROUPS: usize>(groups: [[&[u8]; LANES]; GROUPS]) -> [[__m256i; 4]; GROUPS] {
    let mut states = [INITIAL.map(|word| _mm256_set1_epi32(word as i32)); GROUPS];
    let longest = groups.iter().flatten().map(|message| message.len()).max().unwrap_or(0);
    for block in 0..blocks(longest) {
        let words = groups.map(|messages| {
            let rows = messages.map(|message| padded_block(message, block));
            [transpose(rows.map(|row| row[0])), transpose(rows.map(|row| row[1]))]
        });
        let after = rounds(states, &words);
        for ((state, after), messages) in states.iter_mut().zip(after).zip(&groups) {
            let running = running(messages, block);
            for (state, after) in state.iter_mut().zip(after) {
                *state = _mm256_add_epi32(*state, _mm256_and_si256(after, running));
            }
        }
    }
    states
}

/// All bits of the lanes whose message has such a block. The others keep their state.
#[inline]
#[target_feature(enable = "avx2")]
fn running(messages: &[&[u8]; LANES], block: usize) -> __m256i {
    let [a, b, c, d, e, f, g, h] = messages.map(|message| if block < blocks(message.len()) { -1 } else { 0 });
    _mm256_setr_epi32(a, b, c, d, e, f, g, h)
}

/// The 64 bytes of a block of the padded message: the message, 0x80, zeros, and its length in bits as the last
/// eight bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn padded_block(message: &[u8], block: usize) -> [__m256i; 2] {
    // An empty rest still points into the message: a load from nowhere would be slow, mask or not.
    let (_, rest) = message.split_at(message.len().min(64 * block));
    let (whole, odd) = rest.as_chunks::<4>();
    let places = [_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_setr_epi32(8, 9, 10, 11, 12, 13, 14, 15)];
    let end = _mm256_set1_epi32(whole.len().min(16) as i32);
    let mut halves = places.map(|places| _mm256_cmpgt_epi32(end, places));
    for (half, start) in halves.iter_mut().zip([0, 32]) {
        let from = rest.as_ptr().wrapping_add(start);
        // SAFETY: the mask has a lane for each whole word of the slice from `start` on and no other; words
        // without a lane are not read.
        *half = unsafe { _mm256_maskload_epi32(from.cast(), *half) };
    }
    if message.len() >= 64 * block {
        let last = _mm256_set1_epi32(odd_bytes(rest, odd) as i32);
        for (half, places) in halves.iter_mut().zip(places) {
            *half = _mm256_or_si256(*half, _mm256_and_si256(last, _mm256_cmpeq_epi32(end, places)));
        }
    }
    if block + 1 == blocks(message.len()) {
        let bits = (message.len() as i64) << 3;
        halves[1] = _mm256_or_si256(halves[1], _mm256_set_epi64x(bits, 0, 0, 0));
    }
    halves
}

/// The last word of the message: 0 to 3 bytes, and 0x80 behind them.
#[inline]
fn odd_bytes(rest: &[u8], odd: &[u8]) -> u32 {
    match rest.last_chunk::<4>() {
        // The last four bytes, moved down until only the odd ones are left; by 32 in two halves.
        Some(word) => {
            let half = 4 * (4 - odd.len() as u32);
            (u32::from_le_bytes(*word) >> half >> half) | 0x80 << (8 * odd.len())
        }
        None => odd.iter().rfold(0x80, |word, &byte| word << 8 | u32::from(byte)),
    }
}

/// Word `w` of row `m` to place `m` of row `w`.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(rows: [__m256i; LANES]) -> [__m256i; LANES] {
    let [a, b, c, d, e, f, g, h] = rows;
    let (first, second) = (transpose_lanes([a, b, c, d]), transpose_lanes([e, f, g, h]));
    let mut columns = rows;
    for (word, (first, second)) in first.into_iter().zip(second).enumerate() {
        columns[word] = _mm256_permute2x128_si256::<0x20>(first, second);
        columns[word + 4] = _mm256_permute2x128_si256::<0x31>(first, second);
    }
    columns
}

/// The same within the 128-bit lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose_lanes([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// The 64 steps, without the addition of the state before them.
#[inline]
#[target_feature(enable = "avx2")]
fn rounds<const GROUPS: usize>(
    states: [[__m256i; 4]; GROUPS],
    words: &[[[__m256i; 8]; 2]; GROUPS],
) -> [[__m256i; 4]; GROUPS] {
    let mut states = states;
    // Sixteen steps: step `i` takes word `stride * i + first`. After every four, the parts of the state have their
    // roles back.
    macro_rules! round {
        ($logic:ident, $round:literal, $stride:literal, $first:literal, $r1:literal $r2:literal $r3:literal $r4:literal) => {
            for i in [0, 4, 8, 12] {
                let place = |i: usize| (ADDENDS[(16 * $round + i) % 64], ($stride * i + $first) % 16);
                step!($logic, 0 1 2 3, $r1, place(i));
                step!($logic, 3 0 1 2, $r2, place(i + 1));
                step!($logic, 2 3 0 1, $r3, place(i + 2));
                step!($logic, 1 2 3 0, $r4, place(i + 3));
            }
        };
    }
    macro_rules! step {
        ($logic:ident, $a:literal $b:literal $c:literal $d:literal, $rotation:literal, $place:expr) => {
            let (constant, word): (u32, usize) = $place;
            let constant = _mm256_set1_epi32(constant as i32);
            for (state, words) in states.iter_mut().zip(words) {
                let addend = _mm256_add_epi32(words[word / 8][word % 8], constant);
                let sum = $logic(_mm256_add_epi32(state[$a], addend), state[$b], state[$c], state[$d]);
                let left = _mm256_slli_epi32::<$rotation>(sum);
                let right = _mm256_srli_epi32::<{ 32 - $rotation }>(sum);
                state[$a] = _mm256_add_epi32(state[$b], _mm256_or_si256(left, right));
            }
        };
    }
    round!(with_f, 0, 1, 0, 7 12 17 22);
    round!(with_g, 1, 5, 1, 5 9 14 20);
    round!(with_h, 2, 3, 5, 4 11 16 23);
    round!(with_i, 3, 7, 0, 6 10 15 21);
    states
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
