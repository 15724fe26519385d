//! CRC-16/XMODEM by carry-less multiplication, 64 bytes at a time, with masked loads: a key of up to 64 bytes is
//! one load, whatever its length, and no branch depends on it. Needs AVX-512 and VPCLMULQDQ (Ice Lake, Zen 4).
//!
//! The mathematics is that of the narrower file beside this one.

use core::arch::x86_64::{
    __m128i, __m512i, _mm_xor_si128, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_xor_si256,
    _mm512_castsi512_si256, _mm512_clmulepi64_epi128, _mm512_cmpeq_epi8_mask, _mm512_extracti64x4_epi64,
    _mm512_maskz_loadu_epi8, _mm512_set_epi64, _mm512_set1_epi8, _mm512_set4_epi32, _mm512_shuffle_epi8,
    _mm512_xor_si512,
};

use super::crc16_clmul::{power_of_x, power_of_x_and_one, remainder};
use crate::key::TagRule;

/// The CRC of some bytes.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    inlined(bytes)
}

/// The CRC of the tag of a key.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16_of_tag(key: &[u8]) -> u16 {
    inlined(tag(key))
}

/// The CRCs of the tags of many keys.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
pub(super) fn crc16_of_tags<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) {
    for (key, out) in keys.iter().zip(out) {
        *out = inlined(tag(key.as_ref()));
    }
}

/// [`TagRule::REDIS`] on bits, one for each byte of the key.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
fn tag(key: &[u8]) -> &[u8] {
    // With 64 bytes, "no `}`" would look like one behind the end.
    if key.len() >= 64 {
        return TagRule::REDIS.apply(key);
    }
    let mask = (1_u64 << key.len()) - 1;
    // SAFETY: the mask has a bit for each byte of the key and no other; bytes without a bit are not read.
    let bytes = unsafe { _mm512_maskz_loadu_epi8(mask, key.as_ptr().cast()) };
    let opens = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'{' as i8));
    if opens == 0 {
        return key;
    }
    let closes = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'}' as i8));
    let up_to_open = opens ^ opens.wrapping_sub(1);
    let close = (closes & !up_to_open).trailing_zeros() as usize;
    let start = opens.trailing_zeros() as usize + 1;
    match key.get(start..close) {
        Some(tag) if !tag.is_empty() => tag,
        _ => key,
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
fn inlined(bytes: &[u8]) -> u16 {
    let last = _mm512_set_epi64(
        const { power_of_x_and_one(16 + 64) },
        const { power_of_x_and_one(16) },
        const { power_of_x_and_one(16 + 3 * 64) },
        const { power_of_x_and_one(16 + 2 * 64) },
        const { power_of_x_and_one(16 + 5 * 64) },
        const { power_of_x_and_one(16 + 4 * 64) },
        const { power_of_x_and_one(16 + 7 * 64) },
        const { power_of_x_and_one(16 + 6 * 64) },
    );
    let folded = if bytes.len() <= 64 { right_aligned(bytes) } else { fold(bytes) };
    remainder(sum(products(folded, last)))
}

/// More than 64 bytes folded into 64.
#[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,bmi1,bmi2")]
fn fold(bytes: &[u8]) -> __m512i {
    let upper = const { power_of_x(512 + 64) };
    let lower = const { power_of_x(512) };
    let factors = _mm512_set_epi64(upper, lower, upper, lower, upper, lower, upper, lower);
    let (head, blocks) = bytes.as_rchunks::<64>();
    let mut folded = right_aligned(head);
    for block in blocks {
        folded = _mm512_xor_si512(products(folded, factors), right_aligned(block));
    }
    folded
}

/// At most 64 bytes as four big-endian numbers of 16 bytes, the first in the lowest lane, zeros before them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2")]
fn right_aligned(bytes: &[u8]) -> __m512i {
    let mask = u64::MAX.unbounded_shl(64_u32.wrapping_sub(bytes.len() as u32));
    let end = bytes.as_ptr().wrapping_add(bytes.len());
    // SAFETY: the mask has a bit for each byte of the slice and no other (for more than 64 bytes it has none);
    // bytes without a bit are not read.
    let loaded = unsafe { _mm512_maskz_loadu_epi8(mask, end.wrapping_sub(64).cast()) };
    _mm512_shuffle_epi8(loaded, _mm512_set4_epi32(0x00010203, 0x04050607, 0x08090a0b, 0x0c0d0e0f))
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
    use crate::hash::crc16::portable;
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
                prop_assert_eq!(unsafe { tag(&key) }, TagRule::REDIS.apply(&key));
            }
        }
    }
}
