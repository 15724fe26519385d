//! A text as the parser looks at it.

use saphyr_parser::Input;

/// The rest of a text. The parser asks for single characters in hundreds of places: taken from a slice, and not inlined,
/// they are less code in WebAssembly than decoded from UTF-8 on the spot.
pub(super) struct Characters<'t>(pub(super) &'t [char]);

/// What comes after the end, as the parser wants it.
const END: char = '\0';

/// More characters than the parser looks ahead. It takes this for the length of a buffer, and all of a text is in it.
const AHEAD: usize = 16;

impl Input for Characters<'_> {
    fn lookahead(&mut self, _: usize) {}

    fn buflen(&self) -> usize {
        AHEAD
    }

    fn bufmaxlen(&self) -> usize {
        AHEAD
    }

    #[inline(never)]
    fn raw_read_ch(&mut self) -> char {
        let character = self.peek();
        self.skip();
        character
    }

    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        match self.peek() {
            END | '\n' | '\r' => None,
            _ => Some(self.raw_read_ch()),
        }
    }

    #[inline(never)]
    fn skip(&mut self) {
        self.skip_n(1);
    }

    #[inline(never)]
    fn skip_n(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    #[inline(never)]
    fn peek(&self) -> char {
        self.peek_nth(0)
    }

    #[inline(never)]
    fn peek_nth(&self, n: usize) -> char {
        self.0.get(n).copied().unwrap_or(END)
    }

    fn peek_opt(&self) -> Option<char> {
        self.0.first().copied()
    }
}
