//! Whether nodes can make a pool of a dialect. All of it is checked before anything is built.

use alloc::{format, vec::Vec};

use super::{Dialect, Options, Place, RingRule};
use crate::{
    error::{Error, ErrorKind},
    key::SLOTS,
    quote::{line, quote},
    topology::{ByName, Member},
};

/// The most nodes that a pool can have: their indexes fit 16 bits, with one value left for "nobody".
pub const NODES_MAX: usize = 65_535;

/// The most points that a ring can have.
pub const POINTS_MAX: u64 = 1 << 24;

impl Dialect {
    /// Whether `members` can make a pool. An error about one of them has its position; `field` names what is wrong
    /// with it.
    pub fn check(&self, options: &Options, members: &[Member]) -> Result<(), Error> {
        if members.is_empty() {
            return Err(
                Error::new(ErrorKind::ConfigEmpty, "no servers; at least one is needed").in_field("servers")
            );
        }
        if members.len() > NODES_MAX {
            let detail = format!("{} servers; at most {NODES_MAX} are taken", members.len());
            return Err(Error::new(ErrorKind::ConfigNodes, detail).in_field("servers"));
        }
        for (position, member) in members.iter().enumerate() {
            self.check_member(member).map_err(|error| error.at_position(position))?;
        }
        check_names(members)?;
        check_weights(members)?;
        match (self.rule)(options).place {
            Place::Ring(ring) => check_points(&ring, members),
            Place::Slots => check_slots(members),
            Place::Modula { .. } | Place::CharSum | Place::Random => Ok(()),
        }
    }

    fn check_member(&self, member: &Member) -> Result<(), Error> {
        let has_not = |what: &str| {
            Error::new(ErrorKind::ConfigOption, format!("the dialect `{}` has no {what}", self.id))
        };
        if member.node.name.is_empty() {
            return Err(Error::new(ErrorKind::ConfigServer, "the name is empty").in_field("name"));
        }
        if member.node.weight == 0 {
            let detail = "the weight is 0; at least 1 is accepted";
            return Err(Error::new(ErrorKind::ConfigWeight, detail).in_field("weight"));
        }
        if member.node.weight != 1 && !self.weights {
            let found =
                format!("weights, and {} has weight {}", quote(&member.node.name), member.node.weight);
            return Err(has_not(&found).in_field("weight"));
        }
        if !member.slots.is_empty() && !self.node_slots {
            return Err(has_not("slots").in_field("slots"));
        }
        if member.vnodes.is_some() && !self.node_vnodes {
            return Err(has_not("vnodes of a server").in_field("vnodes"));
        }
        Ok(())
    }
}

fn check_names(members: &[Member]) -> Result<(), Error> {
    let names = ByName::new(members);
    let mut earliest = None;
    for pair in names.sorted().windows(2) {
        let ((name, first), (other, position)) = (pair[0], pair[1]);
        if name == other && earliest.is_none_or(|(_, earliest)| position < earliest) {
            earliest = Some((first, position));
        }
    }
    let Some((first, position)) = earliest else { return Ok(()) };
    let first = &members[first].node;
    let detail = format!(
        "two servers are called {}: {} and {}; each needs a name of its own",
        quote(&first.name),
        line(&first.address),
        line(&members[position].node.address)
    );
    Err(Error::new(ErrorKind::ConfigName, detail).in_field("name").at_position(position))
}

fn check_weights(members: &[Member]) -> Result<(), Error> {
    let total: u64 = members.iter().map(|member| u64::from(member.node.weight)).sum();
    if total > u64::from(u32::MAX) {
        let detail = format!("the weights sum to {total}; at most {} is accepted", u32::MAX);
        return Err(Error::new(ErrorKind::ConfigWeight, detail).in_field("servers"));
    }
    Ok(())
}

/// Of a pool of one node no ring is made, but what is asked for must still be sane.
fn check_points(ring: &RingRule, members: &[Member]) -> Result<(), Error> {
    let everyone: Vec<u16> = (0..members.len() as u16).collect();
    let shape = ring.shape(members, &everyone);
    let points = members.iter().fold(0_u64, |sum, member| sum.saturating_add(shape.points(member)));
    let detail = match points {
        0 => format!("the ring has no points at all; from 1 to {POINTS_MAX} are accepted"),
        1..=POINTS_MAX => return Ok(()),
        _ => format!("the ring has {points} points; from 1 to {POINTS_MAX} are accepted"),
    };
    Err(Error::new(ErrorKind::ConfigPoints, detail).in_field("servers"))
}

fn check_slots(members: &[Member]) -> Result<(), Error> {
    let mut owners = alloc::vec![None; usize::from(SLOTS)];
    for (position, member) in members.iter().enumerate() {
        let wrong =
            |detail| Error::new(ErrorKind::ConfigSlots, detail).in_field("slots").at_position(position);
        for range in &member.slots {
            if range.is_empty() || *range.end() >= SLOTS {
                let detail =
                    format!("slots {}-{} are no range within 0-{}", range.start(), range.end(), SLOTS - 1);
                return Err(wrong(detail));
            }
            for slot in range.clone() {
                if let Some(owner) = owners[usize::from(slot)].replace(position)
                    && owner != position
                {
                    let detail = format!(
                        "slot {slot} belongs to both {} and {}",
                        quote(&members[owner].node.name),
                        quote(&member.node.name)
                    );
                    return Err(wrong(detail));
                }
            }
        }
    }
    Ok(())
}
