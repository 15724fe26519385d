//! Collections of flow style: `[a, b]`, `{a: b}`.

use alloc::{vec, vec::Vec};

use keyhome_core::Error;

use super::reader::{Reader, nothing};
use crate::document::{Kind, Value};

impl Reader<'_> {
    pub(super) fn flow(&mut self) -> Result<Value, Error> {
        let place = self.cursor.place;
        self.enter(place)?;
        let around = core::mem::replace(&mut self.in_flow, true);
        let is_list = self.cursor.byte(0) == b'[';
        let closing = if is_list { b']' } else { b'}' };
        let (mut items, mut entries) = (Vec::new(), Vec::new());
        self.step_over(self.cursor.byte(0))?;
        while self.cursor.byte(0) != closing {
            let key = self.value(0)?;
            self.skip()?;
            let (place, has_value) = (key.place, self.step_over(b':')?);
            let mut value = nothing(place);
            if has_value && !matches!(self.cursor.byte(0), b',' | b']' | b'}') {
                value = self.value(0)?;
                self.skip()?;
            }
            match (is_list, has_value) {
                (true, false) => items.push(key),
                // `[a: b]` is a list of a mapping of one key.
                (true, true) => items.push(Value { place, kind: Kind::Mapping(vec![(key, value)]) }),
                (false, _) => entries.push((key, value)),
            }
            if !self.step_over(b',')? && self.cursor.byte(0) != closing {
                return Err(self.lacks(if is_list { "`,` or `]`" } else { "`,` or `}`" }));
            }
        }
        self.cursor.take(1);
        self.in_flow = around;
        self.key_can_begin = false;
        self.leave();
        Ok(Value { place, kind: if is_list { Kind::Sequence(items) } else { Kind::Mapping(entries) } })
    }

    /// Whether `mark` stood here.
    fn step_over(&mut self, mark: u8) -> Result<bool, Error> {
        let stands = self.cursor.byte(0) == mark;
        if stands {
            self.cursor.take(1);
            self.skip()?;
        }
        Ok(stands)
    }
}
