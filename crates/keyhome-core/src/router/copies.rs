//! Names for copies of a hot key, each of which lives on another node.

use alloc::vec::Vec;

use super::Router;
use crate::{digits::push_decimal, error::Error};

/// A name for a copy of a key, and where it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCopy {
    /// The index of the node on which this name lives.
    pub index: usize,
    /// The name: a key of its own, to be written and read like any other.
    pub key: Vec<u8>,
}

/// The numbers that are tried, from 1. One bound for every pool and `n`, so that who asks for more copies gets the
/// same first ones.
const TRIES: u64 = 1000;

/// What a name has before its number, and after it. The number must not come last: the FNV hashes and others keep keys
/// side by side that differ in their last byte, and so on one node. Never changed: copies would be lost.
const BEFORE: &[u8] = b"~copy";
const AFTER: &[u8] = b".keyhome";

impl Router {
    /// Up to `n` names for copies of `key`, so that reads of a hot key can be spread: each name lives on another node,
    /// none on the key's own, for this router and every plain client of the same pool.
    ///
    /// A name is the key with `~copy1.keyhome` put at the end of its hash tag, where the pool's rule finds one, or
    /// else at the end of the key. Numbers are tried from 1 to 1000, and each that reaches one more node gives a name;
    /// there are fewer than `n` where the pool has not as many nodes or no such number reaches them. Asking for fewer
    /// gives the first of the same names. Keys that share a tag get their copies under the same numbers, on the same
    /// nodes. Only a key that has such a name already can be mistaken for a copy.
    ///
    /// Names, and not the key itself on the [`successors`](Self::successors): there it would be found as the key when
    /// its home is taken away and others take over, and be stale.
    ///
    /// Errors as for [`index`](Self::index).
    pub fn copies(&self, key: impl AsRef<[u8]>, n: usize) -> Result<Vec<KeyCopy>, Error> {
        let key = key.as_ref();
        let home = self.index(key)?;
        let end = self.pool.rule.key.tag.tag(key).map_or(key.len(), |tag| tag.end);
        let (before, after) = key.split_at(end);
        let mut free = self.live.clone();
        free[home] = false;
        let wanted = n.min(free.iter().filter(|free| **free).count());
        let mut copies = Vec::new();
        for number in 1..=TRIES {
            if copies.len() == wanted {
                break;
            }
            let mut name = [before, BEFORE].concat();
            push_decimal(&mut name, number);
            name.extend_from_slice(AFTER);
            name.extend_from_slice(after);
            // A name may have no home where its key has one: a slot that nobody owns.
            if let Ok(node) = self.locate(&name)
                && core::mem::take(&mut free[usize::from(node)])
            {
                copies.push(KeyCopy { index: usize::from(node), key: name });
            }
        }
        Ok(copies)
    }
}
