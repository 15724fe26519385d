//! CRC-16/XMODEM (polynomial 0x1021, initial value 0, most significant bit first), the hash of Redis Cluster
//! (redis/redis, `src/crc16.c`), and the variant that twemproxy makes of it.

use super::arch;
use crate::key::TagRule;

/// The CRC of some bytes.
#[inline]
pub(crate) fn xmodem(bytes: &[u8]) -> u16 {
    arch::crc16(bytes).unwrap_or_else(|| portable(bytes))
}

/// The CRC of what Redis Cluster hashes of a key: its tag in braces, or all of it.
#[inline(always)]
pub(crate) fn xmodem_of_tag(key: &[u8]) -> u16 {
    arch::crc16_of_tag(key).unwrap_or_else(|| portable_of_tag(key))
}

/// [`xmodem_of_tag`] of a key that is given as UTF-16: `None` where it is not ASCII, or where its bytes are as quick.
#[inline(always)]
pub(crate) fn xmodem_of_ascii_tag(units: &[u16]) -> Option<u16> {
    arch::crc16_of_ascii_tag(units)
}

/// Two calls, so that the one for a whole key of a known length is compiled for that length.
#[inline(always)]
fn portable_of_tag(key: &[u8]) -> u16 {
    match TagRule::REDIS.tag(key).and_then(|tag| key.get(tag)) {
        None => portable(key),
        Some(tag) => portable(tag),
    }
}

/// [`xmodem_of_tag`] as one call: in WebAssembly a copy of it at each place would weigh too much.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(crate) fn xmodem_of_tag_called(key: &[u8]) -> u16 {
    xmodem_of_tag(key)
}

/// [`xmodem_of_tag`] of many keys. `out` is as long as `keys`.
pub(crate) fn xmodem_of_tags<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) {
    if !arch::crc16_of_tags(keys, out) {
        for (key, out) in keys.iter().zip(out) {
            *out = xmodem_of_tag_called(key.as_ref());
        }
    }
}

/// The `crc16` of twemproxy (twitter/twemproxy, `src/hashkit/nc_crc16.c`): its register has 32 bits and is never
/// cut to 16. The lower half is the CRC; the upper half is the upper byte of the two CRCs before, so only the
/// last two bytes have to be taken one at a time.
pub(crate) fn twemproxy(bytes: &[u8]) -> u32 {
    let (start, last) = bytes.split_at(bytes.len().saturating_sub(2));
    last.iter().fold(u32::from(xmodem(start)), |register, &byte| {
        (register << 8) ^ u32::from(remainder(u64::from((register >> 8) as u8 ^ byte)))
    })
}

/// [`xmodem`] on any CPU, without tables: shifts and sums of bits, each line of which waits for little.
///
/// The initial value is 0, so zero bytes in front change nothing: the first word is filled up with them, and no
/// bytes are left over at the end.
///
/// Modulo P = x^16 + x^12 + x^5 + 1, squaring four times gives x^128 = x^96 + x^40 + 1. All these are whole bytes,
/// so words can be folded as they lie in memory, the first byte lowest, and what shifts left there shifts right here.
#[inline(always)]
pub(super) fn portable(bytes: &[u8]) -> u16 {
    let (head, words) = bytes.as_rchunks::<8>();
    let (mut high, mut low) = (0, padded(bytes, head.len()));
    for word in words {
        // What x^96 takes above the two words that remain is folded once more, and is gone then.
        let above = high ^ high << 32;
        (high, low) = (low ^ above >> 32 ^ above << 24, u64::from_le_bytes(*word) ^ above >> 40 ^ above);
    }
    remainder(low.swap_bytes() ^ folded(high.swap_bytes()))
}

/// The first `length` bytes, less than eight, at the end of a word.
#[inline]
fn padded(bytes: &[u8], length: usize) -> u64 {
    match bytes.first_chunk::<8>() {
        // A shift by 64 does not exist; by 32 twice it does.
        Some(word) => {
            let half = 4 * (8 - length as u32);
            u64::from_le_bytes(*word) << half << half
        }
        None => bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)).swap_bytes(),
    }
}

/// What a word is worth in the word behind it: x^64 = x^48 + x^20 + 1. What the first two take above that word is folded
/// until nothing is left, which comes to these shifts.
#[inline]
fn folded(word: u64) -> u64 {
    let twice = word ^ word >> 16;
    let all = twice ^ twice >> 32 ^ word >> 44;
    all ^ all << 20 ^ all << 48
}

/// The remainder of `word` x^16 by P: what the quotient leaves in the lowest 16 bits.
///
/// The quotient is the word over 1 + v, where v shifts right by 4, 11 and 16; and 1/(1 + v) = (1 + v)(1 + v^2)(1 + v^4)...,
/// of which v^16 has shifted out every bit.
#[inline]
fn remainder(word: u64) -> u16 {
    let once = word ^ word >> 4 ^ word >> 11 ^ word >> 16;
    let squared = once ^ once >> 8 ^ once >> 22 ^ once >> 32;
    let fourth = squared ^ squared >> 16 ^ squared >> 44;
    let quotient = fourth ^ fourth >> 32;
    (quotient ^ quotient << 5 ^ quotient << 12) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::crc16::{State, XMODEM};
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// twemproxy's loop as it is written there.
    fn twemproxy_one_at_a_time(bytes: &[u8]) -> u32 {
        bytes.iter().fold(0_u32, |crc, &byte| {
            (crc << 8) ^ u32::from(State::<XMODEM>::calculate(&[(crc >> 8) as u8 ^ byte]))
        })
    }

    #[test]
    fn known_values() {
        assert_eq!(xmodem(b""), 0);
        assert_eq!(xmodem(b"123456789"), 0x31c3);
        assert_eq!(portable(b"123456789"), 0x31c3);
        let twemproxy_values: [(&[u8], u32); 6] = [
            (b"", 0),
            (b"a", 0x0000_7c87),
            (b"foo", 0x0c3c_af96),
            (b"user:{1000}:name", 0x3e0f_5bec),
            (b"\xff\xfe\x80\x01", 0x0d6e_b849),
            (b"apple", 3662830516),
        ];
        for (key, expected) in twemproxy_values {
            assert_eq!(twemproxy(key), expected, "{}", key.escape_ascii());
        }
    }

    /// Every length around the widths of the words and blocks, at every alignment.
    #[test]
    fn every_length_and_alignment() {
        let bytes: [u8; 320] = core::array::from_fn(|i| (i * 167 + i / 7) as u8);
        for from in 0..16 {
            for length in 0..=300 {
                let bytes = &bytes[from..from + length];
                let expected = State::<XMODEM>::calculate(bytes);
                assert_eq!(portable(bytes), expected, "portable, {length} bytes");
                assert_eq!(xmodem(bytes), expected, "{length} bytes");
                assert_eq!(xmodem_of_tag(bytes), expected_of_tag(bytes), "tag, {length} bytes");
                assert_eq!(twemproxy(bytes), twemproxy_one_at_a_time(bytes), "twemproxy, {length} bytes");
            }
        }
    }

    fn expected_of_tag(key: &[u8]) -> u16 {
        State::<XMODEM>::calculate(TagRule::REDIS.apply(key))
    }

    proptest! {
        #[test]
        fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..=300), from in 0_usize..8) {
            let bytes = &bytes[from.min(bytes.len())..];
            prop_assert_eq!(xmodem(bytes), State::<XMODEM>::calculate(bytes));
            prop_assert_eq!(portable(bytes), State::<XMODEM>::calculate(bytes));
            prop_assert_eq!(twemproxy(bytes), twemproxy_one_at_a_time(bytes));
        }

        #[test]
        fn batches(keys in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=300), 0..20)) {
            let expected: Vec<u16> = keys.iter().map(|key| expected_of_tag(key)).collect();
            let mut out = alloc::vec![0; keys.len()];
            xmodem_of_tags(&keys, &mut out);
            prop_assert_eq!(out, expected);
        }
    }
}
