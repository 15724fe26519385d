//! From a key to the bytes of it that are hashed, and to its slot in Redis Cluster.

use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    error::Error,
    hash::{BATCH, crc16},
    packed::Packed,
};

/// The number of slots of Redis Cluster (redis/redis, `src/cluster.h`: `CLUSTER_SLOTS`). A power of two, so that
/// the remainder is a mask.
pub const SLOTS: u16 = 16384;

/// Which part of a key is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TagRule {
    /// The whole key.
    None,
    /// What lies between the first `open` and the first `close` after it, if that is at least one byte; the whole
    /// key otherwise. Nothing else is tried: in `{}{a}` the first pair is empty, so the whole key counts.
    /// `open` may equal `close`.
    ///
    /// The rule of redis/redis `src/cluster.c` (`keyHashSlot`) and twitter/twemproxy `src/nc_server.c`
    /// (`server_pool_hash`).
    Pair {
        /// The byte before the tag.
        open: u8,
        /// The byte after it.
        close: u8,
    },
}

impl TagRule {
    /// The rule of Redis Cluster: `{` and `}`.
    pub const REDIS: TagRule = TagRule::Pair { open: b'{', close: b'}' };

    /// The bytes that are hashed: `user` of `{user}:name`, all of `user:name`.
    #[inline]
    pub fn apply(self, key: &[u8]) -> &[u8] {
        self.tag(key).and_then(|tag| key.get(tag)).unwrap_or(key)
    }

    /// Where the tag lies in the key: `1..5` for `{user}:name`; `None` where the whole key is hashed.
    #[inline(always)]
    pub fn tag(self, key: &[u8]) -> Option<Range<usize>> {
        let TagRule::Pair { open, close } = self else { return None };
        let (start, end) = if (8..=32).contains(&key.len()) {
            // Most keys have no tag. WebAssembly has no fast way from bytes to bits, and asks first whether it is needed.
            if cfg!(target_arch = "wasm32") && !has(key, open) {
                return None;
            }
            let opens = places(key, open);
            if opens == 0 {
                return None;
            }
            let up_to_open = opens ^ (opens - 1);
            let closes = places(key, close) & !up_to_open;
            if closes == 0 {
                return None;
            }
            (opens.trailing_zeros() as usize + 1, closes.trailing_zeros() as usize)
        } else {
            let start = find(key, open)? + 1;
            (start, start + find(key.get(start..)?, close)?)
        };
        (start < end).then_some(start..end)
    }
}

/// The slot of a key in Redis Cluster, 0 to 16383: CRC-16/XMODEM of its tag in braces, or of all of it, modulo
/// [`SLOTS`] (redis/redis, `src/cluster.c`: `keyHashSlot`).
#[inline(always)]
pub fn slot(key: impl AsRef<[u8]>) -> u16 {
    crc16::xmodem_of_tag(key.as_ref()) % SLOTS
}

/// [`slot`] where the length of the key is not known: in WebAssembly a call, since copies of it weigh.
pub fn slot_called(key: &[u8]) -> u16 {
    crc16::xmodem_of_tag_called(key) % SLOTS
}

/// [`slot`] for hosts whose text is UTF-16, without a copy of the key as bytes: `None` where it is not ASCII, or where
/// this CPU hashes its bytes as quickly.
#[inline(always)]
pub fn slot_of_ascii(units: &[u16]) -> Option<u16> {
    crc16::xmodem_of_ascii_tag(units).map(|crc| crc % SLOTS)
}

/// The slots of many keys, in their order. `out` is cleared first.
pub fn slots<K: AsRef<[u8]>>(keys: &[K], out: &mut Vec<u16>) {
    out.clear();
    out.resize(keys.len(), 0);
    slots_into(keys, out);
}

/// The slots of many keys that lie one behind the other in `bytes`: key `i` is `bytes[offsets[i]..offsets[i + 1]]`.
/// `out` is cleared first.
///
/// Error: `batch.offsets` where offsets are not n+1 numbers from 0 to the length of the bytes, never falling.
pub fn slots_packed(bytes: &[u8], offsets: &[u32], out: &mut Vec<u16>) -> Result<(), Error> {
    out.clear();
    let packed = Packed::new(bytes, offsets)?;
    let mut keys: [&[u8]; BATCH] = [&[]; BATCH];
    out.resize(packed.len(), 0);
    for (batch, slots) in out.chunks_mut(BATCH).enumerate() {
        for (position, key) in keys.iter_mut().enumerate().take(slots.len()) {
            *key = packed.get(batch * BATCH + position);
        }
        slots_into(&keys[..slots.len()], slots);
    }
    Ok(())
}

/// The slots of many keys into as many places.
pub(crate) fn slots_into<K: AsRef<[u8]>>(keys: &[K], out: &mut [u16]) {
    crc16::xmodem_of_tags(keys, out);
    for slot in out {
        *slot %= SLOTS;
    }
}

/// A bit for every byte that is the needle, of 8 to 32: two or four words that overlap, so that the length costs one
/// branch and there is no byte left over.
#[inline]
fn places(bytes: &[u8], needle: u8) -> u32 {
    let (from_start, _) = bytes.as_chunks::<8>();
    let (_, from_end) = bytes.as_rchunks::<8>();
    let (length, pattern) = (bytes.len() as u32, repeated(needle));
    match (from_start, from_end) {
        ([first, second, ..], [.., third, fourth]) => {
            equal_bytes(*first, pattern)
                | equal_bytes(*second, pattern) << 8
                | equal_bytes(*third, pattern) << (length - 16)
                | equal_bytes(*fourth, pattern) << (length - 8)
        }
        ([first], [last]) => equal_bytes(*first, pattern) | equal_bytes(*last, pattern) << (length - 8),
        _ => 0,
    }
}

/// Whether one of 8 to 32 bytes is the needle.
#[inline]
fn has(bytes: &[u8], needle: u8) -> bool {
    let (from_start, _) = bytes.as_chunks::<8>();
    let (_, from_end) = bytes.as_rchunks::<8>();
    // Sets the top bit of the lowest byte that is the needle, and may set those above it.
    let marks = |word: [u8; 8]| {
        let difference = u64::from_le_bytes(word) ^ repeated(needle);
        difference.wrapping_sub(repeated(1)) & !difference
    };
    let all = match (from_start, from_end) {
        ([first, second, ..], [.., third, fourth]) => {
            marks(*first) | marks(*second) | marks(*third) | marks(*fourth)
        }
        ([first], [last]) => marks(*first) | marks(*last),
        _ => 0,
    };
    all & repeated(0x80) != 0
}

/// A bit for every byte of the word that equals the one of `pattern`.
#[inline]
fn equal_bytes(word: [u8; 8], pattern: u64) -> u32 {
    const LOW_BITS: u64 = repeated(0x7f);
    let difference = u64::from_le_bytes(word) ^ pattern;
    // The sum sets the top bit of every byte whose lower seven are not all zero; no byte carries into the next.
    let tops = !(((difference & LOW_BITS) + LOW_BITS) | difference | LOW_BITS);
    // Brings bit 8i to bit 56 + i.
    ((tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// The byte in all eight places of a word.
#[inline]
const fn repeated(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The position of the first `needle`, for any length: 32 bytes at a time, which compilers turn into vectors.
#[inline]
fn find(bytes: &[u8], needle: u8) -> Option<usize> {
    let (blocks, rest) = bytes.as_chunks::<32>();
    let holds = |block: &[u8; 32]| block.iter().fold(0, |found, &byte| found | u8::from(byte == needle)) != 0;
    let index = blocks.iter().position(holds).unwrap_or(blocks.len());
    let from = 32 * index;
    let block = blocks.get(index).map_or(rest, <[u8; 32]>::as_slice);
    if (8..=32).contains(&block.len()) {
        let places = places(block, needle);
        return (places != 0).then(|| from + places.trailing_zeros() as usize);
    }
    block.iter().position(|&byte| byte == needle).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packed_keys_are_the_same_keys() {
        let keys: Vec<Vec<u8>> = (0..200_u8).map(|i| alloc::vec![i; usize::from(i) % 40]).collect();
        let bytes = keys.concat();
        let mut offsets = alloc::vec![0];
        offsets.extend(keys.iter().scan(0, |end, key| {
            *end += key.len() as u32;
            Some(*end)
        }));
        let (mut packed, mut one_by_one) = (Vec::new(), Vec::new());
        slots_packed(&bytes, &offsets, &mut packed).unwrap();
        slots(&keys, &mut one_by_one);
        assert_eq!(packed, one_by_one);
        assert!(slots_packed(b"ab", &[0, 1], &mut packed).is_err() && packed.is_empty());
    }

    /// What redis-server 7.0.15 answers to `CLUSTER KEYSLOT`.
    #[test]
    fn slots_of_a_real_server() {
        let long = [b'x'; 1000];
        let table: &[(&[u8], u16)] = &[
            (b"", 0),
            (b"foo", 12182),
            (b"bar", 5061),
            (b"hello", 866),
            (b"123456789", 12739),
            (b"user:1000", 1649),
            (b"user1000", 3443),
            (b"{user1000}.following", 3443),
            (b"{user1000}.followers", 3443),
            (b"foo{}{bar}", 8363),
            (b"foo{{bar}}zap", 4015),
            (b"{bar", 4015),
            (b"foo{bar}{zap}", 5061),
            (b"{}", 15257),
            (b"{}x", 10595),
            (b"{a", 10276),
            (b"}{", 12793),
            (b"}{a}", 15495),
            (b"{a}}", 15495),
            (b"a}b{c}", 7365),
            (b"\xff\xfe", 3374),
            (b"\x00", 0),
            (b"{\x00}", 0),
            (b"a\x00{b}c", 3300),
            ("ключ".as_bytes(), 10303),
            ("{ключ}x".as_bytes(), 10303),
            (b" ", 9314),
            (b"{ }", 9314),
            (b"\xd0{a\xff}", 9963),
            (&long, 3195),
        ];
        let mut out = alloc::vec![7; 3];
        let keys: Vec<&[u8]> = table.iter().map(|row| row.0).collect();
        slots(&keys, &mut out);
        assert_eq!(out.len(), table.len());
        for (&(key, expected), batched) in table.iter().zip(out) {
            assert_eq!(slot(key), expected, "{}", key.escape_ascii());
            assert_eq!(batched, expected, "{} in a batch", key.escape_ascii());
        }
    }

    #[test]
    fn other_pairs_and_none() {
        let dollar = TagRule::Pair { open: b'$', close: b'$' };
        assert_eq!(dollar.apply(b"$1$2"), b"1");
        assert_eq!(dollar.apply(b"$$2$"), b"$$2$");
        assert_eq!(dollar.apply(b"$"), b"$");
        assert_eq!(TagRule::None.apply(b"{a}b"), b"{a}b");
        assert_eq!(TagRule::REDIS.tag(b"{user}:name"), Some(1..5));
        assert_eq!(TagRule::REDIS.tag(b"user:name"), None);
        assert_eq!(TagRule::REDIS.tag(b"{}{a}"), None);
    }

    /// The rule, one byte at a time.
    fn naive(key: &[u8], open: u8, close: u8) -> Option<Range<usize>> {
        let start = key.iter().position(|&byte| byte == open)? + 1;
        let end = start + key[start..].iter().position(|&byte| byte == close)?;
        (end > start).then_some(start..end)
    }

    /// Keys of few different bytes, and of bytes near the braces that SWAR tells apart last, at every alignment.
    fn keys() -> impl Strategy<Value = Vec<u8>> {
        let few = prop::sample::select(&b"{}ab\x00\xffz|\xfb\xfd\x7a\x7c"[..]);
        let rare = prop_oneof![30 => Just(b'a'), 1 => Just(b'{'), 1 => Just(b'}')];
        prop_oneof![
            prop::collection::vec(few, 0..300),
            prop::collection::vec(rare, 0..300),
            prop::collection::vec(any::<u8>(), 0..40),
        ]
    }

    proptest! {
        #[test]
        fn slots_of_ascii_are_those_of_its_bytes(
            units in prop::collection::vec(prop::sample::select(&[b'{' as u16, b'}' as u16, b'a' as u16, 0, 0x7f][..]), 0..80),
            other in 0x80_u16..,
            at: prop::sample::Index,
        ) {
            let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
            prop_assert!(slot_of_ascii(&units).is_none_or(|found| found == slot(&bytes)));
            let mut units = units;
            units.insert(at.index(units.len() + 1), other);
            prop_assert_eq!(slot_of_ascii(&units), None);
        }

        #[test]
        fn tags_equal_the_naive_rule(bytes in keys(), from in 0_usize..8, same: bool) {
            let key = &bytes[from.min(bytes.len())..];
            let (open, close) = if same { (b'a', b'a') } else { (b'{', b'}') };
            let expected = naive(key, open, close);
            let rule = TagRule::Pair { open, close };
            prop_assert_eq!(rule.tag(key), expected.clone());
            if (8..=32).contains(&key.len()) {
                prop_assert_eq!(has(key, open), key.contains(&open));
            }
            prop_assert_eq!(rule.apply(key), expected.map_or(key, |tag| &key[tag]));
        }

        #[test]
        fn slots_equal_the_naive_rule(all in prop::collection::vec(keys(), 0..20), from in 0_usize..8) {
            let keys: Vec<&[u8]> = all.iter().map(|key| &key[from.min(key.len())..]).collect();
            let mut out = Vec::new();
            slots(&keys, &mut out);
            prop_assert_eq!(out.len(), keys.len());
            for (key, batched) in keys.iter().zip(out) {
                let hashed = naive(key, b'{', b'}').map_or(*key, |tag| &key[tag]);
                let expected = ::crc16::State::<::crc16::XMODEM>::calculate(hashed) % SLOTS;
                prop_assert_eq!(slot(key), expected);
                prop_assert_eq!(batched, expected);
            }
        }
    }
}
