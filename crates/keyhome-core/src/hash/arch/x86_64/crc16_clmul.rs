//! CRC-16/XMODEM by carry-less multiplication, 16 bytes at a time: any x86-64 CPU since about 2010.
//!
//! The bytes are a polynomial over GF(2), the first bit its highest coefficient. All but its last 128 bits are
//! folded into those (a multiple of x^n becomes that multiple of x^n mod P), these into 80 bits, and Barrett's
//! division takes the rest. Zero bytes in front change nothing, since the initial value is 0: the first block is
//! filled up with them.

use core::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_clmulepi64_si128, _mm_cmpeq_epi8, _mm_cmpgt_epi8, _mm_cvtsi128_si64,
    _mm_loadu_si128, _mm_movemask_epi8, _mm_set_epi8, _mm_set_epi64x, _mm_set1_epi8, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_srli_epi64, _mm_srli_si128, _mm_xor_si128,
};
use core::hint::select_unpredictable;

use crate::key::TagRule;

/// x^16 + x^12 + x^5 + 1.
const POLYNOMIAL: u64 = 0x1_1021;

/// x^`power` mod P. Negative powers exist, since P has no factor x.
pub(super) const fn power_of_x(power: i32) -> i64 {
    let mut remainder = 1;
    let mut steps = power;
    while steps > 0 {
        remainder <<= 1;
        if remainder & 0x1_0000 != 0 {
            remainder ^= POLYNOMIAL;
        }
        steps -= 1;
    }
    while steps < 0 {
        if remainder & 1 != 0 {
            remainder ^= POLYNOMIAL;
        }
        remainder >>= 1;
        steps += 1;
    }
    remainder as i64
}

/// x^`power` mod P, times x: the factor x is what makes [`remainder`] need no shift by single bits.
pub(super) const fn power_of_x_and_one(power: i32) -> i64 {
    power_of_x(power) << 1
}

/// x^79 divided by P, without remainder.
const QUOTIENT: i64 = {
    let mut quotient: u64 = 0;
    let mut remainder: u64 = 1;
    let mut done = 0;
    while done < 79 {
        remainder <<= 1;
        quotient <<= 1;
        if remainder & 0x1_0000 != 0 {
            remainder ^= POLYNOMIAL;
            quotient |= 1;
        }
        done += 1;
    }
    quotient as i64
};

/// T mod P, where T·x (80 bits at most) is given. The lower 16 bits of the result are the remainder.
#[inline]
#[target_feature(enable = "pclmulqdq,sse2")]
pub(super) fn remainder(times_x: __m128i) -> u16 {
    let constants = _mm_set_epi64x(POLYNOMIAL as i64, QUOTIENT);
    // The upper 64 of the 80 bits. T >> 15: bit 15 of T cannot reach the upper half of the product.
    let upper = _mm_srli_si128::<2>(times_x);
    // The upper half of this product is (T >> 16)·x^16 divided by P,
    let quotient = _mm_clmulepi64_si128::<0x00>(upper, constants);
    // and the lower 16 bits of quotient·P are what T >> 16 leaves.
    let product = _mm_clmulepi64_si128::<0x11>(quotient, constants);
    let crc = _mm_xor_si128(product, _mm_srli_epi64::<1>(times_x));
    _mm_cvtsi128_si64(crc).cast_unsigned() as u16
}

/// The CRC of some bytes.
#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    inlined(bytes)
}

/// The CRC of the tag of a key.
#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn crc16_of_tag(key: &[u8]) -> u16 {
    inlined_of_tag(key)
}

/// The CRCs of the tags of many keys.
#[target_feature(enable = "pclmulqdq,ssse3")]
pub(super) fn crc16_of_tags<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) {
    for (key, out) in keys.iter().zip(out) {
        *out = inlined_of_tag(key.as_ref());
    }
}

#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
fn inlined(bytes: &[u8]) -> u16 {
    const FOLD: (i64, i64) = (power_of_x(128 + 64), power_of_x(128));
    const LAST: (i64, i64) = (power_of_x_and_one(64 + 16), power_of_x_and_one(16));

    let (head, blocks) = split(bytes);
    let fold = _mm_set_epi64x(FOLD.0, FOLD.1);
    let mut folded = head;
    for block in blocks {
        folded = _mm_xor_si128(products(folded, fold), big_endian(block));
    }
    remainder(products(folded, _mm_set_epi64x(LAST.0, LAST.1)))
}

/// What the last 32 bytes are multiplied by, highest power first; row `n` also takes away `n` zero bytes at their
/// end, by x^-8n.
static LAST: [[i64; 4]; 32] = {
    let mut rows = [[0; 4]; 32];
    let mut zeros = 0;
    while zeros < 32 {
        let mut word = 0;
        while word < 4 {
            rows[zeros][word] = power_of_x_and_one(16 + 64 * (3 - word as i32) - 8 * zeros as i32);
            word += 1;
        }
        zeros += 1;
    }
    rows
};

/// The rule of [`TagRule::REDIS`] on bits; then the bytes outside of the tag are made zero, and the factors take those
/// behind it away. So the key is loaded once, and whether it has a tag is not for a branch to guess: in a mixture of
/// both kinds it would be wrong half of the time, which costs more than all this.
#[inline]
#[target_feature(enable = "pclmulqdq,ssse3")]
fn inlined_of_tag(key: &[u8]) -> u16 {
    if key.len() > 32 {
        return inlined(TagRule::REDIS.apply(key));
    }
    // At most one block is left: without one, the first part is all of the key.
    let (first, blocks) = split(key);
    let (upper, lower) = match blocks {
        [block, ..] => (first, big_endian(block)),
        [] => (_mm_setzero_si128(), first),
    };
    // The numbers are big-endian, so bit `i` is the byte with `i` bytes behind it, and the first is the highest.
    let (opens, closes) = (places(upper, lower, b'{'), places(upper, lower, b'}'));
    let below_open = u32::MAX.unbounded_shr(opens.leading_zeros()) >> 1;
    let closes = closes & below_open;
    // There is a `}` after the `{`, but not next to it.
    let next_to_open = below_open & !(below_open >> 1);
    let found = (1..next_to_open).contains(&closes);
    let high = select_unpredictable(found, 31 - opens.leading_zeros() as i32, 32);
    let behind = select_unpredictable(found, 32 - closes.leading_zeros(), 0);
    let low = behind as i32 - 1;

    let [a, b, c, d] = LAST[behind as usize % LAST.len()];
    let upper = products(between(upper, low - 16, high - 16), _mm_set_epi64x(a, b));
    let lower = products(between(lower, low, high), _mm_set_epi64x(c, d));
    remainder(_mm_xor_si128(upper, lower))
}

/// A bit for every byte that is the needle, the lowest for the lowest byte.
#[inline]
#[target_feature(enable = "sse2")]
fn places(upper: __m128i, lower: __m128i, needle: u8) -> u32 {
    let needle = _mm_set1_epi8(needle as i8);
    let bits = |part| _mm_movemask_epi8(_mm_cmpeq_epi8(part, needle)).cast_unsigned();
    bits(upper) << 16 | bits(lower)
}

/// The bytes above the place `low` and below the place `high`, zeros for the others.
#[inline]
#[target_feature(enable = "sse2")]
fn between(bytes: __m128i, low: i32, high: i32) -> __m128i {
    let places = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    let above = _mm_cmpgt_epi8(places, _mm_set1_epi8(low as i8));
    let below = _mm_cmpgt_epi8(_mm_set1_epi8(high as i8), places);
    _mm_and_si128(bytes, _mm_and_si128(above, below))
}

/// The two halves of `value`, each times its half of `factors`, added up.
#[inline]
#[target_feature(enable = "pclmulqdq,sse2")]
fn products(value: __m128i, factors: __m128i) -> __m128i {
    _mm_xor_si128(_mm_clmulepi64_si128::<0x11>(value, factors), _mm_clmulepi64_si128::<0x00>(value, factors))
}

/// The first 0 to 16 bytes as a number, and the blocks after them.
#[inline]
#[target_feature(enable = "ssse3")]
fn split(bytes: &[u8]) -> (__m128i, &[[u8; 16]]) {
    let (rest, blocks) = bytes.as_rchunks::<16>();
    match (bytes.first_chunk::<16>(), rest.is_empty(), blocks) {
        (Some(first), true, [_, blocks @ ..]) => (big_endian(first), blocks),
        (Some(first), ..) => (leading(first, rest.len()), blocks),
        (None, ..) => (short(bytes), blocks),
    }
}

/// The 16 bytes as a number, the first the highest.
#[inline]
#[target_feature(enable = "ssse3")]
fn big_endian(block: &[u8; 16]) -> __m128i {
    _mm_shuffle_epi8(load(block), _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
}

/// The first `length` of the 16 bytes as a number.
#[inline]
#[target_feature(enable = "ssse3")]
fn leading(block: &[u8; 16], length: usize) -> __m128i {
    /// From place 16 - n on: the shuffle that reverses n bytes and puts zeros above them.
    const REVERSED: [u8; 32] = {
        let mut shuffle = [0x80; 32];
        let mut place = 0;
        while place < 16 {
            shuffle[place] = 15 - place as u8;
            place += 1;
        }
        shuffle
    };
    let shuffle = REVERSED.get(16 - length.min(16)..).and_then(|from| from.first_chunk());
    _mm_shuffle_epi8(load(block), load(shuffle.unwrap_or(&[0x80; 16])))
}

/// Less than 16 bytes as a number.
#[inline]
#[target_feature(enable = "sse2")]
fn short(bytes: &[u8]) -> __m128i {
    let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) else {
        let number = bytes.iter().fold(0, |number: u64, &byte| number << 8 | u64::from(byte));
        return _mm_set_epi64x(0, number as i64);
    };
    // 0 to 7 bytes are before the last eight. A shift by 64 does not exist; by 32 twice it does.
    let half = 4 * (16 - bytes.len() as u32);
    let first = u64::from_be_bytes(*first) >> half >> half;
    _mm_set_epi64x(first as i64, i64::from_be_bytes(*last))
}

#[inline]
#[target_feature(enable = "sse2")]
fn load(block: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is good for 16 bytes, and the load asks for no alignment.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::crc16::portable;
    use proptest::prelude::*;

    #[test]
    fn every_length_and_alignment() {
        if !super::super::clmul::get() {
            return;
        }
        let bytes: [u8; 320] = core::array::from_fn(|i| (i * 89 + i / 5) as u8);
        for from in 0..16 {
            for length in 0..=300 {
                let bytes = &bytes[from..from + length];
                // SAFETY: the features were asked for above.
                assert_eq!(unsafe { crc16(bytes) }, portable(bytes), "{length} bytes from {from}");
            }
        }
    }

    proptest! {
        #[test]
        fn equals_the_safe_twin(bytes in prop::collection::vec(any::<u8>(), 0..=300), from in 0_usize..16) {
            let bytes = &bytes[from.min(bytes.len())..];
            if super::super::clmul::get() {
                // SAFETY: the features were asked for.
                prop_assert_eq!(unsafe { crc16(bytes) }, portable(bytes));
            }
        }

        #[test]
        fn tags_equal_the_safe_twin(key in prop::collection::vec(prop::sample::select(&b"{}abcd"[..]), 0..=100)) {
            if super::super::clmul::get() {
                // SAFETY: the features were asked for.
                prop_assert_eq!(unsafe { crc16_of_tag(&key) }, portable(TagRule::REDIS.apply(&key)));
            }
        }
    }
}
