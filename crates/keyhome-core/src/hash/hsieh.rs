//! Paul Hsieh's SuperFastHash as twemproxy runs it (`src/hashkit/nc_hsieh.c`): it starts from 0, not from the
//! length, and only the last byte of a tail of three is read as a signed `char`.

use super::Sign;

pub(super) fn hsieh(bytes: &[u8], sign: Sign) -> u32 {
    if bytes.is_empty() {
        return 0;
    }
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = 0_u32;
    for &[a, b, c, d] in blocks {
        hash = hash.wrapping_add(half(a, b));
        let next = (half(c, d) << 11) ^ hash;
        hash = (hash << 16) ^ next;
        hash = hash.wrapping_add(hash >> 11);
    }
    match *tail {
        [a, b, c] => {
            hash = hash.wrapping_add(half(a, b));
            hash ^= hash << 16;
            hash ^= sign.extend(c) << 18;
            hash = hash.wrapping_add(hash >> 11);
        }
        [a, b] => {
            hash = hash.wrapping_add(half(a, b));
            hash ^= hash << 11;
            hash = hash.wrapping_add(hash >> 17);
        }
        [a] => {
            hash = hash.wrapping_add(u32::from(a));
            hash ^= hash << 10;
            hash = hash.wrapping_add(hash >> 1);
        }
        _ => {}
    }
    hash ^= hash << 3;
    hash = hash.wrapping_add(hash >> 5);
    hash ^= hash << 4;
    hash = hash.wrapping_add(hash >> 17);
    hash ^= hash << 25;
    hash.wrapping_add(hash >> 6)
}

fn half(low: u8, high: u8) -> u32 {
    u32::from(u16::from_le_bytes([low, high]))
}
