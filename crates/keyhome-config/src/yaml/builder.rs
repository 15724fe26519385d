//! A tree of events.

use alloc::vec::Vec;

use keyhome_core::Error;

use super::{source::Source, syntax};
use crate::document::{DEPTH_MAX, Kind, Place, Value};

/// Makes a tree of events.
pub(super) struct Builder<'s> {
    source: &'s Source,
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

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, open: Vec::new(), flow: 0, root: None }
    }

    /// Opens a collection that begins at `place`.
    pub(super) fn open(&mut self, place: Place, collection: Open) -> Result<(), Error> {
        if self.open.len() >= DEPTH_MAX {
            return Err(syntax(place, "nested too deeply"));
        }
        self.check_indent(place)?;
        if self.flow > 0 || matches!(self.source.at(place), Some('[' | '{')) {
            self.flow += 1;
        }
        self.open.push((place, collection));
        Ok(())
    }

    /// Of flow style, `[` and `{`, tabs can stand before what is inside.
    pub(super) fn check_indent(&self, place: Place) -> Result<(), Error> {
        if self.flow > 0 { Ok(()) } else { self.source.check_indent(place) }
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
