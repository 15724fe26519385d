//! CRC-16/XMODEM by carry-less multiplication, 64 bytes at a time, with masked loads: a key of up to 64 bytes is
//! one load, whatever its length, and no branch depends on it. Needs AVX-512 and VPCLMULQDQ (Ice Lake, Zen 4).
//!
//! The mathematics is that of the narrower file beside this one.

use core::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_xor_si128, _mm256_castsi256_si128, _mm256_clmulepi64_epi128,
    _mm256_extracti128_si256, _mm256_set_epi64x, _mm256_xor_si256, _mm512_castsi256_si512,
    _mm512_castsi512_si256, _mm512_clmulepi64_epi128, _mm512_cmpeq_epi8_mask, _mm512_cmpeq_epi16_mask,
    _mm512_extracti64x4_epi64, _mm512_loadu_si512, _mm512_maskz_cvtepi16_epi8, _mm512_maskz_loadu_epi8,
    _mm512_maskz_loadu_epi16, _mm512_maskz_mov_epi8, _mm512_set_epi64, _mm512_set1_epi8, _mm512_set1_epi16,
    _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_test_epi16_mask, _mm512_xor_si512,
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

/// The CRC of the tag of a key, loaded once: its bytes outside of the tag are made zero, and the factors take those
/// behind it away.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
fn inlined_of_tag(key: &[u8]) -> u16 {
    if key.len() > 64 {
        return crc16(tag_of_long(key));
    }
    let bytes = right_aligned(key);
    let opens = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'{' as i8));
    let closes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'}' as i8));
    let (hashed, behind) = tag(opens, closes, 64);
    finish(big_endian(_mm512_maskz_mov_epi8(hashed, bytes)), behind)
}

/// The CRC of the tag of a key of at most 32 characters of ASCII, given as UTF-16; `None` for another. The characters
/// become bytes in a register: bytes that have just been stored would have to reach the cache before they were loaded.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16_of_ascii_tag(units: &[u16]) -> Option<u16> {
    if units.len() > 32 {
        return None;
    }
    let mask = u32::MAX.unbounded_shl(32 - units.len() as u32);
    let end = units.as_ptr().wrapping_add(units.len());
    // SAFETY: the mask has a bit for each unit of the slice and no other; units without a bit are not read.
    let units = unsafe { _mm512_maskz_loadu_epi16(mask, end.wrapping_sub(32).cast()) };
    if _mm512_test_epi16_mask(units, _mm512_set1_epi16(!0x7f)) != 0 {
        return None;
    }
    let opens = _mm512_cmpeq_epi16_mask(units, _mm512_set1_epi16(b'{'.into()));
    let closes = _mm512_cmpeq_epi16_mask(units, _mm512_set1_epi16(b'}'.into()));
    let (hashed, behind) = tag(opens.into(), closes.into(), 32);
    let bytes = _mm512_maskz_cvtepi16_epi8(hashed as u32, units);
    let numbers = _mm512_castsi512_si256(big_endian(_mm512_castsi256_si512(bytes)));
    // The factors of 32 bytes are the last of those of 64.
    let Factors([.., a, b, c, d]) = LAST[behind % LAST.len()];
    let factors = _mm256_set_epi64x(d, c, b, a);
    Some(remainder(sum_of_two(_mm256_xor_si256(
        _mm256_clmulepi64_epi128::<0x11>(numbers, factors),
        _mm256_clmulepi64_epi128::<0x00>(numbers, factors),
    ))))
}

/// The rule of [`TagRule::REDIS`](crate::key::TagRule::REDIS) on bits, one for each of the `width` bytes of a vector:
/// which ones are hashed, and how many are behind them. Whether a key has a tag is not for a branch to guess: in a mixture
/// of both kinds it would be wrong half of the time, which costs more than all this.
#[inline]
#[target_feature(enable = "bmi1,bmi2")]
fn tag(opens: u64, closes: u64, width: usize) -> (u64, usize) {
    // Without `{` this is all bits, and no `}` is left.
    let up_to_open = opens ^ opens.wrapping_sub(1);
    let closes = closes & !up_to_open;
    // 2^close - 2^(open + 1) is the bits between; none without `}`.
    let tag = (closes & closes.wrapping_neg()).saturating_sub(up_to_open.wrapping_add(1));
    let behind = select_unpredictable(tag != 0, width.wrapping_sub(closes.trailing_zeros() as usize), 0);
    (select_unpredictable(tag != 0, tag, u64::MAX), behind)
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
    sum_of_two(_mm256_xor_si256(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64::<1>(lanes)))
}

/// The two lanes added up.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_of_two(lanes: __m256i) -> __m128i {
    _mm_xor_si128(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{hash::crc16::portable, key::TagRule};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// `crc16_of_ascii_tag` beside the bytes of the same key.
    fn check_units(units: &[u16]) {
        if !super::super::wide_crc::get() {
            return;
        }
        let bytes: Option<Vec<u8>> =
            units.iter().map(|unit| u8::try_from(*unit).ok().filter(u8::is_ascii)).collect();
        let bytes = bytes.filter(|bytes| bytes.len() <= 32);
        let expected = bytes.map(|bytes| portable(TagRule::REDIS.apply(&bytes)));
        // SAFETY: the features were asked for.
        assert_eq!(unsafe { crc16_of_ascii_tag(units) }, expected, "{units:x?}");
    }

    #[test]
    fn every_length_and_place_of_a_unit() {
        for length in 0..=40 {
            let plain: Vec<u16> = (0..length).map(|i| i * 89 % 120).collect();
            check_units(&plain);
            for place in 0..plain.len() {
                for unit in [0x7f, 0x80, 0xff, 0x100, 0x17b, 0x7b00, 0x8000, 0xd83d, 0xffff] {
                    let mut units = plain.clone();
                    units[place] = unit;
                    check_units(&units);
                }
                for end in place..plain.len() {
                    let mut units = plain.clone();
                    units[place] = b'{'.into();
                    units[end] = b'}'.into();
                    check_units(&units);
                }
            }
        }
    }

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

        #[test]
        fn ascii_tags_equal_the_safe_twin(
            units in prop::collection::vec(prop::sample::select(&b"{}abcd\x7f"[..]).prop_map(u16::from), 0..=40),
            from in 0_usize..8,
        ) {
            check_units(&units[from.min(units.len())..]);
        }

        #[test]
        fn any_units_equal_the_safe_twin(units in prop::collection::vec(any::<u16>(), 0..=3)) {
            check_units(&units);
        }
    }
}
