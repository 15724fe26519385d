//! The points of a ring, made from a rule and the live nodes.

use alloc::{vec, vec::Vec};

use crate::{
    dialect::{Count, PointHash, RingRule, Search, Tie},
    digits::push_decimal,
    hash::{self, BATCH, KeyHash, md5, sha1},
    topology::Member,
};

/// What decides how many points a node has: the rule, and the sums over the live nodes.
pub(crate) struct Shape {
    pub(crate) point: PointHash,
    count: Count,
    nodes: u32,
    total: u64,
}

impl RingRule {
    /// The shape of a ring of those of `members` that `live` names, by index.
    pub(crate) fn shape(&self, members: &[Member], live: &[u16]) -> Shape {
        let (point, count) = match self.weighted_instead {
            Some(weighted) if members.iter().any(|member| member.node.weight > 1) => weighted,
            _ => (self.point, self.count),
        };
        let weight = |&index: &u16| u64::from(members[usize::from(index)].node.weight);
        Shape { point, count, nodes: live.len() as u32, total: live.iter().map(weight).sum() }
    }
}

impl Shape {
    pub(crate) fn digests(&self, member: &Member) -> u64 {
        match (member.vnodes, self.count) {
            // hashring takes a server's own vnodes for "not set" where they equal the ring's.
            (Some(own), Count::F64(vnodes)) if own != vnodes => u64::from(own),
            _ => self.count.digests(member.node.weight, self.nodes, self.total),
        }
    }

    pub(crate) fn points(&self, member: &Member) -> u64 {
        self.digests(member).saturating_mul(u64::from(self.point.per_digest()))
    }
}

/// A number that ring points are: 32 or 128 bits.
pub(crate) trait PointValue: Copy + Ord + Into<u128> {
    /// A value with the rank of its node behind it, so that one comparison orders both.
    type Entry: Copy + Ord;
    const BITS: u32;
    const MAX: Self;
    fn entry(self, rank: u16) -> Self::Entry;
    fn value(entry: Self::Entry) -> Self;
    fn rank(entry: Self::Entry) -> u16;
    fn one_less(self) -> Self;
    /// The top bits, those above `shift`.
    fn top(self, shift: u32) -> usize;
    /// Hands over every point of every label, with the label's position.
    fn hash(point: PointHash, labels: &[&[u8]], each: impl FnMut(usize, Self));
}

impl PointValue for u32 {
    type Entry = u64;
    const BITS: u32 = 32;
    const MAX: Self = Self::MAX;

    #[inline]
    fn entry(self, rank: u16) -> u64 {
        u64::from(self) << 16 | u64::from(rank)
    }

    #[inline]
    fn value(entry: u64) -> Self {
        (entry >> 16) as u32
    }

    #[inline]
    fn rank(entry: u64) -> u16 {
        entry as u16
    }

    fn one_less(self) -> Self {
        self.wrapping_sub(1)
    }

    #[inline]
    fn top(self, shift: u32) -> usize {
        (self >> shift) as usize
    }

    fn hash(point: PointHash, labels: &[&[u8]], mut each: impl FnMut(usize, Self)) {
        match point {
            PointHash::Md5Words(words) => {
                let mut digests = [[0; 4]; BATCH];
                md5::digests(labels, &mut digests[..labels.len()]);
                for (label, digest) in digests[..labels.len()].iter().enumerate() {
                    digest.iter().take(words as usize).for_each(|word| each(label, *word));
                }
            }
            PointHash::Sha1Words(words) => {
                for (label, bytes) in labels.iter().enumerate() {
                    sha1::digest(bytes).iter().take(words as usize).for_each(|word| each(label, *word));
                }
            }
            PointHash::Hash(function) => {
                let mut hashes = [0; BATCH];
                function.hash_each(labels, &mut hashes[..labels.len()]);
                hashes[..labels.len()].iter().enumerate().for_each(|(label, hash)| each(label, *hash));
            }
            PointHash::Md5Whole => {
                for (label, bytes) in labels.iter().enumerate() {
                    each(label, (KeyHash::hash_whole(bytes) >> 96) as u32);
                }
            }
        }
    }
}

impl PointValue for u128 {
    type Entry = (u128, u16);
    const BITS: u32 = 128;
    const MAX: Self = Self::MAX;

    fn entry(self, rank: u16) -> Self::Entry {
        (self, rank)
    }

    fn value(entry: Self::Entry) -> Self {
        entry.0
    }

    fn rank(entry: Self::Entry) -> u16 {
        entry.1
    }

    fn one_less(self) -> Self {
        self.wrapping_sub(1)
    }

    fn top(self, shift: u32) -> usize {
        (self >> shift) as usize
    }

    fn hash(_: PointHash, labels: &[&[u8]], mut each: impl FnMut(usize, Self)) {
        let mut digests = [[0; 4]; BATCH];
        md5::digests(labels, &mut digests[..labels.len()]);
        for (label, digest) in digests[..labels.len()].iter().enumerate() {
            each(label, hash::whole(*digest));
        }
    }
}

/// The points of the nodes in `order`, sorted as they are met; the rank of a point's owner is its place in `order`.
///
/// A hash meets the first point at or above it. A rule that wants the first point *above* the hash is served by
/// points that are one lower; the lowest value of all then becomes the highest, which is where it is met: after all.
pub(crate) fn make<V: PointValue>(rule: &RingRule, members: &[Member], order: &[u16]) -> Vec<V::Entry> {
    let shape = rule.shape(members, order);
    let count: u64 = order.iter().map(|node| shape.points(&members[usize::from(*node)])).sum();
    let mut entries = Vec::with_capacity(count as usize);
    each_batch(rule, &shape, members, order, &mut |labels| {
        labels.hash_into::<V>(shape.point, rule.search, &mut entries);
    });
    let mut points = sort::<V>(entries);
    if rule.tie == Tie::Later {
        keep_last_of_equals::<V>(&mut points);
    }
    points
}

/// Hands over every label of a ring, a batch at a time; whoever takes a batch empties it.
fn each_batch(
    rule: &RingRule,
    shape: &Shape,
    members: &[Member],
    order: &[u16],
    take: &mut dyn FnMut(&mut Labels),
) {
    let mut batch = Labels::default();
    for (rank, node) in order.iter().enumerate() {
        let member = &members[usize::from(*node)];
        let base = rule.label.base(&member.node.name).as_bytes();
        for suffix in 0..shape.digests(member) {
            batch.push(rank as u16, base, suffix, rule.label.cut_at);
            if batch.owners.len() == BATCH {
                take(&mut batch);
            }
        }
    }
    take(&mut batch);
}

fn keep_last_of_equals<V: PointValue>(points: &mut Vec<V::Entry>) {
    points.reverse();
    points.dedup_by_key(|point| V::value(*point));
    points.reverse();
}

/// Digests are spread evenly, so dealing the points into as many buckets as there are points leaves hardly anything
/// to sort; where names or weak hashes crowd a bucket, it is sorted as any slice is. Wide points are sorted where they
/// lie: a second copy of them would take more memory than dealing saves time.
fn sort<V: PointValue>(mut entries: Vec<V::Entry>) -> Vec<V::Entry> {
    const WORTH_DEALING: usize = 256;
    const BUCKET_BITS_MAX: u32 = 20;
    if entries.len() < WORTH_DEALING || size_of::<V::Entry>() > size_of::<u64>() {
        entries.sort_unstable();
        return entries;
    }
    let bits = entries.len().ilog2().min(BUCKET_BITS_MAX);
    let bucket = |entry: V::Entry| V::value(entry).top(V::BITS - bits);
    let mut starts = vec![0_u32; (1 << bits) + 1];
    for &entry in &entries {
        starts[bucket(entry) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut dealt = entries.clone();
    let mut next = starts.clone();
    for &entry in &entries {
        let place = &mut next[bucket(entry)];
        dealt[*place as usize] = entry;
        *place += 1;
    }
    for pair in starts.windows(2) {
        let (start, end) = (pair[0] as usize, pair[1] as usize);
        if end - start > 1 {
            dealt[start..end].sort_unstable();
        }
    }
    dealt
}

/// Up to [`BATCH`] labels, one behind the other, hashed at once.
#[derive(Default)]
struct Labels {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    owners: Vec<u16>,
}

impl Labels {
    fn push(&mut self, rank: u16, base: &[u8], suffix: u64, cut_at: Option<usize>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(base);
        self.bytes.push(b'-');
        push_decimal(&mut self.bytes, suffix);
        if let Some(most) = cut_at {
            self.bytes.truncate(start + most);
        }
        self.ends.push(self.bytes.len());
        self.owners.push(rank);
    }

    fn hash_into<V: PointValue>(&mut self, point: PointHash, search: Search, entries: &mut Vec<V::Entry>) {
        let mut labels: [&[u8]; BATCH] = [&[]; BATCH];
        let mut start = 0;
        for (label, &end) in labels.iter_mut().zip(&self.ends) {
            *label = &self.bytes[start..end];
            start = end;
        }
        V::hash(point, &labels[..self.ends.len()], |label, value| {
            let value = if search == Search::Above { value.one_less() } else { value };
            entries.push(value.entry(self.owners[label]));
        });
        self.bytes.clear();
        self.ends.clear();
        self.owners.clear();
    }

    /// Whether one of the points of these labels is `value`.
    fn gives<V: PointValue>(&mut self, point: PointHash, search: Search, value: u128) -> bool {
        let mut entries = Vec::new();
        self.hash_into::<V>(point, search, &mut entries);
        entries.into_iter().any(|entry| V::value(entry).into() == value)
    }
}

/// The label of a node that gives the ring point `value`, and the point as the program itself has it; for explanations.
/// `wide` rings have points of 128 bits.
pub(crate) fn origin(
    rule: &RingRule,
    members: &[Member],
    order: &[u16],
    node: u16,
    value: u128,
    wide: bool,
) -> Option<(Vec<u8>, u128)> {
    let shape = rule.shape(members, order);
    let member = members.get(usize::from(node))?;
    let base = rule.label.base(&member.node.name).as_bytes();
    for suffix in 0..shape.digests(member) {
        let mut labels = Labels::default();
        labels.push(0, base, suffix, rule.label.cut_at);
        let label = labels.bytes.clone();
        let gives = if wide { Labels::gives::<u128> } else { Labels::gives::<u32> };
        if gives(&mut labels, shape.point, rule.search, value) {
            let highest = if wide { u128::MAX } else { u32::MAX.into() };
            let made = if rule.search == Search::Above { value.wrapping_add(1) & highest } else { value };
            return Some((label, made));
        }
    }
    None
}

/// How many points each of the members has, dead ones none.
pub(crate) fn counts(rule: &RingRule, members: &[Member], order: &[u16]) -> Vec<u64> {
    let shape = rule.shape(members, order);
    let mut counts = vec![0; members.len()];
    for &node in order {
        counts[usize::from(node)] = shape.points(&members[usize::from(node)]);
    }
    counts
}
