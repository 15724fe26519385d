//! Shares and moves, counted from the gaps between points, or value by value where there are few enough values.

use std::collections::BTreeMap;

use super::{Table, Twin};

/// A count of hash values; `None` is 2^128, which does not fit.
pub type Count = Option<u128>;

/// Counts of hash values by who owns them before and after, by name; nobody is `None`.
pub type Moves = BTreeMap<(Option<String>, Option<String>), u128>;

/// What lists are compared by: up to this many values, each is looked at.
const FEW: u128 = 1 << 16;

impl Twin {
    /// How many values the key hash has: 2^32, 2^15, 2^128 or the slots.
    pub fn range(&self) -> Count {
        match (&self.table, self.key_hash()) {
            (Table::Slots(_), _) => Some(16384),
            (_, "crc32" | "crc") => Some(1 << 15),
            (_, "md5_128") => None,
            _ => Some(1 << 32),
        }
    }

    fn highest(&self) -> u128 {
        self.range().map_or(u128::MAX, |range| range - 1)
    }

    /// The last value of each run of values that surely has one owner; the very last one is the highest value.
    fn last_values(&self) -> Vec<u128> {
        let highest = self.highest();
        let mut last_values: Vec<u128> = match &self.table {
            Table::Ring(ring) => {
                let last = |value: u128| if ring.above { value.checked_sub(1) } else { Some(value) };
                ring.points.iter().filter_map(|point| last(point.0)).filter(|last| *last < highest).collect()
            }
            Table::Slots(_) => (0..highest).collect(),
            _ => vec![],
        };
        last_values.push(highest);
        last_values.sort_unstable();
        last_values.dedup();
        last_values
    }

    /// The length of a list; that of a pool of one node is 1.
    fn list_length(&self) -> Option<u128> {
        match &self.table {
            Table::List(parts) => Some(parts.iter().map(|part| part.1 as u128).sum()),
            Table::One => Some(1),
            _ => None,
        }
    }

    /// The owner of a hash value or a slot.
    fn owner_of(&self, value: u128) -> Option<usize> {
        match &self.table {
            Table::Slots(owners) => owners[value as usize],
            _ => Some(self.owner(value)),
        }
    }

    /// How many values each node owns, and nobody. Not for charsum.
    pub fn shares(&self) -> (Vec<Count>, u128) {
        let mut shares = vec![Some(0_u128); self.pool.nodes.len()];
        let mut nobody = 0;
        if let Table::List(parts) = &self.table {
            let range = self.range().unwrap_or_default();
            let total: u64 = parts.iter().map(|part| part.1).sum();
            let mut start = 0;
            for (node, weight) in parts {
                let end = start + *weight as u128;
                shares[*node] = Some(values_with_rest(range, total as u128, start, end));
                start = end;
            }
            return (shares, nobody);
        }
        let mut before = None;
        for last in self.last_values() {
            let count = last - before.unwrap_or(0) + u128::from(before.is_none() && last < u128::MAX);
            let whole = before.is_none() && last == u128::MAX;
            before = Some(last);
            match self.owner_of(last) {
                None => nobody += count,
                Some(node) if whole => shares[node] = None,
                Some(node) => {
                    // From 0 to 2^128 - 1 in several runs of one owner: the sum wraps to 0, and is 2^128.
                    let sum = shares[node].unwrap_or(0);
                    shares[node] = sum.checked_add(count);
                }
            }
        }
        (shares, nobody)
    }

    /// What moves from this pool to `new`, and what stays (from equals to). Rings of 32 bits, slot maps, lists.
    pub fn moves(&self, new: &Twin) -> Moves {
        let mut moves = Moves::new();
        let mut add = |a: Option<usize>, b: Option<usize>, count: u128| {
            let name = |twin: &Twin, node: Option<usize>| node.map(|node| twin.pool.nodes[node].name.clone());
            if count > 0 {
                *moves.entry((name(self, a), name(new, b))).or_default() += count;
            }
        };
        let range = self.range().unwrap_or_default();
        if range <= FEW {
            for value in 0..range {
                add(self.owner_of(value), new.owner_of(value), 1);
            }
        } else if let (Some(old_length), Some(new_length)) = (self.list_length(), new.list_length()) {
            let together = least_common_multiple(old_length, new_length);
            for rest in 0..together {
                let count = values_with_rest(range, together, rest, rest + 1);
                add(self.owner_of(rest), new.owner_of(rest), count);
            }
        } else {
            let mut last_values = self.last_values();
            last_values.extend(new.last_values());
            last_values.sort_unstable();
            let mut next = 0;
            for last in last_values {
                if last >= next {
                    add(self.owner_of(last), new.owner_of(last), last - next + 1);
                    next = last + 1;
                }
            }
        }
        moves
    }
}

/// How many h in 0..range have start <= h mod total < end.
fn values_with_rest(range: u128, total: u128, start: u128, end: u128) -> u128 {
    let below = |rest: u128| range / total * rest + (range % total).min(rest);
    below(end) - below(start)
}

fn least_common_multiple(a: u128, b: u128) -> u128 {
    let mut multiple = a;
    while !multiple.is_multiple_of(b) {
        multiple += a;
    }
    multiple
}
