//! The FNV family as twemproxy (`src/hashkit/nc_fnv.c`) and libmemcached (`libhashkit/fnv_64.cc`) compute it.
//!
//! The 64-bit ones return the low 32 bits. A product's low half depends on low halves only, and the high bits of
//! the 64-bit prime fall away, so 32-bit state with prime 0x1b3 gives the very same values. `fnv1a_64` is declared
//! with 32-bit state in both sources: it is not FNV-1a-64 folded in any other way.

use core::hash::Hasher;

use super::Sign;

const OFFSET_64_LOW: u32 = 0x8422_2325;
const PRIME_64_LOW: u32 = 0x0000_01b3;
const OFFSET_32: u32 = 0x811c_9dc5;
const PRIME_32: u32 = 0x0100_0193;

#[inline]
pub(super) fn fnv1a_64_signed(bytes: &[u8]) -> u32 {
    xor_then_multiply(OFFSET_64_LOW, PRIME_64_LOW, bytes, Sign(true))
}

/// Without signs it is the low half of the standard function, which the `fnv` crate computes.
#[inline]
pub(super) fn fnv1a_64_unsigned(bytes: &[u8]) -> u32 {
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(bytes);
    hasher.finish() as u32
}

pub(super) fn fnv1_64(bytes: &[u8], sign: Sign) -> u32 {
    multiply_then_xor(OFFSET_64_LOW, PRIME_64_LOW, bytes, sign)
}

pub(super) fn fnv1_32(bytes: &[u8], sign: Sign) -> u32 {
    multiply_then_xor(OFFSET_32, PRIME_32, bytes, sign)
}

pub(super) fn fnv1a_32(bytes: &[u8], sign: Sign) -> u32 {
    xor_then_multiply(OFFSET_32, PRIME_32, bytes, sign)
}

#[inline]
fn xor_then_multiply(offset: u32, prime: u32, bytes: &[u8], sign: Sign) -> u32 {
    bytes.iter().fold(offset, |hash, &byte| (hash ^ sign.extend(byte)).wrapping_mul(prime))
}

#[inline]
fn multiply_then_xor(offset: u32, prime: u32, bytes: &[u8], sign: Sign) -> u32 {
    bytes.iter().fold(offset, |hash, &byte| hash.wrapping_mul(prime) ^ sign.extend(byte))
}
