//! MD5 of sixteen messages at once in the lanes of AVX-512, which has the two things MD5 lacks elsewhere: a rotation
//! and any function of three bits as one instruction.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_mask_add_epi32, _mm512_mask_mov_epi8, _mm512_mask_mov_epi64,
    _mm512_maskz_loadu_epi8, _mm512_rol_epi32, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_shuffle_i32x4, _mm512_storeu_si512, _mm512_ternarylogic_epi32,
    _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::md5_rounds::{ADDENDS, INITIAL, blocks, digests, gather};

/// How many messages are hashed side by side.
const LANES: usize = 16;

digests!("avx512f,avx512bw", avx512);

/// Writes as many digests as `out` takes.
#[inline]
#[target_feature(enable = "avx512f")]
fn write(state: [__m512i; 4], out: &mut [[u32; 4]]) {
    let rows = by_message(state);
    if let Some(out) = out.first_chunk_mut::<LANES>() {
        store(rows, out);
    } else {
        let mut all = [[0; 4]; LANES];
        store(rows, &mut all);
        for (out, digest) in out.iter_mut().zip(all) {
            *out = digest;
        }
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

/// The final states of one group of messages, or of two in step: every instruction of MD5 waits for the one before,
/// so a second group fills the time in between.
#[target_feature(enable = "avx512f,avx512bw")]
fn hash<const GROUPS: usize>(groups: [[&[u8]; LANES]; GROUPS]) -> [[__m512i; 4]; GROUPS] {
    let mut states = [INITIAL.map(|word| _mm512_set1_epi32(word as i32)); GROUPS];
    let longest = groups.iter().flatten().map(|message| message.len()).max().unwrap_or(0);
    for block in 0..blocks(longest) {
        let mut words = [[_mm512_setzero_si512(); 16]; GROUPS];
        for (words, messages) in words.iter_mut().zip(&groups) {
            *words = transpose(&padded_blocks(messages, block));
        }
        let after = rounds(states, &words);
        for ((state, after), messages) in states.iter_mut().zip(after).zip(&groups) {
            let running = running(messages, block);
            for (state, after) in state.iter_mut().zip(after) {
                *state = _mm512_mask_add_epi32(*state, running, *state, after);
            }
        }
    }
    states
}

/// A bit for every message that has such a block. The others keep their state.
#[inline]
fn running(messages: &[&[u8]; LANES], block: usize) -> u16 {
    if block == 0 {
        return u16::MAX;
    }
    messages.iter().rfold(0, |running, message| running << 1 | u16::from(block < blocks(message.len())))
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn padded_blocks(messages: &[&[u8]; LANES], block: usize) -> [__m512i; LANES] {
    let mut rows = [_mm512_setzero_si512(); LANES];
    for (row, message) in rows.iter_mut().zip(messages) {
        *row = padded_block(message, block);
    }
    rows
}

/// The 64 bytes of a block of the padded message: the message, 0x80, zeros, and its length in bits as the last
/// eight bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn padded_block(message: &[u8], block: usize) -> __m512i {
    // An empty rest still points into the message: a load from nowhere would be slow, mask or not.
    let (_, rest) = message.split_at(message.len().min(64 * block));
    let mask = if rest.len() < 64 { (1 << rest.len()) - 1 } else { u64::MAX };
    // SAFETY: the mask has a bit for each byte of the slice, 64 at most, and no other; bytes without a bit are not
    // read.
    let mut padded = unsafe { _mm512_maskz_loadu_epi8(mask, rest.as_ptr().cast()) };
    if message.len() >= 64 * block {
        let end = 1_u64.unbounded_shl(rest.len() as u32);
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
fn rounds<const GROUPS: usize>(
    states: [[__m512i; 4]; GROUPS],
    words: &[[__m512i; 16]; GROUPS],
) -> [[__m512i; 4]; GROUPS] {
    // The functions of RFC 1321 as truth tables of (b, c, d).
    const F: i32 = 0xca;
    const G: i32 = 0xe4;
    const H: i32 = 0x96;
    const I: i32 = 0x39;
    let states = round::<GROUPS, F, 7, 12, 17, 22>(states, words, 0, 1, 0);
    let states = round::<GROUPS, G, 5, 9, 14, 20>(states, words, 1, 5, 1);
    let states = round::<GROUPS, H, 4, 11, 16, 23>(states, words, 2, 3, 5);
    round::<GROUPS, I, 6, 10, 15, 21>(states, words, 3, 7, 0)
}

/// Sixteen steps. Step `i` takes word `stride * i + first`.
#[inline]
#[target_feature(enable = "avx512f")]
fn round<
    const GROUPS: usize,
    const LOGIC: i32,
    const R1: i32,
    const R2: i32,
    const R3: i32,
    const R4: i32,
>(
    mut states: [[__m512i; 4]; GROUPS],
    words: &[[__m512i; 16]; GROUPS],
    round: usize,
    stride: usize,
    first: usize,
) -> [[__m512i; 4]; GROUPS] {
    for i in [0, 4, 8, 12] {
        let place = |i| (ADDENDS[(16 * round + i) % 64], (stride * i + first) % 16);
        step::<GROUPS, LOGIC, R1, 0>(&mut states, words, place(i));
        step::<GROUPS, LOGIC, R2, 1>(&mut states, words, place(i + 1));
        step::<GROUPS, LOGIC, R3, 2>(&mut states, words, place(i + 2));
        step::<GROUPS, LOGIC, R4, 3>(&mut states, words, place(i + 3));
    }
    states
}

/// One step of every group. The four parts of the state change their roles from step to step; `TURN` says which
/// role is whose.
#[inline]
#[target_feature(enable = "avx512f")]
fn step<const GROUPS: usize, const LOGIC: i32, const ROTATION: i32, const TURN: usize>(
    states: &mut [[__m512i; 4]; GROUPS],
    words: &[[__m512i; 16]; GROUPS],
    (constant, word): (u32, usize),
) {
    for (state, words) in states.iter_mut().zip(words) {
        let [a, b, c, d] = [4, 5, 6, 7].map(|role| state[(role - TURN) % 4]);
        let addend = _mm512_add_epi32(words[word % 16], _mm512_set1_epi32(constant as i32));
        // `b` comes from the step before, so what needs it is added last.
        let sum = _mm512_add_epi32(_mm512_add_epi32(a, addend), _mm512_ternarylogic_epi32::<LOGIC>(b, c, d));
        state[(4 - TURN) % 4] = _mm512_add_epi32(b, _mm512_rol_epi32::<ROTATION>(sum));
    }
}
