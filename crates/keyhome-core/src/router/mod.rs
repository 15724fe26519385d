//! A pool made ready to answer.

mod advice;
mod arcs;
mod balance;
mod copies;
mod diff;
mod explain;
mod fingerprint;
mod key_text;
mod lists;
mod locate;
mod sample;
mod tally;

use alloc::{collections::BTreeMap, format, string::String, sync::Arc, vec, vec::Vec};

pub use advice::{Advice, AdviceKind};
pub use arcs::{Arcs, Positions};
pub use balance::{Balance, NodeShare};
pub use copies::KeyCopy;
pub use diff::{AddressChange, Diff, ExactMoves, Move};
pub use explain::{Explanation, HashStep, Step};
pub use key_text::KeyText;
pub use sample::{NodeCount, Sample, SampledDiff, SampledMove};

use crate::{
    dialect::{Dialect, Options, Rule},
    error::{Error, ErrorKind},
    hash::KeyHash,
    key::SLOTS,
    packed::Packed,
    placement::Placement,
    quote::quote,
    share::Share,
    topology::{ByName, Member, Node, no_node},
};

/// A pool made ready to answer which of its nodes owns a key.
///
/// It never changes: [`without`](Self::without) makes another one. Cloning costs as much as the ring is large; put it
/// into an `Arc` to share it.
#[derive(Debug, Clone)]
pub struct Router {
    pool: Arc<Pool>,
    live: Vec<bool>,
    placement: Placement,
}

/// What a router and its `without` routers share.
#[derive(Debug)]
struct Pool {
    dialect: &'static Dialect,
    options: Options,
    rule: Rule,
    members: Vec<Member>,
    nodes: Vec<Node>,
}

impl Router {
    /// The router of `members` under `dialect`. Nodes keep the order given; an index points into it.
    ///
    /// Errors: those of [`Dialect::check`].
    pub fn new(dialect: &'static Dialect, options: &Options, members: Vec<Member>) -> Result<Self, Error> {
        dialect.check(options, &members)?;
        let rule = (dialect.rule)(options);
        let nodes = members.iter().map(|member| member.node.clone()).collect();
        let live = vec![true; members.len()];
        let pool = Pool { dialect, options: options.clone(), rule, members, nodes };
        Self::of(Arc::new(pool), live)
    }

    fn of(pool: Arc<Pool>, live: Vec<bool>) -> Result<Self, Error> {
        let Some(placement) = Placement::new(&pool.rule, &pool.members, &live) else {
            let detail = "the ring has no points at all; at least 1 is needed";
            return Err(Error::new(ErrorKind::ConfigPoints, detail));
        };
        Ok(Self { pool, live, placement })
    }

    /// The nodes in the order of the config, those taken away by [`without`](Self::without) included.
    pub fn nodes(&self) -> &[Node] {
        &self.pool.nodes
    }

    /// The dialect.
    pub fn dialect(&self) -> &'static Dialect {
        self.pool.dialect
    }

    /// The options that were given.
    pub fn options(&self) -> &Options {
        &self.pool.options
    }

    /// The index of the node on which `key` lives.
    ///
    /// Errors: `slot.uncovered`, `key.encoding` (charsum), `placement.random`.
    #[inline]
    pub fn index(&self, key: impl AsRef<[u8]>) -> Result<usize, Error> {
        match self.locate(key.as_ref()) {
            Ok(node) => Ok(usize::from(node)),
            Err(homeless) => Err(self.homeless(homeless)),
        }
    }

    /// The node on which `key` lives. Errors as for [`index`](Self::index).
    pub fn node(&self, key: impl AsRef<[u8]>) -> Result<&Node, Error> {
        self.index(key).map(|index| &self.pool.nodes[index])
    }

    /// The indexes of many keys; `out` is cleared, then holds one index for each key, in order.
    ///
    /// Errors: that of the first key without a home, with its `position`; `out` is empty then.
    pub fn indexes<K: AsRef<[u8]>>(&self, keys: &[K], out: &mut Vec<u32>) -> Result<(), Error> {
        self.locate_each(keys.len(), |position| keys[position].as_ref(), out)
    }

    /// The indexes of many keys that lie one behind the other in `bytes`: key `i` is
    /// `bytes[offsets[i]..offsets[i + 1]]`. `out` is cleared, then holds one index for each key, in order.
    ///
    /// Errors: `batch.offsets` where offsets are not n+1 numbers from 0 to the length of the bytes, never falling;
    /// else as for [`indexes`](Self::indexes).
    pub fn indexes_packed(&self, bytes: &[u8], offsets: &[u32], out: &mut Vec<u32>) -> Result<(), Error> {
        out.clear();
        let keys = Packed::new(bytes, offsets)?;
        self.locate_each(keys.len(), |position| keys.get(position), out)
    }

    /// Which keys live on which node: positions in `keys`, ascending, by index. Nodes without keys are not in it.
    ///
    /// Errors as for [`indexes`](Self::indexes).
    pub fn group<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<BTreeMap<usize, Vec<usize>>, Error> {
        let mut indexes = Vec::new();
        self.indexes(keys, &mut indexes)?;
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (position, index) in indexes.into_iter().enumerate() {
            groups.entry(index as usize).or_default().push(position);
        }
        Ok(groups)
    }

    /// Up to `n` nodes that follow the home of `key`, each once, without the home: along the ring; modula along its
    /// list; charsum along the nodes; redis-cluster has none.
    ///
    /// Who takes over when a node dies is `without([home]).node(key)`, which need not be the first of these: in most
    /// dialects the whole ring is made anew.
    ///
    /// Errors as for [`index`](Self::index).
    pub fn successors(&self, key: impl AsRef<[u8]>, n: usize) -> Result<Vec<&Node>, Error> {
        let indexes = self.successor_indexes(key, n)?;
        Ok(indexes.into_iter().map(|index| &self.pool.nodes[index]).collect())
    }

    /// The indexes of [`successors`](Self::successors).
    pub fn successor_indexes(&self, key: impl AsRef<[u8]>, n: usize) -> Result<Vec<usize>, Error> {
        let key = key.as_ref();
        let home = self.index(key)?;
        let (owners, from) = match &self.placement {
            Placement::Ring(ring) => (ring.owners(), ring.position(self.hash(key))),
            Placement::WideRing(ring) => {
                (ring.owners(), ring.position(KeyHash::hash_whole(self.pool.rule.key.tag.apply(key))))
            }
            Placement::Modula(modula) => (modula.nodes(), modula.position(self.hash(key))),
            Placement::CharSum(nodes) => {
                (nodes.as_slice(), nodes.iter().position(|node| usize::from(*node) == home).unwrap_or(0))
            }
            Placement::One | Placement::Slots(_) | Placement::Random => return Ok(Vec::new()),
        };
        let mut unseen = self.live.clone();
        unseen[home] = false;
        let mut left = unseen.iter().filter(|unseen| **unseen).count().min(n);
        let mut found = Vec::with_capacity(left);
        // Once around, but no further than needed.
        for at in (from..owners.len()).chain(0..from) {
            if left == 0 {
                break;
            }
            let node = usize::from(owners[at]);
            if core::mem::take(&mut unseen[node]) {
                found.push(node);
                left -= 1;
            }
        }
        Ok(found)
    }

    /// The same pool without the named nodes: they own nothing, counts of points and weights are taken anew over the
    /// rest as the dialect does, in `redis-cluster` their slots become uncovered. Nodes and indexes stay as they are;
    /// names already gone change nothing, and a second call adds to the first.
    ///
    /// Errors: `node.unknown`, with the position of the name; `pool.empty` where none would be left; `config.points` where
    /// rounding leaves the rest not one ring point.
    pub fn without<N: AsRef<str>>(&self, names: &[N]) -> Result<Self, Error> {
        let mut live = self.live.clone();
        let by_name = ByName::new(&self.pool.members);
        for (position, name) in names.iter().enumerate() {
            let name = name.as_ref();
            let Some(index) = by_name.index(name) else {
                let detail = format!("no node is called {}; there are {}", quote(name), self.names());
                return Err(Error::new(ErrorKind::NodeUnknown, detail).at_position(position));
            };
            live[index] = false;
        }
        self.with_live(live)
    }

    /// As [`without`](Self::without), by index.
    ///
    /// Errors: `argument.range`, with the position of the index; `pool.empty` and `config.points` as there.
    pub fn without_indexes(&self, indexes: &[usize]) -> Result<Self, Error> {
        let mut live = self.live.clone();
        for (position, index) in indexes.iter().enumerate() {
            match live.get_mut(*index) {
                Some(live) => *live = false,
                None => return Err(no_node(*index, self.live.len()).at_position(position)),
            }
        }
        self.with_live(live)
    }

    /// The same pool with these of its nodes.
    fn with_live(&self, live: Vec<bool>) -> Result<Self, Error> {
        if !live.contains(&true) {
            return Err(Error::new(ErrorKind::PoolEmpty, "no node would be left; at least one is needed"));
        }
        Self::of(Arc::clone(&self.pool), live)
    }

    /// Which nodes are there, for a message.
    fn names(&self) -> String {
        const SHOWN: usize = 8;
        let mut names = String::new();
        for node in self.pool.nodes.iter().take(SHOWN) {
            names.push_str(if names.is_empty() { "" } else { ", " });
            names.push_str(&quote(&node.name));
        }
        let more = self.pool.nodes.len().saturating_sub(SHOWN);
        if more > 0 { format!("{names} and {more} more") } else { names }
    }

    /// Whether the node at `index` takes part, or was taken away by [`without`](Self::without).
    pub fn is_live(&self, index: usize) -> bool {
        self.live.get(index).copied().unwrap_or(false)
    }

    /// The live nodes in the order in which the rule takes them.
    fn order(&self) -> Vec<u16> {
        crate::placement::ordered(self.pool.rule.order, &self.pool.members, &self.live)
    }

    /// The name of the node at `owner`.
    fn name(&self, owner: u16) -> &str {
        &self.pool.nodes[usize::from(owner)].name
    }

    /// The index of the node that owns a 32-bit hash value, whatever key it is the hash of; `None` where placement is
    /// not by such a value: a 128-bit ring, charsum, random, or a slot that nobody owns.
    #[inline]
    pub fn owner_of_hash(&self, hash: u32) -> Option<usize> {
        match &self.placement {
            Placement::Ring(ring) => Some(usize::from(ring.owner(hash))),
            Placement::Modula(modula) => Some(usize::from(modula.owner(hash))),
            Placement::Slots(slots) => slots.owner((hash % u32::from(SLOTS)) as u16).map(usize::from),
            Placement::One => Some(0),
            Placement::WideRing(_) | Placement::CharSum(_) | Placement::Random => None,
        }
    }

    /// The points of a ring in order, each with the index of its node: hash values above the point before, up to and
    /// with this one, are that node's. Empty for what is no ring. Rings that are searched for the first point *above*
    /// a hash show each point one lower than the program itself does.
    pub fn ring_points(&self) -> Vec<(Share, usize)> {
        let point = |(value, owner): (u128, u16)| (Share::new(value), usize::from(owner));
        match &self.placement {
            Placement::Ring(ring) => {
                ring.points().map(|(value, owner)| point((value.into(), owner))).collect()
            }
            Placement::WideRing(ring) => ring.points().map(point).collect(),
            _ => Vec::new(),
        }
    }

    /// Ring points and the bytes that they and their index take; `None` for what is no ring.
    pub fn ring_size(&self) -> Option<(usize, usize)> {
        match &self.placement {
            Placement::Ring(ring) => Some((ring.len(), ring.bytes())),
            Placement::WideRing(ring) => Some((ring.len(), ring.bytes())),
            _ => None,
        }
    }

    /// The only node that any key can have as its home, if that is so whatever the key.
    fn only_home(&self) -> Option<u16> {
        match &self.placement {
            Placement::One => Some(0),
            Placement::CharSum(nodes) if self.pool.nodes.len() == 1 => nodes.first().copied(),
            Placement::Slots(slots) if self.pool.nodes.len() == 1 => slots.is_full().then_some(0),
            _ => None,
        }
    }
}
