//! Collections of block style: their lines begin in one column.

use alloc::vec::Vec;

use keyhome_core::{Error, ErrorKind};

use super::reader::{Reader, nothing};
use crate::document::{Form, Kind, Place, Value};

/// The longest key whose `:` is looked for, in characters.
const KEY_MAX: u32 = 1024;

impl Reader<'_> {
    /// What belongs to a collection in `column` and comes next; the text itself is in column 0. `None`: nothing does.
    pub(super) fn node(&mut self, column: u32) -> Result<Option<Value>, Error> {
        self.skip()?;
        let place = self.cursor.place;
        // Lines of `|` and `>` are further to the right in any case, so that these can stand in the column.
        let is_literal = matches!(self.cursor.byte(0), b'|' | b'>');
        if self.is_at_end() || place.column < column || (place.column == column && !is_literal) {
            return Ok(None);
        }
        let value = if self.is_at(b'-') {
            self.sequence()?
        } else if self.is_at(b'?') {
            self.mapping(place, None)?
        } else {
            match self.value_or_key(column)? {
                (key, true) => self.mapping(place, Some(key))?,
                (value, false) => value,
            }
        };
        // Whatever is next belongs to this collection or to one around it, whose column is that or less.
        if self.is_at_end() || self.cursor.place.column <= column {
            Ok(Some(value))
        } else if self.key_can_begin {
            Err(self.syntax("the indent of this line fits to none of the lines before"))
        } else if self.is_at(b':') {
            Err(self.syntax("a second `:` in one value; quote the value if the `:` belongs to it"))
        } else {
            Err(self.lacks("the end of the line"))
        }
    }

    /// The value of a key in `column`. A list may stand in the column of its key.
    fn value_of_key(&mut self, column: u32) -> Result<Option<Value>, Error> {
        self.skip()?;
        if self.cursor.place.column == column && self.is_at(b'-') {
            return self.sequence().map(Some);
        }
        self.node(column)
    }

    fn sequence(&mut self) -> Result<Value, Error> {
        let place = self.cursor.place;
        self.enter(place)?;
        let mut items = Vec::new();
        while self.cursor.place.column == place.column && self.is_at(b'-') {
            let dash = self.cursor.place;
            self.step_over_mark()?;
            items.push(self.node(place.column)?.unwrap_or_else(|| nothing(dash)));
        }
        self.leave();
        Ok(Value { place, kind: Kind::Sequence(items) })
    }

    /// The mapping that begins at `place`, with `first` as its first key if that was read already.
    fn mapping(&mut self, place: Place, mut first: Option<Value>) -> Result<Value, Error> {
        let column = place.column;
        self.enter(place)?;
        let mut entries = Vec::new();
        while first.is_some() || (self.cursor.place.column == column && !self.is_at_end()) {
            let (key, has_value) = match first.take() {
                Some(key) => (key, true),
                None if self.is_at(b'?') => {
                    let mark = self.cursor.place;
                    self.step_over_mark()?;
                    let key = self.value_of_key(column)?.unwrap_or_else(|| nothing(mark));
                    (key, self.key_can_begin && self.cursor.place.column == column && self.is_at(b':'))
                }
                None => match self.value_or_key(column)? {
                    (key, true) => (key, true),
                    (key, false) => {
                        return Err(
                            key.error(ErrorKind::ConfigSyntax, "a key is needed here, and `:` behind it")
                        );
                    }
                },
            };
            let mut value = None;
            if has_value {
                self.cursor.take(1);
                value = self.value_of_key(column)?;
            }
            let value = value.unwrap_or_else(|| nothing(key.place));
            entries.push((key, value));
        }
        self.leave();
        Ok(Value { place, kind: Kind::Mapping(entries) })
    }

    /// A value that has no mark of its own, and whether it is the key of a mapping: a `:` stands behind it.
    fn value_or_key(&mut self, column: u32) -> Result<(Value, bool), Error> {
        let can_be_key = self.key_can_begin;
        let value = self.value(column)?;
        self.skip()?;
        let (start, end) = (value.place, self.cursor.place);
        let is_key =
            can_be_key && self.is_at(b':') && start.line == end.line && end.column - start.column <= KEY_MAX;
        Ok((value, is_key))
    }

    /// A scalar, or a collection of flow style, within a collection of block style in `column`.
    pub(super) fn value(&mut self, column: u32) -> Result<Value, Error> {
        let place = self.cursor.place;
        self.key_can_begin = false;
        let text = match self.cursor.byte(0) {
            b'[' | b'{' => return self.flow(),
            b'"' | b'\'' => self.quoted()?,
            b'|' | b'>' if !self.in_flow => self.literal(column)?,
            b'*' => return Err(self.syntax("aliases (`*name`) are not taken; write the value out")),
            b'&' => {
                let detail = "anchors (`&name`) are not taken; write the value out where it is needed";
                return Err(self.syntax(detail));
            }
            b'!' => return Err(self.syntax("tags (`!name`) are not taken")),
            _ => self.plain(column)?,
        };
        Ok(Value { place, kind: Kind::Scalar(Form::Text, text) })
    }

    /// Steps over `-` or `?`: in the rest of the line a collection can begin.
    fn step_over_mark(&mut self) -> Result<(), Error> {
        if !self.key_can_begin {
            return Err(self.lacks("a value, or a new line,"));
        }
        self.cursor.take(1);
        Ok(())
    }
}
