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

/// `digests` of a file in which `hash` makes the final states of one group of `LANES` messages or of two in step, and
/// `write` digests of one: two groups at a time, and what is left alone. And the test beside the safe twin, where the CPU
/// has what `$detected` asks for.
macro_rules! digests {
    ($features:literal, $detected:ident) => {
        /// The digests of the messages.
        #[target_feature(enable = $features)]
        pub(super) fn digests<K: AsRef<[u8]>>(messages: &[K], out: &mut [[u32; 4]]) {
            for (messages, out) in messages.chunks(2 * LANES).zip(out.chunks_mut(2 * LANES)) {
                if messages.len() > LANES {
                    let (first, second) = messages.split_at(LANES);
                    let (out_first, out_second) = out.split_at_mut(out.len().min(LANES));
                    let states = hash([gather(first), gather(second)]);
                    write(states[0], out_first);
                    write(states[1], out_second);
                } else {
                    let [state] = hash([gather(messages)]);
                    write(state, out);
                }
            }
        }

        #[cfg(test)]
        mod tests {
            use super::*;
            use crate::hash::md5::digest;
            use alloc::vec::Vec;
            use proptest::prelude::*;

            proptest! {
                #[test]
                fn equals_the_safe_twin(
                    messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=300), 0..40),
                    from in 0_usize..64,
                ) {
                    if super::super::$detected::get() {
                        let messages: Vec<&[u8]> = messages.iter().map(|m| &m[from.min(m.len())..]).collect();
                        let mut out = alloc::vec![[0; 4]; messages.len()];
                        // SAFETY: the features were asked for.
                        unsafe { digests(&messages, &mut out) };
                        for (message, got) in messages.iter().zip(out) {
                            prop_assert_eq!(got, digest(message));
                        }
                    }
                }
            }
        }
    };
}

pub(super) use digests;
