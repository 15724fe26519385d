//! What a change of pools moves.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::ops::Range;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::Router;
use crate::{
    placement::{Placement, modula::Modula},
    share::Share,
};

/// What changing from one router to another moves. Nodes pair by name.
///
/// In JSON: `exact`; where it is true `range`, `moves` (`from`, `to`, `share`) and `stays`; always `addresses`
/// (`node`, `old`, `new`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diff {
    /// Every hash value counted once, where both routers can be compared that way; else keys must be sampled.
    pub exact: Option<ExactMoves>,
    /// Names that both sides have at different addresses, in the order of the old side.
    pub addresses: Vec<AddressChange>,
}

/// Every value of the key hash, counted once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExactMoves {
    /// How many values there are.
    pub range: Share,
    /// What moves, by names, sorted.
    pub moves: Vec<Move>,
    /// What stays where it is, the values that are nobody's before and after included.
    pub stays: Share,
}

/// Values that change hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// The old owner's name; `None`: nobody had the slot.
    pub from: Option<Arc<str>>,
    /// The new owner's name; `None`: nobody has the slot.
    pub to: Option<Arc<str>>,
    /// How many values.
    pub share: Share,
}

/// A node that both sides have, at different addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AddressChange {
    /// Its name.
    pub node: String,
    /// Its address before.
    pub old: String,
    /// Its address after.
    pub new: String,
}

impl Router {
    /// What changing from this router to `new` moves.
    ///
    /// Exact between two rings or two modula lists of one key hash, sign and tag rule; between two slot maps; from or
    /// to a pool of one node. Otherwise, and between modula lists of more than some 2,900 nodes each, where the pairs
    /// that move could not be listed, only the addresses are compared: see [`SampledDiff`](super::SampledDiff).
    pub fn diff(&self, new: &Router) -> Diff {
        Diff { exact: self.exact_moves(new), addresses: self.address_changes(new) }
    }

    fn address_changes(&self, new: &Router) -> Vec<AddressChange> {
        let after: BTreeMap<&str, &str> =
            new.pool.nodes.iter().map(|node| (node.name.as_str(), node.address.as_str())).collect();
        let changed = |node: &crate::Node| {
            let address = *after.get(node.name.as_str())?;
            (address != node.address).then(|| AddressChange {
                node: node.name.clone(),
                old: node.address.clone(),
                new: address.to_string(),
            })
        };
        self.pool.nodes.iter().filter_map(changed).collect()
    }

    fn exact_moves(&self, new: &Router) -> Option<ExactMoves> {
        let mut tally = Tally::new(self.nodes().len(), new.nodes().len());
        let range = match (self.only_home(), new.only_home()) {
            (Some(old), Some(new_home)) => {
                let range = self.range().or_else(|| new.range()).unwrap_or(Share::of_bits(32));
                tally.add(Some(old), Some(new_home), range);
                range
            }
            (Some(old), None) => {
                let (shares, nobody) = new.exact_shares()?;
                shares
                    .iter()
                    .enumerate()
                    .for_each(|(to, share)| tally.add(Some(old), Some(to as u16), *share));
                tally.add(Some(old), None, nobody);
                new.range()?
            }
            (None, Some(new_home)) => {
                let (shares, nobody) = self.exact_shares()?;
                shares
                    .iter()
                    .enumerate()
                    .for_each(|(from, share)| tally.add(Some(from as u16), Some(new_home), *share));
                tally.add(None, Some(new_home), nobody);
                self.range()?
            }
            (None, None) => {
                let (a, b) = (&self.pool.rule.key, &new.pool.rule.key);
                if a.tag != b.tag || a.hash != b.hash {
                    return None;
                }
                let range = self.range()?;
                if let (Placement::Modula(before), Placement::Modula(after)) =
                    (&self.placement, &new.placement)
                {
                    if self.nodes().len().saturating_mul(new.nodes().len()) > PAIRS_MAX {
                        return None;
                    }
                    compare_lists(before, after, range.count()?, &mut tally);
                } else {
                    self.compare_segments(new, range, &mut tally)?;
                }
                range
            }
        };
        Some(tally.by_name(self, new, range))
    }

    fn compare_segments(&self, new: &Router, range: Share, tally: &mut Tally) -> Option<()> {
        let mut old = self.placement.segments(range.highest())?.peekable();
        let mut new = new.placement.segments(range.highest())?.peekable();
        let mut next = Some(0_u128);
        while let (Some(first), Some(a), Some(b)) = (next, old.peek().copied(), new.peek().copied()) {
            let last = a.last.min(b.last);
            tally.add(a.owner, b.owner, Share::new(last - first) + Share::new(1));
            if a.last == last {
                old.next();
            }
            if b.last == last {
                new.next();
            }
            next = last.checked_add(1);
        }
        Some(())
    }
}

/// Two lists repeat together after the least common multiple of their lengths: one such round is walked, run by run of
/// the longer list, and counted as often as it fits the range; what the last round gives is counted on the way.
fn compare_lists(old: &Modula, new: &Modula, range: u128, tally: &mut Tally) {
    let (a, b) = (u128::from(old.total()), u128::from(new.total()));
    let together = a / greatest_common_divisor(a, b) * b;
    let (rounds, rest) = (range / together, range % together);
    // Hash values below `rest` occur once more often than the others of a round.
    for (start, end, times) in [(0, rest, rounds + 1), (rest, together.min(range), rounds)] {
        if times == 0 {
            continue;
        }
        if a > b {
            count_runs(old, new, start..end, |of_old, of_new, count| {
                tally.add(Some(of_old), Some(of_new), Share::new(count * times));
            });
        } else {
            count_runs(new, old, start..end, |of_new, of_old, count| {
                tally.add(Some(of_old), Some(of_new), Share::new(count * times));
            });
        }
    }
}

/// Counts the hash values of a range by their owners in a long and a short list. A run of the long list that is longer
/// than the short list has parts is counted part by part, not value by value.
fn count_runs(long: &Modula, short: &Modula, values: Range<u128>, mut each: impl FnMut(u16, u16, u128)) {
    let long_parts: Vec<(u128, u16)> = long.parts().map(|(end, owner)| (u128::from(end), owner)).collect();
    let short_parts: Vec<(u128, u16)> = short.parts().map(|(end, owner)| (u128::from(end), owner)).collect();
    let (long_total, short_total) = (u128::from(long.total()), u128::from(short.total()));
    let mut at = values.start;
    let mut part = long.position_of_rest((at % long_total) as u32);
    while at < values.end {
        let (part_end, owner) = long_parts[part];
        let end = (at - at % long_total + part_end).min(values.end);
        if end - at > short_total {
            let mut start = 0;
            for &(part_end, of_short) in &short_parts {
                let below = |value: u128| {
                    let (rounds, rest) = (value / short_total, value % short_total);
                    rounds * (part_end - start) + (rest.min(part_end) - rest.min(start))
                };
                each(owner, of_short, below(end) - below(at));
                start = part_end;
            }
        } else {
            let mut short_part = short.position_of_rest((at % short_total) as u32);
            while at < end {
                let (short_end, of_short) = short_parts[short_part];
                let step_end = (at - at % short_total + short_end).min(end);
                each(owner, of_short, step_end - at);
                at = step_end;
                short_part = if short_part + 1 == short_parts.len() { 0 } else { short_part + 1 };
            }
        }
        at = end;
        part = if part + 1 == long_parts.len() { 0 } else { part + 1 };
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Counts by old and new owner: a table where that is small, else only the pairs that occur.
struct Tally {
    old: usize,
    new: usize,
    table: Vec<Share>,
    pairs: BTreeMap<(usize, usize), Share>,
}

/// A table of this many counts takes 128 MB.
const TABLE_MAX: usize = 1 << 22;

/// Two lists of so many nodes that more pairs than this could move are not compared value by value: nobody reads the
/// answer, and it would take gigabytes.
const PAIRS_MAX: usize = 1 << 23;

impl Tally {
    fn new(old: usize, new: usize) -> Self {
        let cells = (old + 1) * (new + 1);
        let table = if cells <= TABLE_MAX { vec![Share::ZERO; cells] } else { Vec::new() };
        Self { old, new, table, pairs: BTreeMap::new() }
    }

    /// `None`, nobody, is the last row and the last column.
    fn add(&mut self, old: Option<u16>, new: Option<u16>, share: Share) {
        let row = old.map_or(self.old, usize::from);
        let column = new.map_or(self.new, usize::from);
        match self.table.get_mut(row * (self.new + 1) + column) {
            Some(cell) => *cell += share,
            None => *self.pairs.entry((row, column)).or_default() += share,
        }
    }

    fn by_name(self, old: &Router, new: &Router, range: Share) -> ExactMoves {
        let names = |router: &Router| -> Vec<Arc<str>> {
            router.nodes().iter().map(|node| Arc::from(node.name.as_str())).collect()
        };
        let (old_names, new_names) = (names(old), names(new));
        let width = self.new + 1;
        let cells = self.table.into_iter().enumerate().map(|(at, share)| ((at / width, at % width), share));
        let mut moves = Vec::new();
        let mut stays = Share::ZERO;
        for ((row, column), share) in cells.chain(self.pairs).filter(|(_, share)| *share != Share::ZERO) {
            let (from, to) = (old_names.get(row).cloned(), new_names.get(column).cloned());
            if from == to {
                stays += share;
            } else {
                moves.push(Move { from, to, share });
            }
        }
        moves.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
        ExactMoves { range, moves, stays }
    }
}

impl Serialize for Diff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("exact", &self.exact.is_some())?;
        if let Some(ExactMoves { range, moves, stays }) = &self.exact {
            map.serialize_entry("range", range)?;
            map.serialize_entry("moves", moves)?;
            map.serialize_entry("stays", stays)?;
        }
        map.serialize_entry("addresses", &self.addresses)?;
        map.end()
    }
}
