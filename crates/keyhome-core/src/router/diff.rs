//! What a change of pools moves.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec,
    vec::Vec,
};

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
    pub from: Option<String>,
    /// The new owner's name; `None`: nobody has the slot.
    pub to: Option<String>,
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
    /// to a pool of one node. Otherwise only the addresses are compared: see
    /// [`SampledDiff`](super::SampledDiff).
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
                if let (Placement::Modula(old), Placement::Modula(new)) = (&self.placement, &new.placement) {
                    compare_lists(old, new, range.count()?, &mut tally);
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

/// Two lists repeat together after the least common multiple of their lengths: one such round is walked, run by run,
/// and counted as often as it fits the range; what the last round gives is counted on the way.
fn compare_lists(old: &Modula, new: &Modula, range: u128, tally: &mut Tally) {
    let (a, b) = (u128::from(old.total()), u128::from(new.total()));
    let together = a / greatest_common_divisor(a, b) * b;
    let (rounds, rest) = (range / together, range % together);
    let end = if rounds == 0 { rest } else { together };
    let mut old = Runs::new(old);
    let mut new = Runs::new(new);
    let mut at = 0;
    while at < end {
        let to_rest = if at < rest { rest - at } else { end - at };
        let step = u128::from(old.left.min(new.left)).min(to_rest);
        let times = if at < rest { rounds + 1 } else { rounds };
        tally.add(Some(old.owner), Some(new.owner), Share::new(step * times));
        old.advance(step as u32);
        new.advance(step as u32);
        at += step;
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// The runs of a list, over and over.
struct Runs {
    list: Vec<(u32, u16)>,
    at: usize,
    left: u32,
    owner: u16,
}

impl Runs {
    fn new(modula: &Modula) -> Self {
        let mut start = 0;
        let list: Vec<(u32, u16)> =
            modula.parts().map(|(end, owner)| (end - core::mem::replace(&mut start, end), owner)).collect();
        let (left, owner) = list[0];
        Self { list, at: 0, left, owner }
    }

    fn advance(&mut self, step: u32) {
        self.left -= step;
        if self.left == 0 {
            self.at = if self.at + 1 == self.list.len() { 0 } else { self.at + 1 };
            (self.left, self.owner) = self.list[self.at];
        }
    }
}

/// Counts by old and new owner: a table where that is small, else only the pairs that occur.
struct Tally {
    old: usize,
    new: usize,
    table: Vec<Share>,
    pairs: BTreeMap<(usize, usize), Share>,
}

/// A table of this many counts takes 32 MB.
const TABLE_MAX: usize = 1 << 20;

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
        let name = |router: &Router, index: usize| router.nodes().get(index).map(|node| node.name.clone());
        let width = self.new + 1;
        let cells = self.table.into_iter().enumerate().map(|(at, share)| ((at / width, at % width), share));
        let mut moves = Vec::new();
        let mut stays = Share::ZERO;
        for ((row, column), share) in cells.chain(self.pairs).filter(|(_, share)| *share != Share::ZERO) {
            let (from, to) = (name(old, row), name(new, column));
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
