//! Scalars without quotes.

use alloc::string::String;

use keyhome_core::Error;

use super::reader::{Reader, is_blank, is_blank_or_end, is_flow_mark};

/// What stands between two words: blanks, or lines that end.
pub(super) struct Gap<'t> {
    blanks: &'t str,
    line_ends: usize,
}

impl Gap<'_> {
    /// Adds what it means: one line end is a space, each further one is itself.
    pub(super) fn fold_into(&self, text: &mut String) {
        match self.line_ends {
            0 => text.push_str(self.blanks),
            1 => text.push(' '),
            _ => self.fold_escaped_into(text),
        }
    }

    /// The same where the first line end does not count.
    pub(super) fn fold_escaped_into(&self, text: &mut String) {
        text.extend(core::iter::repeat_n('\n', self.line_ends.saturating_sub(1)));
    }
}

impl<'t> Reader<'t> {
    /// A scalar of one line or more, within a collection of block style in `column`.
    pub(super) fn plain(&mut self, column: u32) -> Result<String, Error> {
        let can_begin = match self.cursor.byte(0) {
            b'-' | b'?' | b':' => !self.is_end_of_mark(1),
            b'%' | b'@' | b'`' | b'|' | b'>' | 0 => false,
            other => !is_flow_mark(other),
        };
        if !can_begin {
            return Err(self.lacks("a value"));
        }
        let mut text = String::from(self.word());
        loop {
            let gap = self.gap(column)?;
            // Behind a line end a key can begin, if not one more word.
            self.key_can_begin = gap.line_ends > 0;
            let has_ended = !self.in_flow && self.cursor.place.column <= column;
            if has_ended || self.cursor.byte(0) == b'#' || self.is_at_marker() {
                break;
            }
            let word = self.word();
            if word.is_empty() {
                break;
            }
            gap.fold_into(&mut text);
            text.push_str(word);
        }
        Ok(text)
    }

    /// The characters up to a blank, a line end, or a mark.
    fn word(&mut self) -> &'t str {
        let ends = |at| match self.cursor.byte(at) {
            b':' => self.is_end_of_mark(at + 1),
            byte => is_blank_or_end(byte) || (self.in_flow && is_flow_mark(byte)),
        };
        let length = (0..self.cursor.rest.len()).take_while(|at| !ends(*at)).count();
        self.cursor.take(length)
    }

    /// Steps over blanks and line ends. Up to `column`, blanks at the beginning of a line are an indent.
    pub(super) fn gap(&mut self, column: u32) -> Result<Gap<'t>, Error> {
        let mut gap = Gap { blanks: self.cursor.take_while(is_blank), line_ends: 0 };
        while self.cursor.byte(0) == b'\n' {
            self.cursor.take(1);
            gap.line_ends += 1;
            self.cursor.take_while(|byte| byte == b' ');
            if self.cursor.byte(0) == b'\t' && self.cursor.place.column <= column {
                self.tabs()?;
            }
            self.cursor.take_while(is_blank);
        }
        Ok(gap)
    }
}
