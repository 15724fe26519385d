//! Bob Jenkins' one-at-a-time hash, as twemproxy (`src/hashkit/nc_one_at_a_time.c`) and libmemcached compute it.

use super::Sign;

pub(super) fn one_at_a_time(bytes: &[u8], sign: Sign) -> u32 {
    let mut hash = bytes.iter().fold(0_u32, |hash, &byte| {
        let hash = hash.wrapping_add(sign.extend(byte));
        let hash = hash.wrapping_add(hash << 10);
        hash ^ (hash >> 6)
    });
    hash = hash.wrapping_add(hash << 3);
    hash ^= hash >> 11;
    hash.wrapping_add(hash << 15)
}
