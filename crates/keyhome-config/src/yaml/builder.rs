//! A tree of events.

use alloc::vec::Vec;

use keyhome_core::Error;

use super::{source::check_indent, syntax};
use crate::document::{DEPTH_MAX, Kind, Place, Value};

/// Makes a tree of events.
#[derive(Default)]
pub(super) struct Builder {
    /// The collections that have not ended.
    open: Vec<(Place, Open)>,
    /// How many of them are of flow style: the innermost.
    flow: usize,
    pub(super) root: Option<Value>,
}

/// A collection whose end has not come.
pub(super) enum Open {
    Sequence(Vec<Value>),
    /// The entries, and the key whose value comes next.
    Mapping(Vec<(Value, Value)>, Option<Value>),
}

impl Builder {
    /// Opens a collection that begins at `place` in `line`.
    pub(super) fn open(&mut self, line: &str, place: Place, collection: Open) -> Result<(), Error> {
        if self.open.len() >= DEPTH_MAX {
            return Err(syntax(place, "nested too deeply"));
        }
        self.check_indent(line, place)?;
        if self.flow > 0
            || line.chars().nth(place.column as usize - 1).is_some_and(|first| matches!(first, '[' | '{'))
        {
            self.flow += 1;
        }
        self.open.push((place, collection));
        Ok(())
    }

    /// Of flow style, `[` and `{`, tabs can stand before what is inside.
    pub(super) fn check_indent(&self, line: &str, place: Place) -> Result<(), Error> {
        if self.flow > 0 { Ok(()) } else { check_indent(line, place) }
    }

    /// Closes the collection that was opened last.
    pub(super) fn close(&mut self) {
        let Some((place, collection)) = self.open.pop() else { return };
        self.flow = self.flow.saturating_sub(1);
        let kind = match collection {
            Open::Sequence(items) => Kind::Sequence(items),
            Open::Mapping(entries, _) => Kind::Mapping(entries),
        };
        self.add(Value { place, kind });
    }

    /// Adds a value to the collection that was opened last, or as the root.
    pub(super) fn add(&mut self, mut value: Value) {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((_, Open::Sequence(items))) => items.push(value),
            Some((_, Open::Mapping(entries, next))) => match next.take() {
                None => *next = Some(value),
                Some(key) => {
                    if value.is_null() {
                        // Nothing stands nowhere; what is wrong is the key that was left without a value.
                        value.place = key.place;
                    }
                    entries.push((key, value));
                }
            },
        }
    }
}
