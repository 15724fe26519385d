//! What a change of pools moves.

use alloc::{string::String, sync::Arc, vec::Vec};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Router, lists, tally::Tally};
use crate::{
    placement::{Placement, segments::Segment},
    share::Share,
    topology::ByName,
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
        let names = ByName::new(&new.pool.members);
        let mut changes = Vec::new();
        for node in self.nodes() {
            let Some(index) = names.index(&node.name) else { continue };
            let after = &new.nodes()[index];
            if after.address != node.address {
                let (node, old, new) = (node.name.clone(), node.address.clone(), after.address.clone());
                changes.push(AddressChange { node, old, new });
            }
        }
        changes
    }

    fn exact_moves(&self, new: &Router) -> Option<ExactMoves> {
        let mut tally = Tally::new(self, new);
        let range = match (self.only_home(), new.only_home()) {
            (Some(old), Some(new_home)) => {
                let range = self.range().or_else(|| new.range()).unwrap_or(Share::of_bits(32));
                tally.add(Some(old), Some(new_home), range);
                range
            }
            (None, None) => {
                let range = self.range()?;
                self.compare(new, range, &mut tally)?;
                range
            }
            (before, after) => {
                // Whatever the side of many homes gives to a node moves from or to the only home of the other.
                let many = if before.is_none() { self } else { new };
                let (shares, nobody) = many.exact_shares()?;
                for (owner, share) in shares.into_iter().enumerate() {
                    let owner = Some(owner as u16);
                    tally.add(before.or(owner), after.or(owner), share);
                }
                tally.add(before, after, nobody);
                many.range()?
            }
        };
        Some(tally.moves(range))
    }

    /// Adds up what both sides do with each value of one key hash.
    fn compare(&self, new: &Router, range: Share, tally: &mut Tally) -> Option<()> {
        let (a, b) = (&self.pool.rule.key, &new.pool.rule.key);
        if a.tag != b.tag || a.hash != b.hash {
            return None;
        }
        if let (Placement::Modula(before), Placement::Modula(after)) = (&self.placement, &new.placement) {
            if self.nodes().len().saturating_mul(new.nodes().len()) > PAIRS_MAX {
                return None;
            }
            lists::compare(before, after, range.of_list(), |old, new, count| {
                tally.add(Some(old), Some(new), Share::new(count.into()));
            });
            return Some(());
        }
        let highest = range.highest();
        let (mut old, mut new) = (self.placement.segments(highest)?, new.placement.segments(highest)?);
        let (mut a, mut b) = (old.next()?, new.next()?);
        loop {
            let both = Segment { first: a.first.max(b.first), last: a.last.min(b.last), owner: None };
            tally.add(a.owner, b.owner, both.share());
            if both.last == highest {
                return Some(());
            }
            if a.last == both.last {
                a = old.next()?;
            }
            if b.last == both.last {
                b = new.next()?;
            }
        }
    }
}

/// Two lists of so many nodes that more pairs than this could move are not compared value by value: nobody reads the
/// answer, and it would take gigabytes.
const PAIRS_MAX: usize = 1 << 23;

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
