//! MD5: one digest through the `md-5` crate, many side by side where the CPU has the lanes for it.

use ::md5::{Digest, Md5};

use super::arch;

/// The digest as four little-endian words, the reading of every ketama.
pub(crate) fn digest(bytes: &[u8]) -> [u32; 4] {
    let digest = Md5::digest(bytes);
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(digest.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*chunk);
    }
    words
}

/// [`digest`] of many messages. `out` is as long as `messages`.
pub(crate) fn digests<K: AsRef<[u8]>>(messages: &[K], out: &mut [[u32; 4]]) {
    if !arch::md5(messages, out) {
        for (message, out) in messages.iter().zip(out) {
            *out = digest(message.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!(digest(b"server1-8"), [3853726576, 1491449930, 639619849, 2667054752]);
        assert_eq!(digest(b"10.0.1.1:11211-0"), [2431485715, 4123933443, 100894374, 2720740989]);
        assert_eq!(digest(b"")[0], 3649838548);
        let mut out = [[0; 4]; 1];
        digests(&[b"server1-8"], &mut out);
        assert_eq!(out, [[3853726576, 1491449930, 639619849, 2667054752]]);
    }

    /// Every length, in batches of every size around the widths, next to shorter and longer ones.
    #[test]
    fn every_length_in_a_batch() {
        let bytes: [u8; 320] = core::array::from_fn(|i| (i * 73 + i / 3) as u8);
        let messages: Vec<&[u8]> = (0..=300).map(|length| &bytes[length % 17..][..length]).collect();
        check(&messages);
        let scattered: Vec<&[u8]> = (0..=300).map(|i| &bytes[i % 13..][..i * 137 % 301]).collect();
        check(&scattered);
        for count in 0..70 {
            check(&scattered[..count]);
        }
    }

    fn check<K: AsRef<[u8]>>(messages: &[K]) {
        let expected: Vec<[u32; 4]> = messages.iter().map(|message| digest(message.as_ref())).collect();
        let mut out = alloc::vec![[0; 4]; messages.len()];
        digests(messages, &mut out);
        assert_eq!(out, expected);
    }

    proptest! {
        #[test]
        fn random_batches(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=300), 0..50)) {
            check(&messages);
        }

        #[test]
        fn random_short_batches(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=60), 0..50)) {
            check(&messages);
        }
    }
}
