//! CRC-16/XMODEM by carry-less multiplication, 64 bytes at a time, with masked loads: a key of up to 64 bytes is
//! one load, whatever its length, and no branch depends on it. Needs AVX-512 and VPCLMULQDQ (Ice Lake, Zen 4).
//!
//! The mathematics is that of the narrower file beside this one.

use core::arch::x86_64::{
    __m128i, __m512i, _mm_xor_si128, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_xor_si256,
    _mm512_castsi512_si256, _mm512_clmulepi64_epi128, _mm512_cmpeq_epi8_mask, _mm512_extracti64x4_epi64,
    _mm512_loadu_si512, _mm512_maskz_loadu_epi8, _mm512_maskz_mov_epi8, _mm512_set_epi64, _mm512_set1_epi8,
    _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_xor_si512,
};
use core::hint::select_unpredictable;

use super::crc16_clmul::{power_of_x, power_of_x_and_one, remainder};

/// The CRC of some bytes.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    finish(if bytes.len() <= 64 { big_endian(right_aligned(bytes)) } else { fold(bytes) }, 0)
}

/// The CRC of the tag of a key.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16_of_tag(key: &[u8]) -> u16 {
    inlined_of_tag(key)
}

/// The CRCs of the tags of many keys.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16_of_tags<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) {
    for (key, out) in keys.iter().zip(out) {
        *out = inlined_of_tag(key.as_ref());
    }
}

/// What a vector of bytes is multiplied by; row `n` also takes away `n` zero bytes at its end, by x^-8n.
static LAST: [Factors; 64] = {
    let mut rows = [const { Factors([0; 8]) }; 64];
    let mut zeros = 0;
    while zeros < 64 {
        let mut place = 0;
        while place < 8 {
            // Each lane has its lower half first, and the first lane has the highest powers.
            let words_behind = if place % 2 == 0 { 6 - place } else { 8 - place };
            rows[zeros].0[place] = power_of_x_and_one(16 + 64 * words_behind as i32 - 8 * zeros as i32);
            place += 1;
        }
        zeros += 1;
    }
    rows
};

/// One for every eight bytes of a vector; no row lies in two cache lines.
#[repr(align(64))]
struct Factors([i64; 8]);

/// The rule of [`TagRule::REDIS`] on bits, one for each byte of the key; then the bytes outside of the tag are made
/// zero, and the factors take those behind it away. So the key is loaded once, and whether it has a tag is not for a
/// branch to guess: in a mixture of both kinds it would be wrong half of the time, which costs more than all this.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
fn inlined_of_tag(key: &[u8]) -> u16 {
    if key.len() > 64 {
        return crc16(tag_of_long(key));
    }
    let bytes = right_aligned(key);
    let opens = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'{' as i8));
    let closes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'}' as i8));
    // Without `{` this is all bits, and no `}` is left.
    let up_to_open = opens ^ opens.wrapping_sub(1);
    let closes = closes & !up_to_open;
    // 2^close - 2^(open + 1) is the bits between; none without `}`.
    let tag = (closes & closes.wrapping_neg()).saturating_sub(up_to_open.wrapping_add(1));
    let behind = select_unpredictable(tag != 0, 64 - closes.trailing_zeros(), 0);
    let tag = select_unpredictable(tag != 0, tag, u64::MAX);
    finish(big_endian(_mm512_maskz_mov_epi8(tag, bytes)), behind as usize)
}

/// The same for more than 64 bytes.
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
fn tag_of_long(key: &[u8]) -> &[u8] {
    let tag = find(key, b'{').and_then(|open| key.get(open + 1..));
    let tag = tag.and_then(|tag| tag.get(..find(tag, b'}')?));
    tag.filter(|tag| !tag.is_empty()).unwrap_or(key)
}

/// The position of the first `needle`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
fn find(bytes: &[u8], needle: u8) -> Option<usize> {
    for (index, block) in bytes.chunks(64).enumerate() {
        let places = places(block, needle);
        if places != 0 {
            return Some(64 * index + places.trailing_zeros() as usize);
        }
    }
    None
}

/// A bit for every byte that is the needle, of at most 64.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
fn places(bytes: &[u8], needle: u8) -> u64 {
    let mask = u64::MAX.unbounded_shr(64_u32.wrapping_sub(bytes.len() as u32));
    // SAFETY: the mask has a bit for each byte of the slice and no other (for more than 64 bytes it has none);
    // bytes without a bit are not read.
    let loaded = unsafe { _mm512_maskz_loadu_epi8(mask, bytes.as_ptr().cast()) };
    _mm512_cmpeq_epi8_mask(loaded, _mm512_set1_epi8(needle as i8))
}

/// The CRC of 64 bytes, given as four numbers, but for `zeros` bytes at their end.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
fn finish(numbers: __m512i, zeros: usize) -> u16 {
    let Factors(row) = &LAST[zeros % LAST.len()];
    // SAFETY: the row is 64 bytes.
    let factors = unsafe { _mm512_loadu_si512(row.as_ptr().cast()) };
    remainder(sum(products(numbers, factors)))
}

/// More than 64 bytes folded into 64.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
fn fold(bytes: &[u8]) -> __m512i {
    let upper = const { power_of_x(512 + 64) };
    let lower = const { power_of_x(512) };
    let factors = _mm512_set_epi64(upper, lower, upper, lower, upper, lower, upper, lower);
    let (head, blocks) = bytes.as_rchunks::<64>();
    let mut folded = big_endian(right_aligned(head));
    for block in blocks {
        folded = _mm512_xor_si512(products(folded, factors), big_endian(right_aligned(block)));
    }
    folded
}

/// At most 64 bytes at the end of a vector, zeros before them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
fn right_aligned(bytes: &[u8]) -> __m512i {
    let mask = u64::MAX.unbounded_shl(64_u32.wrapping_sub(bytes.len() as u32));
    let end = bytes.as_ptr().wrapping_add(bytes.len());
    // SAFETY: the mask has a bit for each byte of the slice and no other (for more than 64 bytes it has none);
    // bytes without a bit are not read.
    unsafe { _mm512_maskz_loadu_epi8(mask, end.wrapping_sub(64).cast()) }
}

/// Four numbers of 16 bytes, from the order in memory.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn big_endian(bytes: __m512i) -> __m512i {
    _mm512_shuffle_epi8(bytes, _mm512_set4_epi32(0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f))
}

/// Every 64 bits times its factor, added up in pairs.
#[inline]
#[target_feature(enable = "avx512f,vpclmulqdq")]
fn products(value: __m512i, factors: __m512i) -> __m512i {
    _mm512_xor_si512(
        _mm512_clmulepi64_epi128::<0x11>(value, factors),
        _mm512_clmulepi64_epi128::<0x00>(value, factors),
    )
}

/// The four lanes added up.
#[inline]
#[target_feature(enable = "avx512f")]
fn sum(lanes: __m512i) -> __m128i {
    let two = _mm256_xor_si256(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64::<1>(lanes));
    _mm_xor_si128(_mm256_castsi256_si128(two), _mm256_extracti128_si256::<1>(two))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::crc16::portable, key::TagRule};
    use proptest::prelude::*;

    #[test]
    fn every_length_and_alignment() {
        if !super::super::wide_crc::get() {
            return;
        }
        let bytes: [u8; 370] = core::array::from_fn(|i| (i * 89 + i / 5) as u8);
        for from in 0..64 {
            for length in 0..=300 {
                let bytes = &bytes[from..from + length];
                // SAFETY: the features were asked for above.
                assert_eq!(unsafe { crc16(bytes) }, portable(bytes), "{length} bytes from {from}");
            }
        }
    }

    proptest! {
            #[test]
            fn equals_the_safe_twin(bytes in prop::collection::vec(any::<u8>(), 0..=300), from in 0_usize..64) {
                let bytes = &bytes[from.min(bytes.len())..];
                if super::super::wide_crc::get() {
                    // SAFETY: the features were asked for.
                    prop_assert_eq!(unsafe { crc16(bytes) }, portable(bytes));
                }
            }

            #[test]
            fn tags_equal_the_safe_twin(key in prop::collection::vec(prop::sample::select(&b"{}abcd"[..]), 0..=100)) {
                if super::super::wide_crc::get() {
                    // SAFETY: the features were asked for.
    prop_assert_eq!(unsafe { crc16_of_tag(&key) }, portable(TagRule::REDIS.apply(&key)));
                }
            }
        }
}
