//! A summary as bytes, for a process of any language.
//!
//! `khk1`, then numbers in LEB128 (seven bits a byte, the lowest first): capacity, window, the number of the current
//! window, total, floor, the number of keys; for each key, the highest count first, its length, what is kept of it,
//! count and error; last, where the floor is not 0, all cells.

use alloc::{string::String, vec::Vec};

use super::{
    Cells, Counters, Estimate, HotKeys, HotKeysOptions, MAX_COUNT,
    decay::Windows,
    kept_key::{CUT_KEY_BYTES, KEY_BYTES, KeptKey, KeyHash},
};
use crate::error::{Error, ErrorKind};

/// What the bytes begin with: the name of the format and its version.
const FORMAT: &[u8; 4] = b"khk1";

impl HotKeys {
    /// The whole summary in a compact form, the same bytes in every language.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = FORMAT.to_vec();
        let HotKeysOptions { capacity, window } = self.options();
        let keys = self.counters.ordered();
        let numbers =
            [capacity as u64, window, self.windows.current(), self.total, self.floor, keys.len() as u64];
        for number in numbers {
            write(number, &mut out);
        }
        for id in keys {
            let (key, Estimate { count, error }) = (self.counters.key(id), self.counters.estimate(id));
            write(key.length.into(), &mut out);
            out.extend_from_slice(key.stored());
            write(count, &mut out);
            write(error, &mut out);
        }
        if self.floor > 0 {
            for cell in self.cells.as_slice() {
                write(*cell, &mut out);
            }
        }
        out
    }

    /// The summary that [`to_bytes`](Self::to_bytes) gave, here or in another process. Any bytes are either a summary
    /// whose bounds and promises hold as far as the sender told the truth, or an error; memory stays below 1 MiB.
    ///
    /// Errors: `hotkeys.bytes`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(Reader(bytes)).map_err(|reason| {
            let mut detail = String::from("these are not the bytes of a summary of hot keys: ");
            detail.push_str(reason);
            Error::new(ErrorKind::HotkeysBytes, detail)
        })
    }

    fn read(mut bytes: Reader<'_>) -> Result<Self, &'static str> {
        if bytes.take(FORMAT.len())? != FORMAT {
            return Err("they do not begin with `khk1`, which names the format and its version");
        }
        let capacity = usize::try_from(bytes.number()?).unwrap_or(usize::MAX);
        let window = bytes.number()?;
        let options = HotKeysOptions { capacity, window };
        let mut summary = Self::new(&options).map_err(|_| "there is no such capacity")?;
        let current = bytes.number()?;
        if current > u64::MAX.checked_div(window).unwrap_or(0) {
            return Err("the current window lies beyond the end of time");
        }
        summary.windows = Windows::at(window, current);
        summary.total = bytes.count()?;
        summary.floor = bytes.count()?;
        let keys = bytes.number()?;
        if keys > capacity as u64 {
            return Err("there are more keys than counters");
        }
        for _ in 0..keys {
            bytes.key(&mut summary)?;
        }
        bytes.cells(&mut summary)?;
        if !bytes.0.is_empty() {
            return Err("more bytes follow the end");
        }
        summary.check()?;
        Ok(summary)
    }

    /// What the promise of [`total`](Self::total) rests on: it pays for every counter up to the floor, and for what
    /// keys have above that. Halving and merging keep it so.
    fn check(&self) -> Result<(), &'static str> {
        let mut paid = self.counters.capacity() as u128 * u128::from(self.floor);
        for id in 0..self.counters.len() {
            paid += u128::from(self.counters.estimate(id).count.saturating_sub(self.floor));
        }
        if paid > u128::from(self.total) {
            return Err("the counts are more than the total");
        }
        Ok(())
    }
}

fn write(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// What is left to be read.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], &'static str> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("they end too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, &'static str> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.take(1)?.first().copied().unwrap_or_default();
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number does not fit 64 bits")
    }

    fn count(&mut self) -> Result<u64, &'static str> {
        let count = self.number()?;
        if count > MAX_COUNT { Err("a count is above 2^53 - 1") } else { Ok(count) }
    }

    fn key(&mut self, summary: &mut HotKeys) -> Result<(), &'static str> {
        let length = u32::try_from(self.number()?).map_err(|_| "a key is longer than 2^32 - 1 bytes")?;
        let bytes = self.take(KEY_BYTES.min(length as usize))?;
        let hash = match bytes.split_at_checked(CUT_KEY_BYTES) {
            Some((_, hash)) if length as usize > KEY_BYTES => {
                KeyHash(hash.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
            }
            _ => KeyHash::of(bytes),
        };
        let mut key = KeptKey { hash, length, ..KeptKey::NONE };
        key.bytes[..bytes.len()].copy_from_slice(bytes);
        let (count, error) = (self.count()?, self.count()?);
        if count == 0 || error > count {
            return Err("a key's error is above its count, or the count is 0");
        }
        let counters: &mut Counters = &mut summary.counters;
        if counters.find_kept(&key).is_some() {
            return Err("a key is there twice");
        }
        counters.adopt(&key, Estimate { count, error });
        Ok(())
    }

    fn cells(&mut self, summary: &mut HotKeys) -> Result<(), &'static str> {
        let floor = summary.floor;
        let cells: &mut Cells = &mut summary.cells;
        for cell in cells.as_mut_slice().iter_mut().filter(|_| floor > 0) {
            *cell = self.count()?;
            if *cell > floor {
                return Err("a cell is above the floor");
            }
        }
        Ok(())
    }
}
