//! CRC-16/XMODEM (polynomial 0x1021, initial value 0, most significant bit first), the hash of Redis Cluster
//! (redis/redis, `src/crc16.c`), and the variant that twemproxy makes of it.

use super::arch;
use crate::key::TagRule;

/// How many tables of 512 bytes there are, and so how many bytes are taken at a time. WebAssembly is downloaded:
/// there the second half of the tables costs more than it brings.
const TABLES: usize = if cfg!(target_arch = "wasm32") { 8 } else { 16 };

/// `TABLE[k][b]` is the CRC of byte `b` followed by `k` zero bytes.
static TABLE: [[u16; 256]; TABLES] = tables();

const fn tables() -> [[u16; 256]; TABLES] {
    let mut tables = [[0; 256]; TABLES];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut zeros = 0;
        while zeros < TABLES {
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
                bit += 1;
            }
            tables[zeros][byte] = crc;
            zeros += 1;
        }
        byte += 1;
    }
    tables
}

/// `NIBBLES[k][n]` is the CRC of the four bits `n` followed by `k` times four zero bits: an eighth of the size.
static NIBBLES: [[u16; 16]; 16] = nibbles();

const fn nibbles() -> [[u16; 16]; 16] {
    let bytes = tables();
    let mut nibbles = [[0; 16]; 16];
    let mut zeros = 0;
    while zeros < 16 {
        let mut nibble = 0;
        while nibble < 16 {
            nibbles[zeros][nibble] = bytes[zeros / 2][nibble << (4 * (zeros % 2))];
            nibble += 1;
        }
        zeros += 1;
    }
    nibbles
}

/// The CRC of some bytes.
#[inline]
pub(crate) fn xmodem(bytes: &[u8]) -> u16 {
    arch::crc16(bytes).unwrap_or_else(|| portable(bytes))
}

/// The CRC of what Redis Cluster hashes of a key: its tag in braces, or all of it.
#[inline]
pub(crate) fn xmodem_of_tag(key: &[u8]) -> u16 {
    arch::crc16_of_tag(key).unwrap_or_else(|| portable(TagRule::REDIS.apply(key)))
}

/// [`xmodem_of_tag`] of many keys. `out` is as long as `keys`.
pub(crate) fn xmodem_of_tags<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) {
    if !arch::crc16_of_tags(keys, out) {
        for (key, out) in keys.iter().zip(out) {
            *out = portable(TagRule::REDIS.apply(key.as_ref()));
        }
    }
}

/// The `crc16` of twemproxy (twitter/twemproxy, `src/hashkit/nc_crc16.c`): its register has 32 bits and is never
/// cut to 16. The lower half is the CRC; the upper half is the upper byte of the two CRCs before, so only the
/// last two bytes have to be taken one at a time.
pub(crate) fn twemproxy(bytes: &[u8]) -> u32 {
    let (start, last) = bytes.split_at(bytes.len().saturating_sub(2));
    last.iter().fold(u32::from(xmodem(start)), |register, &byte| {
        let index = (register >> 8) as u8 ^ byte;
        (register << 8) ^ u32::from(TABLE[0][usize::from(index)])
    })
}

/// [`xmodem`] on any CPU, by tables.
///
/// The initial value is 0, so zero bytes in front change nothing: the first word is filled up with them, and no
/// bytes are left over at the end.
#[inline]
pub(super) fn portable(bytes: &[u8]) -> u16 {
    let (head, words) = bytes.as_rchunks::<8>();
    let mut crc = after_word(0, padded(bytes, head.len()));
    let words = after_pairs(&mut crc, words);
    for word in words {
        crc = after_word(crc, u64::from_be_bytes(*word));
    }
    crc
}

/// [`xmodem_of_tag`] by small tables, at two thirds of the speed.
#[inline]
pub(crate) fn compact_of_tag(key: &[u8]) -> u16 {
    let (head, words) = TagRule::REDIS.apply(key).as_rchunks::<8>();
    let head = head.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    words.iter().fold(after_nibbles(0, head), |crc, word| after_nibbles(crc, u64::from_be_bytes(*word)))
}

fn after_nibbles(crc: u16, word: u64) -> u16 {
    let word = word ^ u64::from(crc) << 48;
    let nibble = |at: usize| NIBBLES[at][(word >> (4 * at)) as usize & 0xf];
    (0..16).fold(0, |crc, at| crc ^ nibble(at))
}

/// The first `length` bytes, less than eight, as a number.
#[inline]
fn padded(bytes: &[u8], length: usize) -> u64 {
    match bytes.first_chunk::<8>() {
        // A shift by 64 does not exist; by 32 twice it does.
        Some(word) => {
            let half = 4 * (8 - length as u32);
            u64::from_be_bytes(*word) >> half >> half
        }
        None => bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)),
    }
}

/// The CRC after eight more bytes.
#[inline]
fn after_word(crc: u16, word: u64) -> u16 {
    let word = word ^ u64::from(crc) << 48;
    let table = |zeros: usize| TABLE[zeros][(word >> (8 * zeros)) as usize & 0xff];
    // The lookups that wait for the CRC of the bytes before come last.
    table(0) ^ table(1) ^ table(2) ^ table(3) ^ table(4) ^ table(5) ^ (table(6) ^ table(7))
}

/// Goes over the words two at a time, gives what is left.
#[cfg(not(target_arch = "wasm32"))]
#[inline]
fn after_pairs<'w>(crc: &mut u16, words: &'w [[u8; 8]]) -> &'w [[u8; 8]] {
    let (pairs, rest) = words.as_chunks::<2>();
    for [first, second] in pairs {
        let first = u64::from_be_bytes(*first) ^ u64::from(*crc) << 48;
        let ahead = |zeros: usize| TABLE[zeros + 8][(first >> (8 * zeros)) as usize & 0xff];
        let plain = after_word(0, u64::from_be_bytes(*second));
        *crc =
            plain ^ ahead(0) ^ ahead(1) ^ ahead(2) ^ ahead(3) ^ ahead(4) ^ ahead(5) ^ (ahead(6) ^ ahead(7));
    }
    rest
}

#[cfg(target_arch = "wasm32")]
#[inline]
fn after_pairs<'w>(_: &mut u16, words: &'w [[u8; 8]]) -> &'w [[u8; 8]] {
    words
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
            (crc << 8) ^ u32::from(TABLE[0][(((crc >> 8) ^ u32::from(byte)) & 0xff) as usize])
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
                assert_eq!(compact_of_tag(bytes), expected_of_tag(bytes), "compact, {length} bytes");
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
