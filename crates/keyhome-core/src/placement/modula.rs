//! A list in which each node stands as often as its weight says, kept as sums: weights of two thousand million cost
//! no more than weights of one.

use alloc::vec::Vec;

#[derive(Debug, Clone)]
pub(crate) struct Modula {
    /// The nodes in the order of the list.
    order: Vec<u16>,
    /// Where each node's part ends; the last is the length of the list.
    ends: Vec<u32>,
    total: u32,
    /// The length of every part, where all are of one length.
    each: Option<u32>,
}

impl Modula {
    /// `order` is not empty; parts are at least 1 long and sum to at most `u32::MAX`.
    pub(crate) fn new(order: Vec<u16>, part: impl Fn(u16) -> u32) -> Self {
        let mut total = 0_u32;
        let ends = order
            .iter()
            .map(|&node| {
                total += part(node);
                total
            })
            .collect();
        let first = part(order[0]);
        let each = order.iter().all(|&node| part(node) == first).then_some(first);
        Self { order, ends, total, each }
    }

    /// The place in the list of nodes that `hash` meets.
    #[inline]
    pub(crate) fn position(&self, hash: u32) -> usize {
        self.position_of_rest(hash % self.total)
    }

    /// The place in the list of nodes that a remainder meets; it is below [`total`](Self::total).
    #[inline]
    pub(crate) fn position_of_rest(&self, rest: u32) -> usize {
        match self.each {
            Some(each) => (rest / each) as usize,
            None => self.ends.partition_point(|end| *end <= rest),
        }
    }

    /// The node that owns `hash`.
    #[inline]
    pub(crate) fn owner(&self, hash: u32) -> u16 {
        self.order[self.position(hash)]
    }

    /// The length of the list.
    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    /// The nodes in order.
    pub(crate) fn nodes(&self) -> &[u16] {
        &self.order
    }

    /// Where the part at `position` ends, and whose it is.
    pub(crate) fn part(&self, position: usize) -> (u64, u16) {
        (u64::from(self.ends[position]), self.order[position])
    }

    /// How many of the hashes below `range` meet each part, in order: whole rounds of the list count it in full, the
    /// last round only as far as the range goes.
    pub(crate) fn shares(&self, range: u64) -> impl Iterator<Item = (u16, u64)> + '_ {
        let total = u64::from(self.total);
        let (rounds, rest) = (range / total, range % total);
        let mut start = 0;
        (0..self.order.len()).map(move |position| {
            let (end, owner) = self.part(position);
            let count = rounds * (end - start) + (end.min(rest) - start.min(rest));
            start = end;
            (owner, count)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_a_list_would(weights in prop::collection::vec(1..9_u32, 1..12), hash in any::<u32>()) {
            let order: Vec<u16> = (0..weights.len() as u16).rev().collect();
            let list: Vec<u16> =
                order.iter().flat_map(|&node| (0..weights[usize::from(node)]).map(move |_| node)).collect();
            let modula = Modula::new(order, |node| weights[usize::from(node)]);
            prop_assert_eq!(modula.owner(hash), list[hash as usize % list.len()]);
        }
    }

    #[test]
    fn weights_that_no_list_could_hold() {
        let modula = Modula::new(alloc::vec![0, 1, 2], |node| [2147483647, 2147483646, 2][usize::from(node)]);
        assert_eq!(modula.total(), u32::MAX);
        assert_eq!(modula.owner(2147483646), 0);
        assert_eq!(modula.owner(2147483647), 1);
        assert_eq!(modula.owner(4294967293), 2);
        assert_eq!(modula.owner(u32::MAX), 0);
    }
}
