//! A ring of points, searched in a few nanoseconds whatever its size.
//!
//! The points lie sorted, values in one array, owners in another. The value range is cut into buckets of equal
//! width, and a table holds for each bucket the first point at or above its lower end. A look-up reads one entry of
//! the table and counts how many of the next few points lie below the hash: without a branch, since a branch on
//! hashes is one that no processor can predict. Where names or weak point hashes crowd a bucket, its rest is searched
//! by halves, so that no input makes a look-up slow.

use alloc::vec::Vec;

use super::points::PointValue;

/// How many points are compared at once.
const WINDOW: usize = 8;

/// Up to so many points there are half as many buckets, above a quarter: a smaller table that stays in the processor's
/// caches is then worth more than emptier buckets.
const LARGE: usize = 1 << 15;

#[derive(Debug, Clone)]
pub(crate) struct Ring<V> {
    /// Ascending; a window more at the end, of the highest value there is, so that every search ends.
    values: Vec<V>,
    /// The node of each point; at the end the first point's once more: past the last point it is the first.
    owners: Vec<u16>,
    /// For each bucket its first point; one more at the end.
    starts: Vec<u32>,
    shift: u32,
}

impl<V: PointValue> Ring<V> {
    /// From sorted points and the nodes that their ranks mean. `None` without points.
    pub(crate) fn new(points: &[V::Entry], order: &[u16]) -> Option<Self> {
        let owner = |point: &V::Entry| order[usize::from(V::rank(*point))];
        let first = owner(points.first()?);
        let wanted = if points.len() > LARGE { points.len() / 4 } else { points.len() / 2 };
        let bits = wanted.max(2).next_power_of_two().ilog2();
        let shift = V::BITS - bits;
        let mut values = Vec::with_capacity(points.len() + WINDOW);
        values.extend(points.iter().map(|point| V::value(*point)));
        values.extend([V::MAX; WINDOW]);
        let mut owners = Vec::with_capacity(points.len() + 1);
        owners.extend(points.iter().map(owner));
        owners.push(first);
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (at, point) in points.iter().enumerate() {
            let bucket = V::value(*point).top(shift);
            if starts.len() <= bucket {
                starts.resize(bucket + 1, at as u32);
            }
        }
        starts.resize((1 << bits) + 1, points.len() as u32);
        Some(Self { values, owners, starts, shift })
    }

    /// The point that `hash` meets: 0 to the number of points, the latter meaning the first again.
    #[inline]
    fn search(&self, hash: V) -> usize {
        let bucket = hash.top(self.shift);
        let at = self.starts[bucket] as usize;
        let below: usize = self.values[at..at + WINDOW].iter().map(|value| usize::from(*value < hash)).sum();
        if below == WINDOW { self.search_crowd(bucket, at + WINDOW, hash) } else { at + below }
    }

    #[cold]
    fn search_crowd(&self, bucket: usize, from: usize, hash: V) -> usize {
        let end = self.starts[bucket + 1] as usize;
        match self.values.get(from..end) {
            Some(rest) => from + rest.partition_point(|value| *value < hash),
            None => from,
        }
    }

    /// The node that owns `hash`.
    #[inline]
    pub(crate) fn owner(&self, hash: V) -> u16 {
        self.owners[self.search(hash)]
    }

    /// The position of the point that `hash` meets, 0 to the number of points less one.
    pub(crate) fn position(&self, hash: V) -> usize {
        let at = self.search(hash);
        if at == self.len() { 0 } else { at }
    }

    /// The number of points.
    pub(crate) fn len(&self) -> usize {
        self.values.len() - WINDOW
    }

    /// The value and the node of the point at `position`; past the last one the highest value and the first node.
    pub(crate) fn point(&self, position: usize) -> (V, u16) {
        (self.values[position], self.owners[position])
    }

    /// The nodes of the points in order.
    pub(crate) fn owners(&self) -> &[u16] {
        &self.owners[..self.len()]
    }

    /// Every point in order.
    pub(crate) fn points(&self) -> impl Iterator<Item = (V, u16)> + '_ {
        self.values[..self.len()].iter().copied().zip(self.owners.iter().copied())
    }

    /// Bytes that the points and their index take.
    pub(crate) fn bytes(&self) -> usize {
        self.values.len() * size_of::<V>() + self.owners.len() * 2 + self.starts.len() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule in one line: the first point at or above the hash, else the first of all.
    fn naive(points: &[(u32, u16)], hash: u32) -> u16 {
        points.iter().find(|point| point.0 >= hash).unwrap_or(&points[0]).1
    }

    fn check(mut points: Vec<(u32, u16)>, hashes: &[u32]) {
        points.sort_unstable();
        let order: Vec<u16> = (0..8).collect();
        let entries: Vec<u64> = points.iter().map(|(value, rank)| value.entry(*rank)).collect();
        let ring = Ring::<u32>::new(&entries, &order).unwrap();
        let edges =
            points.iter().flat_map(|point| [point.0.wrapping_sub(1), point.0, point.0.wrapping_add(1)]);
        for hash in edges.chain(hashes.iter().copied()).chain([0, 1, u32::MAX - 1, u32::MAX]) {
            assert_eq!(ring.owner(hash), naive(&points, hash), "hash {hash} in {points:?}");
            assert_eq!(ring.point(ring.position(hash)).1, naive(&points, hash));
        }
    }

    proptest! {
        #[test]
        fn spread_points(points in prop::collection::vec((any::<u32>(), 0..8_u16), 1..300),
                         hashes in prop::collection::vec(any::<u32>(), 20)) {
            check(points, &hashes);
        }

        #[test]
        fn crowded_points(base in any::<u32>(), points in prop::collection::vec((0..500_u32, 0..8_u16), 1..300),
                          hashes in prop::collection::vec(any::<u32>(), 20)) {
            check(points.iter().map(|(value, node)| (base.wrapping_add(*value), *node)).collect(), &hashes);
        }

        #[test]
        fn equal_points(points in prop::collection::vec((0..4_u32, 0..8_u16), 1..60)) {
            check(points.iter().map(|(value, node)| (value << 30, *node)).collect(), &[]);
        }
    }

    #[test]
    fn points_at_both_ends_of_the_range() {
        check(alloc::vec![(0, 1), (u32::MAX, 2)], &[5]);
        check(alloc::vec![(u32::MAX, 3)], &[5]);
        check(alloc::vec![(0, 3)], &[5]);
        check(alloc::vec![(0, 1), (0, 2), (u32::MAX, 4), (u32::MAX, 5)], &[5]);
    }

    #[test]
    fn no_points_no_ring() {
        assert!(Ring::<u32>::new(&[], &[0]).is_none());
    }

    #[test]
    fn wide_points() {
        let points = alloc::vec![(5_u128, 0), (1 << 100, 1), (u128::MAX - 1, 2)];
        let ring = Ring::<u128>::new(&points, &[10, 11, 12]).unwrap();
        for (hash, owner) in
            [(0, 10), (5, 10), (6, 11), (1 << 100, 11), ((1 << 100) + 1, 12), (u128::MAX, 10)]
        {
            assert_eq!(ring.owner(hash), owner, "{hash}");
        }
    }
}
