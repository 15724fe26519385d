//! One reply made of those of several servers.

use std::ops::Range;

use keyhome::command::{Merge, ScanCursor};
use keyhome_resp::{Value, array, bulk, error, integer};

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
    /// For `parts` parts. `keys` says which part each key is in, where the reply has a value a key.
    pub(crate) fn new(merge: Merge, parts: usize, keys: Vec<u32>) -> Self {
        Self { merge, bytes: Vec::new(), parts: vec![0..0; parts], missing: parts, keys, scan: None }
    }

    /// For the reply of the server that a scan is at.
    pub(crate) fn of_scan(at: ScanCursor, servers: usize) -> Self {
        Self { scan: Some((at, servers)), ..Self::new(Merge::Cursor, 1, Vec::new()) }
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
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let failed = self.replies().find(|reply| matches!(reply.first(), Some(b'-' | b'!')));
        let succeeded = self.replies().find(|reply| !matches!(reply.first(), Some(b'-' | b'!')));
        match (self.merge, failed, succeeded) {
            (Merge::OneOk, _, Some(reply)) => out.extend_from_slice(reply),
            (_, Some(failed), _) => out.extend_from_slice(failed),
            _ => self.write_merged(out),
        }
    }

    fn write_merged(&self, out: &mut Vec<u8>) {
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

    /// A value a key, each from the part that its key is in.
    fn by_key(&self, out: &mut Vec<u8>) {
        let values = self.replies().map(|reply| match Value::of(reply) {
            Some(Value::Array(values)) => Some(values),
            _ => None,
        });
        let Some(mut values) = values.collect::<Option<Vec<_>>>() else { return unlike(out) };
        let before = out.len();
        array(out, self.keys.len());
        for part in &self.keys {
            let Some(value) = values.get_mut(*part as usize).and_then(Iterator::next) else {
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
