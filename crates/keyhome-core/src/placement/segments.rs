//! What is contiguous: runs of hash values of one owner. Shares, diffs and fingerprints are sums over runs.

use super::Placement;
use crate::share::Share;

/// A run of hash values, `first` and `last` included, owned by `owner` or by nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first: u128,
    pub(crate) last: u128,
    pub(crate) owner: Option<u16>,
}

impl Segment {
    /// How many values it has.
    pub(crate) fn share(&self) -> Share {
        Share::new(self.last - self.first) + Share::new(1)
    }
}

/// The runs of a placement, ascending, neighbours of one owner merged.
pub(crate) struct Segments<'p> {
    placement: &'p Placement,
    highest: u128,
    /// The ring point or slot that is next.
    at: usize,
    /// The value that no run has reached yet.
    first: Option<u128>,
}

impl Placement {
    /// The runs of a ring or a slot table over `0..=highest`. `None` for what has no runs.
    pub(crate) fn segments(&self, highest: u128) -> Option<Segments<'_>> {
        match self {
            Self::Ring(_) | Self::WideRing(_) | Self::Slots(_) => {
                Some(Segments { placement: self, highest, at: 0, first: Some(0) })
            }
            Self::One | Self::Modula(_) | Self::CharSum(_) | Self::Random => None,
        }
    }
}

impl Segments<'_> {
    /// How far the next point or slot reaches, and whose it is: each point owns what lies after the one before it, the
    /// first also what lies after the last.
    fn reach(&self) -> (u128, Option<u16>) {
        let (last, owner) = match self.placement {
            Placement::Ring(ring) => {
                let (value, owner) = ring.point(self.at);
                (value.into(), Some(owner))
            }
            Placement::WideRing(ring) => {
                let (value, owner) = ring.point(self.at);
                (value, Some(owner))
            }
            Placement::Slots(slots) => (self.at as u128, slots.owner(self.at as u16)),
            _ => (self.highest, None),
        };
        (last.min(self.highest), owner)
    }
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        let first = self.first?;
        let mut run: Option<Segment> = None;
        while let Some(next) = self.first {
            let (last, owner) = self.reach();
            // A point that equals the one before it owns nothing.
            if last >= next {
                if run.is_some_and(|run| run.owner != owner) {
                    break;
                }
                run = Some(Segment { first, last, owner });
                self.first = (last < self.highest).then(|| last + 1);
            }
            self.at += 1;
        }
        run
    }
}
