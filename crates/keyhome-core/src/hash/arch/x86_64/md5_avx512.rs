//! MD5 of sixteen messages at once in the lanes of AVX-512, which has the two things MD5 lacks elsewhere: a rotation
//! and any function of three bits as one instruction.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_mask_add_epi32, _mm512_mask_mov_epi8, _mm512_mask_mov_epi64,
    _mm512_maskz_loadu_epi8, _mm512_rol_epi32, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_shuffle_i32x4, _mm512_storeu_si512, _mm512_ternarylogic_epi32,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::md5_rounds::{ADDENDS, INITIAL, blocks, gather};

/// How many messages are hashed side by side.
const LANES: usize = 16;

/// The digests of the messages.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn digests<K: AsRef<[u8]>>(messages: &[K], out: &mut [[u32; 4]]) {
    for (messages, out) in messages.chunks(LANES).zip(out.chunks_mut(LANES)) {
        let rows = by_message(hash(&gather(messages)));
        if let Some(out) = out.first_chunk_mut::<LANES>() {
            store(rows, out);
        } else {
            let mut all = [[0; 4]; LANES];
            store(rows, &mut all);
            copy(&all, out);
        }
    }
}

/// The first words of the digests of the messages.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn first_words<K: AsRef<[u8]>>(messages: &[K], out: &mut [u32]) {
    for (messages, out) in messages.chunks(LANES).zip(out.chunks_mut(LANES)) {
        let mut words = [0; LANES];
        // SAFETY: sixteen words are 64 bytes, and the store asks for no alignment.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), hash(&gather(messages))[0]) };
        copy(&words, out);
    }
}

/// As much as `to` takes.
#[inline]
fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// Four digests in each vector, from four vectors of words.
#[inline]
#[target_feature(enable = "avx512f")]
fn by_message([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
    let (ab_high, cd_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
    exchange_lanes([
        _mm512_unpacklo_epi64(ab, cd),
        _mm512_unpackhi_epi64(ab, cd),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ])
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(rows: [__m512i; 4], out: &mut [[u32; 4]; LANES]) {
    for (quarter, row) in out.as_chunks_mut::<4>().0.iter_mut().zip(rows) {
        // SAFETY: four digests are 64 bytes, and the store asks for no alignment.
        unsafe { _mm512_storeu_si512(quarter.as_mut_ptr().cast(), row) };
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn hash(messages: &[&[u8]; LANES]) -> [__m512i; 4] {
    let mut state = INITIAL.map(|word| _mm512_set1_epi32(word as i32));
    let longest = messages.iter().map(|message| message.len()).max().unwrap_or(0);
    for block in 0..blocks(longest) {
        // A message that has no such block keeps its state.
        let mut running = 0;
        let mut rows = [_mm512_setzero_si512(); LANES];
        for (lane, (row, message)) in rows.iter_mut().zip(messages).enumerate() {
            running |= u16::from(block < blocks(message.len())) << lane;
            *row = padded_block(message, block);
        }
        let after = rounds(state, &transpose(&rows));
        for (state, after) in state.iter_mut().zip(after) {
            *state = _mm512_mask_add_epi32(*state, running, *state, after);
        }
    }
    state
}

/// The 64 bytes of a block of the padded message: the message, 0x80, zeros, and its length in bits as the last
/// eight bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn padded_block(message: &[u8], block: usize) -> __m512i {
    let rest = message.get(64 * block..);
    let bytes = rest.unwrap_or(&[]);
    let mask = if bytes.len() < 64 { (1 << bytes.len()) - 1 } else { u64::MAX };
    // SAFETY: the mask has a bit for each byte of the slice, 64 at most, and no other; bytes without a bit are not
    // read.
    let mut padded = unsafe { _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast()) };
    if rest.is_some() {
        let end = 1_u64.unbounded_shl(bytes.len() as u32);
        padded = _mm512_mask_mov_epi8(padded, end, _mm512_set1_epi8(0x80_u8 as i8));
    }
    if block + 1 == blocks(message.len()) {
        padded = _mm512_mask_mov_epi64(padded, 0x80, _mm512_set1_epi64((message.len() as i64) << 3));
    }
    padded
}

/// Word `w` of message `m` from place `w` of row `m` to place `m` of row `w`.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose(rows: &[__m512i; 16]) -> [__m512i; 16] {
    // Within the 128-bit lanes first: words[w][q] has word 4·lane + w of the messages 4·q to 4·q + 3.
    let mut words = [[_mm512_setzero_si512(); 4]; 4];
    for (quarter, [a, b, c, d]) in rows.as_chunks::<4>().0.iter().enumerate() {
        let (ab, ab_high) = (_mm512_unpacklo_epi32(*a, *b), _mm512_unpackhi_epi32(*a, *b));
        let (cd, cd_high) = (_mm512_unpacklo_epi32(*c, *d), _mm512_unpackhi_epi32(*c, *d));
        words[0][quarter] = _mm512_unpacklo_epi64(ab, cd);
        words[1][quarter] = _mm512_unpackhi_epi64(ab, cd);
        words[2][quarter] = _mm512_unpacklo_epi64(ab_high, cd_high);
        words[3][quarter] = _mm512_unpackhi_epi64(ab_high, cd_high);
    }
    let mut columns = [_mm512_setzero_si512(); 16];
    for (word, quarters) in words.into_iter().enumerate() {
        for (lane, column) in exchange_lanes(quarters).into_iter().enumerate() {
            columns[4 * lane + word] = column;
        }
    }
    columns
}

/// 128-bit lane `l` of vector `v` to lane `v` of vector `l`.
#[inline]
#[target_feature(enable = "avx512f")]
fn exchange_lanes([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (ab_even, ab_odd) = (_mm512_shuffle_i32x4::<0x88>(a, b), _mm512_shuffle_i32x4::<0xdd>(a, b));
    let (cd_even, cd_odd) = (_mm512_shuffle_i32x4::<0x88>(c, d), _mm512_shuffle_i32x4::<0xdd>(c, d));
    [
        _mm512_shuffle_i32x4::<0x88>(ab_even, cd_even),
        _mm512_shuffle_i32x4::<0x88>(ab_odd, cd_odd),
        _mm512_shuffle_i32x4::<0xdd>(ab_even, cd_even),
        _mm512_shuffle_i32x4::<0xdd>(ab_odd, cd_odd),
    ]
}

/// The 64 steps, without the addition of the state before them.
#[inline]
#[target_feature(enable = "avx512f")]
fn rounds(state: [__m512i; 4], words: &[__m512i; 16]) -> [__m512i; 4] {
    // The functions of RFC 1321 as truth tables of (b, c, d).
    const F: i32 = 0xca;
    const G: i32 = 0xe4;
    const H: i32 = 0x96;
    const I: i32 = 0x39;
    let state = round::<F, 7, 12, 17, 22>(state, words, 0, 1, 0);
    let state = round::<G, 5, 9, 14, 20>(state, words, 1, 5, 1);
    let state = round::<H, 4, 11, 16, 23>(state, words, 2, 3, 5);
    round::<I, 6, 10, 15, 21>(state, words, 3, 7, 0)
}

/// Sixteen steps. Step `i` takes word `stride * i + first`.
#[inline]
#[target_feature(enable = "avx512f")]
fn round<const LOGIC: i32, const R1: i32, const R2: i32, const R3: i32, const R4: i32>(
    [mut a, mut b, mut c, mut d]: [__m512i; 4],
    words: &[__m512i; 16],
    round: usize,
    stride: usize,
    first: usize,
) -> [__m512i; 4] {
    let addend = |step: usize| {
        let constant = ADDENDS[(16 * round + step) % 64];
        _mm512_add_epi32(words[(stride * step + first) % 16], _mm512_set1_epi32(constant as i32))
    };
    for step in [0, 4, 8, 12] {
        a = one_step::<LOGIC, R1>(a, b, c, d, addend(step));
        d = one_step::<LOGIC, R2>(d, a, b, c, addend(step + 1));
        c = one_step::<LOGIC, R3>(c, d, a, b, addend(step + 2));
        b = one_step::<LOGIC, R4>(b, c, d, a, addend(step + 3));
    }
    [a, b, c, d]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn one_step<const LOGIC: i32, const ROTATION: i32>(
    a: __m512i,
    b: __m512i,
    c: __m512i,
    d: __m512i,
    addend: __m512i,
) -> __m512i {
    // `b` comes from the step before, so what needs it is added last.
    let sum = _mm512_add_epi32(_mm512_add_epi32(a, addend), _mm512_ternarylogic_epi32::<LOGIC>(b, c, d));
    _mm512_add_epi32(b, _mm512_rol_epi32::<ROTATION>(sum))
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
            if super::super::avx512::get() {
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
