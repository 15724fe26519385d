//! SHA-1 as a source of ring points: npm hashring reads its first sixteen bytes as four little-endian words.

use sha1::{Digest, Sha1};

/// The first four words of the digest, little-endian.
pub(crate) fn digest(bytes: &[u8]) -> [u32; 4] {
    let digest = Sha1::digest(bytes);
    let mut words = [0; 4];
    for (word, chunk) in words.iter_mut().zip(digest.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*chunk);
    }
    words
}
