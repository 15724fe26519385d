//! Scalars that are whole lines: `|` keeps their ends, `>` folds them.

use alloc::string::String;
use core::iter::repeat_n;

use keyhome_core::Error;

use super::reader::{Reader, is_blank};

impl Reader<'_> {
    /// A scalar of whole lines, within a collection of block style in `column`.
    pub(super) fn literal(&mut self, column: u32) -> Result<String, Error> {
        let folds = self.cursor.byte(0) == b'>';
        self.cursor.take(1);
        let (mut chomping, mut indent) = (None, None);
        loop {
            match self.cursor.byte(0) {
                sign @ (b'-' | b'+') if chomping.is_none() => chomping = Some(sign),
                digit @ b'1'..=b'9' if indent.is_none() => {
                    indent = Some(column.saturating_sub(1) + u32::from(digit - b'0'));
                }
                _ => break,
            }
            self.cursor.take(1);
        }
        self.cursor.take_while(is_blank);
        if self.cursor.byte(0) == b'#' {
            self.cursor.take_while(|byte| byte != b'\n');
        }
        if !matches!(self.cursor.byte(0), b'\n' | 0) {
            return Err(self.lacks("the end of the line"));
        }
        self.cursor.take(1);
        let mut text = String::new();
        let (mut empty_lines, widest) = self.empty_lines(indent)?;
        // As far as the first line, at least further than what is around it.
        let indent = indent.unwrap_or(widest.max(column).max(1));
        let (mut has_line, mut is_indented) = (false, false);
        while self.indent() == indent && !self.is_at_end() {
            let was_indented = core::mem::replace(&mut is_indented, is_blank(self.cursor.byte(0)));
            if has_line {
                if !folds || was_indented || is_indented {
                    text.push('\n');
                } else if empty_lines == 0 {
                    text.push(' ');
                }
            }
            text.extend(repeat_n('\n', empty_lines));
            text.push_str(self.cursor.take_while(|byte| byte != b'\n'));
            has_line = !self.cursor.take(1).is_empty();
            empty_lines = self.empty_lines(Some(indent))?.0;
        }
        if chomping != Some(b'-') && has_line {
            text.push('\n');
        }
        if chomping == Some(b'+') {
            text.extend(repeat_n('\n', empty_lines));
        }
        self.key_can_begin = true;
        Ok(text)
    }

    /// Steps over lines of nothing but spaces, and over the indent of the next. How many they were, and how many spaces
    /// the longest of those indents has.
    fn empty_lines(&mut self, indent: Option<u32>) -> Result<(usize, u32), Error> {
        let (mut count, mut widest) = (0, 0);
        loop {
            let may_go_on = |column| indent.is_none_or(|indent| column < indent);
            while may_go_on(self.indent()) && self.cursor.byte(0) == b' ' {
                self.cursor.take(1);
            }
            widest = widest.max(self.indent());
            if may_go_on(self.indent()) && self.cursor.byte(0) == b'\t' {
                return Err(self.syntax("a tab in an indent; YAML takes spaces there"));
            }
            if self.cursor.byte(0) != b'\n' {
                return Ok((count, widest));
            }
            self.cursor.take(1);
            count += 1;
        }
    }

    fn indent(&self) -> u32 {
        self.cursor.place.column - 1
    }
}
