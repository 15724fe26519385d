//! From a key to its home: alone, or with many others.

use alloc::{format, vec::Vec};

use super::Router;
use crate::{
    error::{Error, ErrorKind},
    hash::{BATCH, KeyHash, md5, whole},
    key::TagRule,
    placement::{Placement, charsum, modula::Modula, ring::Ring, slots::SlotTable},
};

/// Why a key has no home; small, so that the hot path stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Homeless {
    Uncovered(u16),
    Encoding,
    Random,
}

impl Router {
    /// Small, since callers compile it in: what is rarer than a ring of 32-bit points is called.
    #[inline]
    pub(super) fn locate(&self, key: &[u8]) -> Result<u16, Homeless> {
        match &self.placement {
            Placement::Ring(ring) => Ok(ring.owner(self.hash(key))),
            Placement::Slots(slots) => Self::locate_slot(slots, key),
            Placement::Modula(modula) => Ok(self.locate_modula(modula, key)),
            Placement::One => Ok(0),
            Placement::WideRing(ring) => Ok(self.locate_wide(ring, key)),
            Placement::CharSum(nodes) => Self::locate_char_sum(nodes, key),
            Placement::Random => Err(Homeless::Random),
        }
    }

    #[inline(never)]
    fn locate_slot(slots: &SlotTable, key: &[u8]) -> Result<u16, Homeless> {
        let slot = crate::key::slot_called(key);
        slots.owner(slot).ok_or(Homeless::Uncovered(slot))
    }

    #[inline(never)]
    fn locate_modula(&self, modula: &Modula, key: &[u8]) -> u16 {
        modula.owner(self.hash(key))
    }

    #[inline(never)]
    fn locate_wide(&self, ring: &Ring<u128>, key: &[u8]) -> u16 {
        ring.owner(KeyHash::hash_whole(self.pool.rule.key.tag.apply(key)))
    }

    #[inline(never)]
    fn locate_char_sum(nodes: &[u16], key: &[u8]) -> Result<u16, Homeless> {
        let sum = charsum::sum(key).ok_or(Homeless::Encoding)?;
        Ok(nodes[(sum % nodes.len() as u64) as usize])
    }

    /// The hash of what is hashed of `key`.
    #[inline]
    pub(super) fn hash(&self, key: &[u8]) -> u32 {
        let rule = &self.pool.rule.key;
        let hashed = if rule.tag == TagRule::None { key } else { self.tagged(key) };
        if hashed.is_empty() && rule.empty_is_zero { 0 } else { rule.hash.hash(hashed) }
    }

    #[inline(never)]
    fn tagged<'k>(&self, key: &'k [u8]) -> &'k [u8] {
        self.pool.rule.key.tag.apply(key)
    }

    #[cold]
    pub(super) fn homeless(&self, homeless: Homeless) -> Error {
        match homeless {
            Homeless::Uncovered(slot) => {
                Error::new(ErrorKind::SlotUncovered, format!("slot {slot} of the key is no node's"))
            }
            Homeless::Encoding => {
                let detail =
                    format!("the key is not UTF-8, and the dialect `{}` takes text", self.pool.dialect.id);
                Error::new(ErrorKind::KeyEncoding, detail)
            }
            Homeless::Random => {
                let detail = "the distribution is `random`, which gives no key a home";
                Error::new(ErrorKind::PlacementRandom, detail)
            }
        }
    }

    pub(super) fn locate_each<'k>(
        &self,
        count: usize,
        key: impl Fn(usize) -> &'k [u8],
        out: &mut Vec<u32>,
    ) -> Result<(), Error> {
        out.clear();
        out.reserve(count);
        let mut keys: [&[u8]; BATCH] = [&[]; BATCH];
        for start in (0..count).step_by(BATCH) {
            let size = BATCH.min(count - start);
            let keys = &mut keys[..size];
            for (offset, place) in keys.iter_mut().enumerate() {
                *place = key(start + offset);
            }
            if let Err((offset, homeless)) = self.locate_batch(keys, out) {
                out.clear();
                return Err(self.homeless(homeless).at_position(start + offset));
            }
        }
        Ok(())
    }

    /// The homes of up to [`BATCH`] keys, or the first that has none. Keys become what is hashed of them.
    fn locate_batch(&self, keys: &mut [&[u8]], out: &mut Vec<u32>) -> Result<(), (usize, Homeless)> {
        let mut hashes = [0; BATCH];
        match &self.placement {
            Placement::Ring(ring) => {
                out.extend(
                    self.hash_batch(keys, &mut hashes).iter().map(|hash| u32::from(ring.owner(*hash))),
                );
            }
            Placement::Modula(modula) => {
                out.extend(
                    self.hash_batch(keys, &mut hashes).iter().map(|hash| u32::from(modula.owner(*hash))),
                );
            }
            Placement::WideRing(ring) => {
                self.tag_batch(keys);
                let mut digests = [[0; 4]; BATCH];
                let digests = &mut digests[..keys.len()];
                md5::digests(keys, digests);
                out.extend(digests.iter().map(|digest| u32::from(ring.owner(whole(*digest)))));
            }
            Placement::Slots(table) => {
                let mut slots = [0; BATCH];
                let slots = &mut slots[..keys.len()];
                crate::key::slots_into(keys, slots);
                for (offset, &slot) in slots.iter().enumerate() {
                    out.push(table.owner(slot).ok_or((offset, Homeless::Uncovered(slot)))?.into());
                }
            }
            _ => {
                for (offset, key) in keys.iter().enumerate() {
                    out.push(self.locate(key).map_err(|homeless| (offset, homeless))?.into());
                }
            }
        }
        Ok(())
    }

    /// Keys become what is hashed of them.
    fn tag_batch(&self, keys: &mut [&[u8]]) {
        for key in keys.iter_mut() {
            *key = self.pool.rule.key.tag.apply(key);
        }
    }

    /// Hashes a batch of keys, side by side where the function and the CPU can.
    fn hash_batch<'h>(&self, keys: &mut [&[u8]], hashes: &'h mut [u32; BATCH]) -> &'h [u32] {
        let rule = &self.pool.rule.key;
        let hashes = &mut hashes[..keys.len()];
        self.tag_batch(keys);
        rule.hash.hash_each(keys, hashes);
        if rule.empty_is_zero {
            for (key, hash) in keys.iter().zip(hashes.iter_mut()) {
                if key.is_empty() {
                    *hash = 0;
                }
            }
        }
        hashes
    }
}
