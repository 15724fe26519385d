//! What is kept of a key, and its hash.

use core::cmp::Ordering;

/// Keys up to this many bytes are kept whole.
pub const KEY_BYTES: usize = 128;

/// So many bytes are kept of a longer key, which is still told apart from others that begin alike: by its length and
/// by 64 bits of hash over all of it.
pub const CUT_KEY_BYTES: usize = KEY_BYTES - size_of::<u64>();

/// 64 bits of hash. It decides where a key is looked for and which cell it shares; the cells make it part of the
/// answers, so it never changes.
///
/// Somebody who can choose keys can make them collide, as with any hash without a secret, which would make the answer
/// depend on the secret. What that gets them: a look-up that compares up to all counters, some microseconds at the
/// greatest capacity; and a cell that fills faster, up to what plain Space-Saving would charge to every key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyHash(pub(super) u64);

impl KeyHash {
    /// Whole words, the last one overlapping the one before, so that the length costs no loop over single bytes. A
    /// step is a bijection of the state; multiplications are of 64 bits, which WebAssembly has.
    #[inline]
    pub(super) fn of(key: &[u8]) -> Self {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let step = |state: u64, word: u64| {
            let product = (state ^ word).wrapping_mul(ODD);
            product ^ (product >> 32)
        };
        let mut state = (key.len() as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let (words, rest) = key.as_chunks::<8>();
        for word in words {
            state = step(state, u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let last = match key.last_chunk::<8>() {
                Some(last) => u64::from_le_bytes(*last),
                None => rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
            };
            state = step(state, last);
        }
        Self(step(state, ODD))
    }
}

/// What is kept of a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeptKey {
    pub(super) hash: KeyHash,
    /// Of the whole key. Redis takes none of more than 512 MB.
    pub(super) length: u32,
    /// All of it, or its beginning and then the hash; what follows a shorter one is of no account.
    pub(super) bytes: [u8; KEY_BYTES],
}

impl KeptKey {
    pub(super) const NONE: Self = Self { hash: KeyHash(0), length: 0, bytes: [0; KEY_BYTES] };

    pub(super) fn set(&mut self, key: &[u8], hash: KeyHash) {
        self.hash = hash;
        self.length = length(key);
        if let Some(whole) = self.bytes.get_mut(..key.len()) {
            whole.copy_from_slice(key);
        } else {
            let (beginning, end) = self.bytes.split_at_mut(CUT_KEY_BYTES);
            beginning.copy_from_slice(&key[..CUT_KEY_BYTES]);
            end.copy_from_slice(&hash.0.to_le_bytes());
        }
    }

    /// Whether it is what would be kept of `key`.
    #[inline]
    pub(super) fn is_of(&self, key: &[u8], hash: KeyHash) -> bool {
        if self.length != length(key) {
            return false;
        }
        match self.bytes.get(..key.len()) {
            Some(whole) => whole == key,
            None => self.hash == hash && key.starts_with(&self.bytes[..CUT_KEY_BYTES]),
        }
    }

    /// What counts of the bytes.
    pub(super) fn stored(&self) -> &[u8] {
        self.bytes.get(..self.length as usize).unwrap_or(&self.bytes)
    }

    /// The part that is the key's own.
    pub(super) fn known(&self) -> &[u8] {
        self.bytes.get(..self.length as usize).unwrap_or(&self.bytes[..CUT_KEY_BYTES])
    }

    /// By the bytes that are known, then by length, then by what tells cut keys apart.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let rest = |key: &Self| (key.length, key.hash.0);
        self.known().cmp(other.known()).then_with(|| rest(self).cmp(&rest(other)))
    }
}

#[inline]
fn length(key: &[u8]) -> u32 {
    u32::try_from(key.len()).unwrap_or(u32::MAX)
}
