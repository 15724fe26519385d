//! One reply made of those of several servers.

use std::ops::Range;

use keyhome::command::{Merge, ScanCursor};
use keyhome_resp::{Value, array, bulk, error, first_value, integer};

/// The replies of the parts of one request, as they come in.
pub(crate) struct Gather {
    merge: Merge,
    /// The replies that have come, one after the other.
    bytes: Vec<u8>,
    /// Where in `bytes` the reply of each part is; nowhere while it has not come.
    parts: Vec<Range<usize>>,
    missing: usize,
    /// Which part each key is in, in the order of the keys.
    keys: Vec<u32>,
    /// Where a scan was, and how many servers it goes over.
    scan: Option<(ScanCursor, usize)>,
}

impl Gather {
    /// For `parts` parts.
    pub(crate) fn new(merge: Merge, parts: usize) -> Self {
        let (bytes, keys) = (Vec::new(), Vec::new());
        Self { merge, bytes, parts: vec![0..0; parts], missing: parts, keys, scan: None }
    }

    /// For the reply of the server that a scan is at.
    pub(crate) fn of_scan(at: ScanCursor, servers: usize) -> Self {
        Self { scan: Some((at, servers)), ..Self::new(Merge::Cursor, 1) }
    }

    /// As if it were new, with the memory that it has.
    pub(crate) fn renew(&mut self, merge: Merge, parts: usize) {
        self.merge = merge;
        self.bytes.clear();
        self.parts.clear();
        self.parts.resize(parts, 0..0);
        self.missing = parts;
        self.keys.clear();
        self.scan = None;
    }

    /// For a reply with a value a key: which part each key is in.
    pub(crate) fn set_keys(&mut self, parts: impl Iterator<Item = u32>) {
        self.keys.extend(parts);
    }

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        let parts = self.parts.capacity() * size_of::<Range<usize>>();
        self.bytes.capacity() + self.keys.capacity() * size_of::<u32>() + parts
    }

    /// Takes the reply of a part; true when all have come.
    pub(crate) fn add(&mut self, part: usize, reply: &[u8]) -> bool {
        match self.parts.get_mut(part) {
            Some(place) if place.start == place.end => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(reply);
                *place = start..self.bytes.len();
                self.missing -= 1;
                self.missing == 0
            }
            _ => false,
        }
    }

    /// Bytes of the replies that have come.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The replies, in the order of the parts.
    fn replies(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|part| self.bytes.get(part.clone()).unwrap_or_default())
    }

    /// Writes the reply. Where a part failed, it is the error of the first part that did.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>) {
        let has_failed = |reply: &&[u8]| matches!(reply.first(), Some(b'-' | b'!'));
        if let Some(failed) = self.replies().find(has_failed) {
            let succeeded = self.replies().find(|reply| !has_failed(reply));
            let chosen = if self.merge == Merge::OneOk { succeeded } else { None };
            return out.extend_from_slice(chosen.unwrap_or(failed));
        }
        self.write_merged(out);
    }

    fn write_merged(&mut self, out: &mut Vec<u8>) {
        match self.merge {
            Merge::Sum => match self.numbers() {
                Some(numbers) => integer(out, numbers.iter().sum()),
                None => unlike(out),
            },
            Merge::Min | Merge::And => self.place_by_place(out),
            Merge::Union => self.union(out),
            Merge::ByKey => self.by_key(out),
            Merge::Cursor => self.cursor(out),
            Merge::First => {
                let value = self.replies().find(|reply| Value::of(reply) != Some(Value::Null));
                out.extend_from_slice(value.or(self.replies().next()).unwrap_or(b"_\r\n"));
            }
            _ => out.extend_from_slice(self.replies().next().unwrap_or(b"_\r\n")),
        }
    }

    fn numbers(&self) -> Option<Vec<i64>> {
        let number = |reply| match Value::of(reply) {
            Some(Value::Integer(number)) => Some(number),
            _ => None,
        };
        self.replies().map(number).collect()
    }

    /// A value a key, each from the part that its key is in: a part begins with the next of its values.
    fn by_key(&mut self, out: &mut Vec<u8>) {
        for part in &mut self.parts {
            let Some(Value::Array(values)) = self.bytes.get(part.clone()).and_then(Value::of) else {
                return unlike(out);
            };
            part.start = part.end - values.bytes().len();
        }
        let before = out.len();
        out.reserve(self.bytes.len() + 8);
        array(out, self.keys.len());
        for key in &self.keys {
            let part = self.parts.get_mut(*key as usize);
            let value = part.and_then(|part| {
                let value = first_value(self.bytes.get(part.clone())?)?;
                part.start += value.len();
                Some(value)
            });
            let Some(value) = value else {
                out.truncate(before);
                return unlike(out);
            };
            out.extend_from_slice(value);
        }
    }

    /// The server's cursor, and which server: the next where this one is done.
    fn cursor(&self, out: &mut Vec<u8>) {
        let (Some((at, servers)), Some(Value::Array(mut values))) =
            (self.scan, self.replies().next().and_then(Value::of))
        else {
            return unlike(out);
        };
        let Some(Value::Bulk(cursor)) = values.next().and_then(Value::of) else { return unlike(out) };
        let cursor = std::str::from_utf8(cursor).ok().and_then(|text| text.parse().ok());
        let next = cursor.and_then(|cursor| at.answered(cursor, servers).ok());
        let (Some(next), Some(keys)) = (next, values.next()) else { return unlike(out) };
        array(out, 2);
        bulk(out, next.to_string().as_bytes());
        out.extend_from_slice(keys);
    }

    fn union(&self, out: &mut Vec<u8>) {
        let values = self.replies().map(|reply| match Value::of(reply) {
            Some(Value::Array(values)) => Some(values),
            _ => None,
        });
        let Some(values) = values.collect::<Option<Vec<_>>>() else { return unlike(out) };
        array(out, values.iter().map(keyhome_resp::Values::len).sum());
        values.into_iter().flatten().for_each(|value| out.extend_from_slice(value));
    }

    /// The smallest number, or in lists the smallest at each place: for numbers that are 0 or 1 that is "and".
    fn place_by_place(&self, out: &mut Vec<u8>) {
        if let Some(numbers) = self.numbers() {
            return integer(out, numbers.into_iter().min().unwrap_or_default());
        }
        let lists = self.replies().map(|reply| match Value::of(reply) {
            Some(Value::Array(values)) => values
                .map(|value| match Value::of(value) {
                    Some(Value::Integer(number)) => Some(number),
                    _ => None,
                })
                .collect::<Option<Vec<i64>>>(),
            _ => None,
        });
        let Some(lists) = lists.collect::<Option<Vec<_>>>() else { return unlike(out) };
        let length = lists.iter().map(Vec::len).min().unwrap_or_default();
        array(out, length);
        for place in 0..length {
            integer(out, lists.iter().map(|list| list[place]).min().unwrap_or_default());
        }
    }
}

/// The servers are of versions that do not answer alike.
fn unlike(out: &mut Vec<u8>) {
    error(out, "ERR the servers' replies are not alike and cannot become one");
}
