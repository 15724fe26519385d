//! What is contiguous: runs of hash values of one owner. Shares, diffs and fingerprints are sums over runs.

use super::{Placement, points::PointValue, ring::Ring, slots::SlotTable};

/// A run of hash values: from after the run before, up to and with `last`, owned by `owner` or by nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) last: u128,
    pub(crate) owner: Option<u16>,
}

impl Placement {
    /// The runs of a ring or a slot table over `0..=highest`, neighbours of one owner merged, ascending, the last one
    /// ending at `highest`. `None` for what has no runs.
    pub(crate) fn segments(&self, highest: u128) -> Option<impl Iterator<Item = Segment> + '_> {
        let (ring, wide, slots) = match self {
            Self::Ring(ring) => (Some(ring_segments(ring, highest)), None, None),
            Self::WideRing(ring) => (None, Some(ring_segments(ring, highest)), None),
            Self::Slots(slots) => (None, None, Some(slot_segments(slots))),
            Self::One | Self::Modula(_) | Self::CharSum(_) | Self::Random => return None,
        };
        let runs =
            ring.into_iter().flatten().chain(wide.into_iter().flatten()).chain(slots.into_iter().flatten());
        Some(merged(runs))
    }
}

/// Each point owns what lies after the one before it; the first also what lies after the last.
fn ring_segments<V: PointValue>(ring: &Ring<V>, highest: u128) -> impl Iterator<Item = Segment> + '_ {
    let mut next = Some(0_u128);
    let end = core::iter::once((highest, ring.point(0).1));
    ring.points().map(|(value, owner)| (value.into(), owner)).chain(end).filter_map(move |(value, owner)| {
        let first = next?;
        let last = value.min(highest);
        if last < first {
            return None;
        }
        next = if last == highest { None } else { Some(last + 1) };
        Some(Segment { last, owner: Some(owner) })
    })
}

fn slot_segments(slots: &SlotTable) -> impl Iterator<Item = Segment> + '_ {
    slots.owners().enumerate().map(|(slot, owner)| Segment { last: slot as u128, owner })
}

fn merged(runs: impl Iterator<Item = Segment>) -> impl Iterator<Item = Segment> {
    let mut runs = runs.peekable();
    core::iter::from_fn(move || {
        let mut run = runs.next()?;
        while let Some(next) = runs.next_if(|next| next.owner == run.owner) {
            run = next;
        }
        Some(run)
    })
}
