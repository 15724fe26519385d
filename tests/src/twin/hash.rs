//! The hash functions, written for reading: from the descriptions, a byte at a time, with no eye to speed, and
//! nothing shared with the core.

use md5::{Digest, Md5};

/// The value that `function` gives `key`; all are 32 bits wide but `md5_128`.
///
/// `signed_char`: bytes above 0x7f are negative numbers, as in C on x86.
pub fn hash(function: &str, signed_char: bool, key: &[u8]) -> u128 {
    let chars: Vec<i64> = key.iter().map(|b| if signed_char { *b as i8 as i64 } else { *b as i64 }).collect();
    let value = match function {
        "one_at_a_time" => one_at_a_time(&chars),
        "md5" => u32::from_le_bytes(first_four(&md5(key))),
        "sha1" => u32::from_le_bytes(first_four(&sha1::Sha1::digest(key))),
        "crc16" => crc16_never_masked(key),
        "crc32" | "crc" => (crc32(key) / 0x10000) % 0x8000,
        "crc32a" => crc32(key),
        "fnv1_64" => fnv1_64(&chars),
        "fnv1a_64" => fnv1a_32_bits(&chars, 0x84222325, 0x1b3),
        "fnv1_32" => fnv1_32(&chars),
        "fnv1a_32" => fnv1a_32_bits(&chars, 0x811c9dc5, 0x01000193),
        "hsieh" => hsieh(key, &chars),
        "murmur" => murmur2(key),
        "murmur3" => murmur3(key),
        "jenkins" => jenkins(key),
        "md5_hex8" => first_eight_hex_digits(key),
        "md5_128" => return u128::from_be_bytes(md5(key)),
        _ => unreachable!("no hash function is called {function}"),
    };
    value as u128
}

/// The digest of MD5.
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// The slot of Redis Cluster, of bytes from which the tag is already taken: CRC-16/XMODEM, a bit at a time.
pub fn slot(hashed: &[u8]) -> u16 {
    let mut crc = 0_u16;
    for byte in hashed {
        for bit in (0..8).rev() {
            let top = crc >> 15 == 1;
            crc <<= 1;
            if top != (byte >> bit & 1 == 1) {
                crc ^= 0x1021;
            }
        }
    }
    crc % 16384
}

fn first_four(digest: &[u8]) -> [u8; 4] {
    [digest[0], digest[1], digest[2], digest[3]]
}

/// As tutorials do it: the digest in hexadecimal, its first eight digits, read as a number.
fn first_eight_hex_digits(key: &[u8]) -> u32 {
    let hexadecimal: String = md5(key).iter().map(|byte| format!("{byte:02x}")).collect();
    u32::from_str_radix(&hexadecimal[..8], 16).unwrap_or_default()
}

fn one_at_a_time(chars: &[i64]) -> u32 {
    let mut v = 0_u32;
    for c in chars {
        v = v.wrapping_add(*c as u32);
        v = v.wrapping_add(v << 10);
        v ^= v >> 6;
    }
    v = v.wrapping_add(v << 3);
    v ^= v >> 11;
    v.wrapping_add(v << 15)
}

/// The table of CRC-16/XMODEM in a register of 32 bits, the upper half of which fills with history.
fn crc16_never_masked(key: &[u8]) -> u32 {
    key.iter().fold(0_u32, |crc, byte| {
        let at = (crc >> 8) as u8 ^ byte;
        (crc << 8) ^ crc16::State::<crc16::XMODEM>::calculate(&[at]) as u32
    })
}

fn crc32(key: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in key {
        crc ^= *byte as u32;
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb88320 } else { crc >> 1 };
        }
    }
    !crc
}

/// All 64 bits, cut at the very end.
fn fnv1_64(chars: &[i64]) -> u32 {
    chars.iter().fold(0xcbf29ce484222325_u64, |h, c| h.wrapping_mul(0x100000001b3) ^ *c as u64) as u32
}

fn fnv1_32(chars: &[i64]) -> u32 {
    chars.iter().fold(0x811c9dc5_u32, |h, c| h.wrapping_mul(0x01000193) ^ *c as u32)
}

fn fnv1a_32_bits(chars: &[i64], start: u32, prime: u32) -> u32 {
    chars.iter().fold(start, |h, c| (h ^ *c as u32).wrapping_mul(prime))
}

/// Two bytes, the lower first.
fn pair(key: &[u8], at: usize) -> u32 {
    key[at] as u32 + 256 * key[at + 1] as u32
}

fn hsieh(key: &[u8], chars: &[i64]) -> u32 {
    if key.is_empty() {
        return 0;
    }
    let mut h = 0_u32;
    let mut at = 0;
    while key.len() - at >= 4 {
        h = h.wrapping_add(pair(key, at));
        let t = (pair(key, at + 2) << 11) ^ h;
        h = (h << 16) ^ t;
        h = h.wrapping_add(h >> 11);
        at += 4;
    }
    match key.len() - at {
        3 => {
            h = h.wrapping_add(pair(key, at));
            h ^= h << 16;
            h ^= (chars[at + 2] as u32) << 18;
            h = h.wrapping_add(h >> 11);
        }
        2 => {
            h = h.wrapping_add(pair(key, at));
            h ^= h << 11;
            h = h.wrapping_add(h >> 17);
        }
        1 => {
            h = h.wrapping_add(key[at] as u32);
            h ^= h << 10;
            h = h.wrapping_add(h >> 1);
        }
        _ => {}
    }
    h ^= h << 3;
    h = h.wrapping_add(h >> 5);
    h ^= h << 4;
    h = h.wrapping_add(h >> 17);
    h ^= h << 25;
    h.wrapping_add(h >> 6)
}

/// Up to four bytes, the lowest first.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | *byte as u32)
}

fn seed_of_length(key: &[u8]) -> u32 {
    0xdeadbeef_u32.wrapping_mul(key.len() as u32)
}

fn murmur2(key: &[u8]) -> u32 {
    let m = 0x5bd1e995_u32;
    let mut h = seed_of_length(key) ^ key.len() as u32;
    let whole = key.len() / 4 * 4;
    for four in key[..whole].chunks(4) {
        let mut k = word(four).wrapping_mul(m);
        k ^= k >> 24;
        k = k.wrapping_mul(m);
        h = h.wrapping_mul(m) ^ k;
    }
    if whole < key.len() {
        h = (h ^ word(&key[whole..])).wrapping_mul(m);
    }
    h ^= h >> 13;
    h = h.wrapping_mul(m);
    h ^ h >> 15
}

fn murmur3(key: &[u8]) -> u32 {
    let scramble = |k: u32| k.wrapping_mul(0xcc9e2d51).rotate_left(15).wrapping_mul(0x1b873593);
    let mut h = seed_of_length(key);
    let whole = key.len() / 4 * 4;
    for four in key[..whole].chunks(4) {
        h = (h ^ scramble(word(four))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe6546b64);
    }
    h ^= scramble(word(&key[whole..]));
    h ^= key.len() as u32;
    h = (h ^ h >> 16).wrapping_mul(0x85ebca6b);
    h = (h ^ h >> 13).wrapping_mul(0xc2b2ae35);
    h ^ h >> 16
}

/// lookup3's `hashlittle`, initial value 13.
fn jenkins(key: &[u8]) -> u32 {
    let start = 0xdeadbeef_u32.wrapping_add(key.len() as u32).wrapping_add(13);
    let [mut a, mut b, mut c] = [start; 3];
    if key.is_empty() {
        return c;
    }
    let mut rest = key;
    loop {
        let block = &rest[..rest.len().min(12)];
        let third = |at: usize| word(&block[(4 * at).min(block.len())..(4 * at + 4).min(block.len())]);
        a = a.wrapping_add(third(0));
        b = b.wrapping_add(third(1));
        c = c.wrapping_add(third(2));
        if rest.len() <= 12 {
            break;
        }
        for (shift, turn) in [4, 6, 8, 16, 19, 4].into_iter().enumerate() {
            // The three registers take turns: (a, c, b), (b, a, c), (c, b, a), twice.
            let (x, y, z) = match shift % 3 {
                0 => (&mut a, &mut c, &mut b),
                1 => (&mut b, &mut a, &mut c),
                _ => (&mut c, &mut b, &mut a),
            };
            *x = x.wrapping_sub(*y) ^ y.rotate_left(turn);
            *y = y.wrapping_add(*z);
        }
        rest = &rest[12..];
    }
    for (shift, turn) in [14, 11, 25, 16, 4, 14, 24].into_iter().enumerate() {
        let (x, y) = match shift % 3 {
            0 => (&mut c, b),
            1 => (&mut a, c),
            _ => (&mut b, a),
        };
        *x = (*x ^ y).wrapping_sub(y.rotate_left(turn));
    }
    c
}
