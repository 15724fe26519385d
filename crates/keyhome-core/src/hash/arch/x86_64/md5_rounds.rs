//! What MD5 (RFC 1321) is made of, for lanes of any width.

pub(super) use crate::hash::md5::{ADDENDS, INITIAL};

/// How many blocks of 64 bytes a message takes with its padding: at least one byte and eight of length.
#[inline]
pub(super) fn blocks(length: usize) -> usize {
    (length + 8) / 64 + 1
}

/// One message for every lane; lanes too many repeat the first.
#[inline]
pub(super) fn gather<K: AsRef<[u8]>, const LANES: usize>(messages: &[K]) -> [&[u8]; LANES] {
    let first: &[u8] = messages.first().map_or(&[], AsRef::as_ref);
    let mut gathered = [first; LANES];
    for (slot, message) in gathered.iter_mut().zip(messages) {
        *slot = message.as_ref();
    }
    gathered
}
