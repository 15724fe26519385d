//! Who owns which slots: the common end of all three replies.

use alloc::{format, string::String, vec::Vec};
use core::ops::RangeInclusive;

use keyhome_core::{Dialect, Error, Member, Node, Options, Replica, Router};

use super::unreadable;
use crate::{document::Place, wording::quote};

/// Primaries, as a reply tells of them.
#[derive(Debug, Default)]
pub(super) struct Owners {
    owners: Vec<Owner>,
    /// Their numbers, in the order of their addresses.
    by_address: Vec<usize>,
}

/// A primary that owns slots.
#[derive(Debug)]
struct Owner {
    member: Member,
    id: Option<String>,
    place: Option<Place>,
}

impl Owners {
    /// Adds the primary at `address`, and gives its number. A reply can name a primary once for each of its ranges,
    /// but two primaries of different ids cannot be at one address.
    pub(super) fn primary(
        &mut self,
        address: String,
        id: Option<&str>,
        place: Option<Place>,
    ) -> Result<usize, Error> {
        let address_of = |number: &usize| self.owners.get(*number).map(|owner| &*owner.member.node.address);
        let position = self.by_address.partition_point(|number| address_of(number) < Some(&address));
        let known = self.by_address.get(position).copied();
        let Some(number) = known.filter(|number| address_of(number) == Some(&address)) else {
            let number = self.owners.len();
            let member = Member::from(Node::new(address.clone(), address));
            self.owners.push(Owner { member, id: id.map(String::from), place });
            self.by_address.insert(position, number);
            return Ok(number);
        };
        if self.owners.get(number).is_some_and(|owner| owner.id.as_deref() == id) {
            return Ok(number);
        }
        let error = unreadable(format!("two primaries are at {}", quote(&address)));
        Err(match place {
            Some(place) => place.of(error),
            None => error,
        })
    }

    /// Gives slots to a primary.
    pub(super) fn give(&mut self, number: usize, slots: impl IntoIterator<Item = RangeInclusive<u16>>) {
        if let Some(owner) = self.owners.get_mut(number) {
            owner.member.slots.extend(slots);
        }
    }

    /// Adds a replica of a primary, if it was not named yet.
    pub(super) fn replica(&mut self, number: usize, address: String) {
        let replicas = self.owners.get_mut(number).map(|owner| &mut owner.member.node.replicas);
        if let Some(replicas) =
            replicas.filter(|replicas| replicas.iter().all(|other| other.address != address))
        {
            replicas.push(Replica::new(address));
        }
    }

    /// The router, with the nodes in the order of their lowest slot.
    pub(super) fn router(self) -> Result<Router, Error> {
        // Lowest slot and number in one word: words are sorted for rings too, and each type that is sorted weighs.
        let mut order: Vec<u64> = Vec::new();
        for (number, owner) in self.owners.iter().enumerate() {
            if let Some(lowest) = owner.member.slots.iter().map(|range| *range.start()).min() {
                order.push(u64::from(lowest) << 32 | number as u64);
            }
        }
        if order.is_empty() {
            return Err(unreadable("nobody owns a slot in it"));
        }
        order.sort_unstable();
        let (mut places, mut members) = (Vec::new(), Vec::new());
        for owner in order.into_iter().filter_map(|word| self.owners.get(word as u32 as usize)) {
            places.push(owner.place);
            members.push(owner.member.clone());
        }
        Router::new(Dialect::REDIS_CLUSTER, &Options::new(), members).map_err(|error| {
            match error.position().and_then(|position| places.get(position).copied().flatten()) {
                Some(place) => place.of(error),
                None => error,
            }
        })
    }
}
