//! What moves, counted by old and new owner.

use alloc::{sync::Arc, vec, vec::Vec};

use super::{ExactMoves, Move, Router};
use crate::{share::Share, topology::ByName};

/// Counts by old and new owner: a table where that is small, else only the pairs that occur.
pub(super) struct Tally {
    old: Side,
    new: Side,
    table: Vec<Share>,
    /// By the place that they would have in the table, not necessarily once each.
    pairs: Vec<(usize, Share)>,
    /// How many pairs there may be before equal ones are summed.
    room: usize,
}

/// A table of this many counts takes 128 MB.
const TABLE_MAX: usize = 1 << 22;

/// The owners of one side by name, nobody first.
struct Side {
    names: Vec<Option<Arc<str>>>,
    /// Where in `names` each node is, by index.
    ranks: Vec<u32>,
}

impl Side {
    fn new(router: &Router) -> Self {
        let by_name = ByName::new(&router.pool.members);
        let mut names = vec![None];
        let mut ranks = vec![0; by_name.sorted().len()];
        for (name, index) in by_name.sorted() {
            ranks[*index] = names.len() as u32;
            names.push(Some(Arc::from(*name)));
        }
        Self { names, ranks }
    }

    fn rank(&self, owner: Option<u16>) -> usize {
        owner.map_or(0, |owner| self.ranks[usize::from(owner)] as usize)
    }
}

impl Tally {
    pub(super) fn new(old: &Router, new: &Router) -> Self {
        let (old, new) = (Side::new(old), Side::new(new));
        let cells = old.names.len().saturating_mul(new.names.len());
        let table = if cells <= TABLE_MAX { vec![Share::ZERO; cells] } else { Vec::new() };
        Self { old, new, table, pairs: Vec::new(), room: TABLE_MAX }
    }

    /// Counts values; `None` is nobody.
    pub(super) fn add(&mut self, old: Option<u16>, new: Option<u16>, share: Share) {
        let place = self.old.rank(old) * self.new.names.len() + self.new.rank(new);
        if let Some(cell) = self.table.get_mut(place) {
            *cell += share;
            return;
        }
        self.pairs.push((place, share));
        if self.pairs.len() > self.room {
            self.sum_pairs();
            // Where most pairs differ, twice as many are collected before the next time.
            self.room = TABLE_MAX.max(2 * self.pairs.len());
        }
    }

    /// Leaves each pair once, sorted.
    fn sum_pairs(&mut self) {
        self.pairs.sort_unstable_by_key(|(place, _)| *place);
        self.pairs.dedup_by(|(place, share), (kept, sum)| {
            let same = place == kept;
            if same {
                *sum += *share;
            }
            same
        });
    }

    /// What moves of `range`: sorted, since places are.
    pub(super) fn moves(mut self, range: Share) -> ExactMoves {
        self.sum_pairs();
        let mut found = ExactMoves { range, moves: Vec::new(), stays: Share::ZERO };
        for (place, share) in self.table.iter().enumerate() {
            self.found(place, *share, &mut found);
        }
        for (place, share) in &self.pairs {
            self.found(*place, *share, &mut found);
        }
        found
    }

    fn found(&self, place: usize, share: Share, found: &mut ExactMoves) {
        if share == Share::ZERO {
            return;
        }
        let width = self.new.names.len();
        let (from, to) = (&self.old.names[place / width], &self.new.names[place % width]);
        if from == to {
            found.stays += share;
        } else {
            found.moves.push(Move { from: from.clone(), to: to.clone(), share });
        }
    }
}
