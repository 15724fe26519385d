//! How a hash becomes a node.
//!
//! [`points`] makes the points of a ring from a rule and live nodes, [`ring`] searches them; [`modula`] is a list,
//! [`slots`] a table, [`charsum`] a sum. [`segments`] shows what is contiguous in any of them, which is all that
//! exact shares, diffs and fingerprints need to know.

pub(crate) mod charsum;
pub(crate) mod modula;
pub(crate) mod points;
pub(crate) mod ring;
pub(crate) mod segments;
pub(crate) mod slots;

use alloc::vec::Vec;

use crate::{
    dialect::{Order, Place, PointHash, Rule},
    topology::Member,
};
use modula::Modula;
use ring::Ring;
use slots::SlotTable;

/// A pool's nodes, made ready to be found. Owners are indexes into the pool's nodes, in the order of the config.
#[derive(Debug, Clone)]
pub(crate) enum Placement {
    /// The only node of its pool: nothing is hashed.
    One,
    Ring(Ring<u32>),
    WideRing(Ring<u128>),
    Modula(Modula),
    Slots(SlotTable),
    /// The live nodes, in the order of the config.
    CharSum(Vec<u16>),
    Random,
}

impl Placement {
    /// `None`: the live nodes have not one ring point between them.
    pub(crate) fn new(rule: &Rule, members: &[Member], live: &[bool]) -> Option<Self> {
        let order = ordered(rule.order, members, live);
        Some(match &rule.place {
            Place::Slots => Self::Slots(SlotTable::new(members, live)),
            Place::CharSum => Self::CharSum(order),
            _ if members.len() == 1 => Self::One,
            Place::Random => Self::Random,
            Place::Modula { weighted } => Self::Modula(Modula::new(order, |index| {
                if *weighted { members[usize::from(index)].node.weight } else { 1 }
            })),
            Place::Ring(ring) if ring.point == PointHash::Md5Whole => {
                Self::WideRing(Ring::new(&points::make::<u128>(ring, members, &order), &order)?)
            }
            Place::Ring(ring) => Self::Ring(Ring::new(&points::make::<u32>(ring, members, &order), &order)?),
        })
    }
}

/// The live nodes in the order in which the rule takes them.
pub(crate) fn ordered(order: Order, members: &[Member], live: &[bool]) -> Vec<u16> {
    let mut nodes: Vec<u16> = (0..members.len() as u16).filter(|&node| live[usize::from(node)]).collect();
    if order == Order::NameLengthThenBytes {
        let name = |node: &u16| members[usize::from(*node)].node.name.as_bytes();
        nodes.sort_unstable_by(|a, b| (name(a).len(), name(a)).cmp(&(name(b).len(), name(b))));
    }
    nodes
}
