//! Where a text is read on.

use alloc::{format, string::String};

use crate::{document::Place, wording::quote};

/// What is left of a text, and where it begins.
pub(crate) struct Cursor<'t> {
    pub(crate) rest: &'t str,
    pub(crate) place: Place,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { rest: text, place: Place::START }
    }

    /// The byte `ahead` of the next, 0 at the end: a control character, which is nowhere right.
    pub(crate) fn byte(&self, ahead: usize) -> u8 {
        self.rest.as_bytes().get(ahead).copied().unwrap_or(0)
    }

    /// The number of so many hexadecimal digits, 8 at most, that stand `ahead` of the next byte.
    pub(crate) fn hexadecimal(&self, ahead: usize, digits: usize) -> Option<u32> {
        let mut number = 0;
        for at in ahead..ahead + digits {
            number = number << 4 | char::from(self.byte(at)).to_digit(16)?;
        }
        Some(number)
    }

    /// Steps over `bytes`, which end at the end of a character.
    pub(crate) fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.place = self.place.after(taken);
        self.rest = rest;
        taken
    }

    /// Steps over all bytes that are `wanted`: of a character that is not ASCII, all or none.
    pub(crate) fn take_while(&mut self, wanted: fn(u8) -> bool) -> &'t str {
        let length = self.rest.bytes().take_while(|byte| wanted(*byte)).count();
        self.take(length)
    }

    /// What is wrong where `what` is missing.
    pub(crate) fn lacks(&self, what: &str) -> String {
        match self.rest.chars().next() {
            Some(found) => format!("found {}; {what} is needed", quote(found.encode_utf8(&mut [0; 4]))),
            None => format!("it ends where {what} is needed"),
        }
    }
}
