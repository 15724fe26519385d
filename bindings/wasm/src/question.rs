//! What a question brings with it.

use keyhome_bindings_common::{ErrorKind, Failure};

/// What a question brings with it.
pub(crate) struct Question<'q> {
    /// The address of the object that is asked, or 0.
    pub(crate) object: usize,
    /// Words or keys, one behind the other.
    pub(crate) bytes: &'q [u8],
    /// Where each begins, and where the last ends; or indexes.
    pub(crate) offsets: &'q [u32],
    /// Whole numbers from 0; NaN is one that is left out.
    pub(crate) numbers: [f64; 5],
}

impl<'q> Question<'q> {
    /// A number that is there.
    pub(crate) fn number(&self, at: usize) -> usize {
        self.optional(at).unwrap_or_default() as usize
    }

    /// A time, which has more bits.
    pub(crate) fn time(&self, at: usize) -> u64 {
        self.optional(at).unwrap_or_default()
    }

    pub(crate) fn optional(&self, at: usize) -> Option<u64> {
        self.numbers.get(at).filter(|number| !number.is_nan()).map(|number| *number as u64)
    }

    /// A word as bytes.
    pub(crate) fn word(&self, at: usize) -> Option<&'q [u8]> {
        let (from, to) = (*self.offsets.get(at)?, *self.offsets.get(at + 1)?);
        self.bytes.get(from as usize..to as usize)
    }

    /// A word that is a text.
    pub(crate) fn text(&self, at: usize) -> Result<&'q str, Failure> {
        let word = self.word(at).and_then(|word| core::str::from_utf8(word).ok());
        word.ok_or_else(|| Failure::new(ErrorKind::EngineFailure, "a text is missing"))
    }

    /// A text that can be left out: then a number says 0.
    pub(crate) fn optional_text(&self, at: usize, given: usize) -> Result<Option<&'q str>, Failure> {
        if self.number(given) == 0 { Ok(None) } else { self.text(at).map(Some) }
    }
}
