//! Which stretch of positions is whose, to be drawn.

use alloc::vec::Vec;

use serde::Serialize;

use super::Router;
use crate::{error::Error, key::SLOTS, placement::Placement, router::locate::Homeless, words::words};

words! {
    /// What positions are.
    Positions {
        /// Hash values. Entry `i` is the ring's point `i`, so [`Step::Point`](super::Step::Point) names it.
        Ring = "ring",
        /// Places in modula's list: hashes modulo its length.
        List = "list",
        /// Slots of Redis Cluster.
        Slots = "slots",
        /// Sums of UTF-16 code units modulo the number of live nodes.
        Sum = "sum",
        /// There is one, since there is one node and nothing is hashed.
        OnlyNode = "only_node",
    }
}

/// Which positions are whose: entry `i` ends with the position `ends[i]`, which belongs to it, and begins behind the one
/// before it, the first at 0. All of it is `owners[i]`'s.
///
/// A ring has an entry for each of its points, also beside another of the same node; what lies behind the last point
/// is the first one's. A point that equals the one before it, as some dialects have them, owns nothing. An entry ends
/// with the highest hash that meets the point: in dialects that search for the first point *above* a hash, which
/// twemproxy does not, that is one less than the point's own value. Of values of 128 bits, the highest 32 are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Arcs {
    /// What positions are.
    pub by: Positions,
    /// How many positions there are: 2^32 on a ring, the sum of the weights in a list, 16384 slots.
    pub size: u64,
    /// The last position of each entry, never falling.
    pub ends: Vec<u32>,
    /// The index of the node of each entry; [`NOBODY`](Self::NOBODY) for slots that no node has.
    pub owners: Vec<u32>,
}

impl Arcs {
    /// No node has this index: a pool has at most 65,535.
    pub const NOBODY: u32 = u32::MAX;
}

impl Router {
    /// Which stretch of positions is whose, in order: ring points, parts of a list, runs of slots. Nodes taken away by
    /// [`without`](Self::without) own none.
    ///
    /// Errors: `placement.random`.
    pub fn arcs(&self) -> Result<Arcs, Error> {
        let (by, entries) = match &self.placement {
            Placement::Ring(ring) => (Positions::Ring, ring.len()),
            Placement::WideRing(ring) => (Positions::Ring, ring.len()),
            Placement::Modula(modula) => (Positions::List, modula.nodes().len()),
            Placement::Slots(_) => (Positions::Slots, usize::from(SLOTS)),
            Placement::CharSum(nodes) => (Positions::Sum, nodes.len()),
            Placement::One => (Positions::OnlyNode, 1),
            Placement::Random => return Err(self.homeless(Homeless::Random)),
        };
        let mut ends: Vec<u32> = Vec::new();
        let mut owners: Vec<u32> = Vec::new();
        for at in 0..entries {
            let (end, owner) = match &self.placement {
                Placement::Ring(ring) => ring.point(at),
                Placement::WideRing(ring) => {
                    let (value, owner) = ring.point(at);
                    ((value >> 96) as u32, owner)
                }
                Placement::Modula(modula) => {
                    let (end, owner) = modula.part(at);
                    ((end - 1) as u32, owner)
                }
                Placement::Slots(slots) => (at as u32, slots.owner(at as u16).unwrap_or(u16::MAX)),
                Placement::CharSum(nodes) => (at as u32, nodes[at]),
                Placement::One | Placement::Random => (0, 0),
            };
            let owner = if owner == u16::MAX { Arcs::NOBODY } else { owner.into() };
            if by == Positions::Slots && owners.last() == Some(&owner) {
                ends.pop();
            } else {
                owners.push(owner);
            }
            ends.push(end);
        }
        let last = if by == Positions::Ring { u32::MAX } else { ends.last().copied().unwrap_or_default() };
        Ok(Arcs { by, size: u64::from(last) + 1, ends, owners })
    }
}
