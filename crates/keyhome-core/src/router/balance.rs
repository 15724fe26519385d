//! How much each node owns, exactly.

use alloc::{string::String, vec, vec::Vec};

use serde::Serialize;

use super::Router;
use crate::{placement::Placement, share::Share};

/// How many of the values that the key hash can give each node owns.
///
/// Equal keys being equally likely, or an empty key hashing to 0, is no part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Balance {
    /// How many values the key hash can give: 2^32, or fewer for a hash with fewer bits; slots for redis-cluster.
    /// `None` for what has no exact shares: charsum and random.
    pub range: Option<Share>,
    /// The nodes in the order of the config.
    pub shares: Vec<NodeShare>,
    /// Slots that nobody owns; redis-cluster alone has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncovered: Option<Share>,
}

/// What one node owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeShare {
    /// The node's name.
    pub node: String,
    /// How many values; `None` where there are no exact shares.
    pub share: Option<Share>,
}

impl Router {
    /// How much each node owns, exactly: a ring's arcs, modula's residues, slots.
    pub fn balance(&self) -> Balance {
        let counted = self.exact_shares();
        let (range, uncovered) = match &counted {
            Some((_, nobody)) => {
                (self.range(), matches!(self.placement, Placement::Slots(_)).then_some(*nobody))
            }
            None => (None, None),
        };
        let share = |index: usize| counted.as_ref().map(|(shares, _)| shares[index]);
        let shares = self.pool.nodes.iter().enumerate();
        let shares = shares.map(|(index, node)| NodeShare { node: node.name.clone(), share: share(index) });
        Balance { range, shares: shares.collect(), uncovered }
    }

    /// How many values the key hash can give; `None` where that says nothing about nodes.
    pub(super) fn range(&self) -> Option<Share> {
        match &self.placement {
            Placement::CharSum(_) | Placement::Random => None,
            _ => Some(Share::of_bits(self.pool.rule.key.hash.algorithm().bits())),
        }
    }

    /// Values by node, and those of nobody.
    pub(super) fn exact_shares(&self) -> Option<(Vec<Share>, Share)> {
        let range = self.range()?;
        let mut shares = vec![Share::ZERO; self.pool.nodes.len()];
        let mut nobody = Share::ZERO;
        if let Some(segments) = self.placement.segments(range.highest()) {
            for segment in segments {
                match segment.owner {
                    Some(owner) => shares[usize::from(owner)] += segment.share(),
                    None => nobody += segment.share(),
                }
            }
        } else if let Placement::Modula(modula) = &self.placement {
            for (owner, count) in modula.shares(range.of_list()) {
                shares[usize::from(owner)] = Share::new(count.into());
            }
        } else {
            shares[0] = range;
        }
        Some((shares, nobody))
    }
}
