//! What stands between values: blanks, comments, line ends, marks.

use keyhome_core::{Error, ErrorKind};

use crate::{
    cursor::Cursor,
    document::{DEPTH_MAX, Form, Kind, Place, Value},
};

/// Reads a text from its beginning to its end.
pub(super) struct Reader<'t> {
    pub(super) cursor: Cursor<'t>,
    /// Whether a collection of flow style is open, in which lines and indents mean nothing.
    pub(super) in_flow: bool,
    /// Whether a key of block style can begin here, or one of the marks `-`, `?` and `:` stand: at the beginning of a
    /// line, and behind such a mark. Blanks before it are an indent.
    pub(super) key_can_begin: bool,
    depth: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { cursor: Cursor::new(text), in_flow: false, key_can_begin: true, depth: 0 }
    }

    /// Steps over one `---` before everything else.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        self.skip_blanks()?;
        if self.cursor.rest.starts_with("---") && self.is_at_marker() {
            self.cursor.take(3);
            self.key_can_begin = false;
        }
        Ok(())
    }

    /// Steps over what says nothing. What is next belongs to the document.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        self.skip_blanks()?;
        if self.is_at_marker() {
            let marker = self.cursor.byte(0) == b'.';
            return Err(self.syntax(if marker {
                "the marker `...` is not taken"
            } else {
                "a second document begins here; one is read"
            }));
        }
        if self.cursor.place.column == 1 && self.cursor.byte(0) == b'%' {
            return Err(self.syntax("directives (`%`) are not taken"));
        }
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), Error> {
        loop {
            match self.cursor.byte(0) {
                b'\t' if self.key_can_begin && !self.in_flow => self.tabs()?,
                b' ' | b'\t' => self.cursor.take(1),
                b'#' => self.cursor.take_while(|byte| byte != b'\n'),
                b'\n' => {
                    self.key_can_begin = true;
                    self.cursor.take(1)
                }
                _ => return Ok(()),
            };
        }
    }

    /// Steps over the blanks from a tab on. Nothing may stand behind them in the line: they are no indent.
    pub(super) fn tabs(&mut self) -> Result<&'t str, Error> {
        let tab = self.cursor.place;
        let blanks = self.cursor.take_while(is_blank);
        if matches!(self.cursor.byte(0), b'\n' | 0) {
            Ok(blanks)
        } else {
            Err(tab.error(ErrorKind::ConfigSyntax, "a tab in an indent; YAML takes spaces there"))
        }
    }

    /// Whether `---` or `...` stands here, at the beginning of a line.
    pub(super) fn is_at_marker(&self) -> bool {
        let rest = self.cursor.rest;
        self.cursor.place.column == 1
            && (rest.starts_with("---") || rest.starts_with("..."))
            && is_blank_or_end(self.cursor.byte(3))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.cursor.rest.is_empty()
    }

    /// Whether `mark` stands here: as itself, not as the beginning of a word.
    pub(super) fn is_at(&self, mark: u8) -> bool {
        self.cursor.byte(0) == mark && self.is_end_of_mark(1)
    }

    /// Whether the byte `ahead` ends the mark before it.
    pub(super) fn is_end_of_mark(&self, ahead: usize) -> bool {
        let byte = self.cursor.byte(ahead);
        is_blank_or_end(byte) || (self.in_flow && is_flow_mark(byte))
    }

    /// Counts a collection that begins at `place`. [`leave`](Self::leave) ends it.
    pub(super) fn enter(&mut self, place: Place) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(place.error(ErrorKind::ConfigSyntax, "nested too deeply"));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn syntax(&self, detail: &str) -> Error {
        self.cursor.place.error(ErrorKind::ConfigSyntax, detail)
    }

    pub(super) fn lacks(&self, what: &str) -> Error {
        self.syntax(&self.cursor.lacks(what))
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A blank, or the end of a line or of the text.
pub(super) fn is_blank_or_end(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0)
}

pub(super) fn is_flow_mark(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

/// The value that is not there. It stands nowhere; `place` is what lacks it.
pub(super) fn nothing(place: Place) -> Value {
    Value { place, kind: Kind::Scalar(Form::Null, alloc::string::String::new()) }
}
