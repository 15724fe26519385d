//! Who owns each of the 16384 slots.

use alloc::{boxed::Box, vec};

use crate::{key::SLOTS, topology::Member};

/// No node has this index: a pool has at most 65,535.
const NOBODY: u16 = u16::MAX;

#[derive(Debug, Clone)]
pub(crate) struct SlotTable(Box<[u16]>);

impl SlotTable {
    /// Slots of members that are not live are nobody's. Slots were checked: in range, no overlap.
    pub(crate) fn new(members: &[Member], live: &[bool]) -> Self {
        let mut owners = vec![NOBODY; usize::from(SLOTS)];
        for (node, member) in members.iter().enumerate().filter(|(node, _)| live[*node]) {
            for slot in member.slots.iter().flat_map(Clone::clone) {
                owners[usize::from(slot)] = node as u16;
            }
        }
        Self(owners.into_boxed_slice())
    }

    /// The owner of a slot below 16384.
    #[inline]
    pub(crate) fn owner(&self, slot: u16) -> Option<u16> {
        match self.0[usize::from(slot)] {
            NOBODY => None,
            node => Some(node),
        }
    }

    /// Whether every slot has an owner.
    pub(crate) fn is_full(&self) -> bool {
        !self.0.contains(&NOBODY)
    }
}
