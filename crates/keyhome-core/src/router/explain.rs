//! Each step from a key to its home.

use alloc::{string::String, vec::Vec};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{KeyText, Router};
use crate::{
    dialect::Place,
    error::Error,
    hash::KeyHash,
    placement::{Placement, charsum, points},
    share::Share,
};

/// Each step from a key to its home.
///
/// In JSON: `key`, `dialect`, `tag`, `hashed` (`_hex` behind the name where the bytes are not UTF-8), `hash`
/// (`algorithm`, `value`), `place` (see [`Step`]), `node`, `index`, `address`, `next`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The key.
    pub key: KeyText,
    /// The dialect's id.
    pub dialect: &'static str,
    /// The hash tag, where the rule has found one.
    pub tag: Option<KeyText>,
    /// The bytes that are hashed; none in a pool of one node, where nothing is.
    pub hashed: Option<KeyText>,
    /// The function and its value.
    pub hash: Option<HashStep>,
    /// How the node follows.
    pub place: Step,
    /// The home's name.
    pub node: String,
    /// Its index.
    pub index: usize,
    /// Its address.
    pub address: String,
    /// The name of the node that has the key when this one is gone: `without([node]).node(key)`. `None`: nobody.
    pub next: Option<String>,
}

/// A hash function and the value that it gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HashStep {
    /// The function.
    pub algorithm: &'static str,
    /// The value. An empty key is 0 in twemproxy, whatever the function.
    pub value: Share,
}

/// How a node follows from a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// The pool has one node: nothing is hashed.
    OnlyNode,
    /// The ring point that the hash meets.
    Point {
        /// The point's value.
        point: Share,
        /// The text whose digest gave the point.
        label: String,
        /// Its place on the ring, from 0.
        position: usize,
        /// The number of points on the ring.
        points: usize,
    },
    /// The place in modula's list.
    List {
        /// The hash modulo the length of the list.
        position: u32,
        /// The length of the list.
        length: u32,
    },
    /// The slot.
    Slot {
        /// 0 to 16383.
        slot: u16,
    },
    /// The sum of UTF-16 code units.
    Sum {
        /// The sum.
        sum: u64,
        /// The number of live nodes that it is taken modulo.
        nodes: usize,
    },
}

impl Router {
    /// Each step from `key` to its home.
    ///
    /// Errors: `slot.uncovered`, `key.encoding` (charsum), `placement.random`.
    pub fn explain(&self, key: impl AsRef<[u8]>) -> Result<Explanation, Error> {
        let key = key.as_ref();
        let index = self.index(key)?;
        let rule = &self.pool.rule.key;
        let home = &self.pool.nodes[index];
        let hashed = rule.tag.apply(key);
        let hashing = !matches!(self.placement, Placement::One);
        let hash = |value: u128| {
            Some(HashStep { algorithm: rule.hash.algorithm().name(), value: Share::new(value) })
        };
        let (hash, place) = match &self.placement {
            Placement::One | Placement::Random => (None, Step::OnlyNode),
            Placement::Ring(ring) => {
                let value = self.hash(key);
                let position = ring.position(value);
                let (point, node) = ring.point(position);
                (hash(value.into()), self.point(position, (point.into(), node), ring.len()))
            }
            Placement::WideRing(ring) => {
                let value = KeyHash::hash_whole(hashed);
                let position = ring.position(value);
                (hash(value), self.point(position, ring.point(position), ring.len()))
            }
            Placement::Modula(modula) => {
                let value = self.hash(key);
                (hash(value.into()), Step::List { position: value % modula.total(), length: modula.total() })
            }
            Placement::Slots(_) => {
                let slot = crate::key::slot_called(key);
                (hash(slot.into()), Step::Slot { slot })
            }
            Placement::CharSum(nodes) => {
                let sum = charsum::sum(key).unwrap_or_default();
                (hash(sum.into()), Step::Sum { sum, nodes: nodes.len() })
            }
        };
        let mut rest = self.live.clone();
        rest[index] = false;
        let next = self.with_live(rest).and_then(|rest| rest.index(key)).ok();
        Ok(Explanation {
            key: key.into(),
            dialect: self.pool.dialect.id,
            // A tag leaves out at least what stands around it.
            tag: (hashing && hashed.len() < key.len()).then(|| hashed.into()),
            hashed: hashing.then(|| hashed.into()),
            hash,
            place,
            node: home.name.clone(),
            index,
            address: home.address.clone(),
            next: next.map(|index| self.pool.nodes[index].name.clone()),
        })
    }

    fn point(&self, position: usize, (value, node): (u128, u16), points: usize) -> Step {
        let wide = matches!(self.placement, Placement::WideRing(_));
        let found = match &self.pool.rule.place {
            Place::Ring(rule) => points::origin(rule, &self.pool.members, &self.order(), node, value, wide),
            _ => None,
        };
        let (label, value) = found.unwrap_or((Vec::new(), value));
        Step::Point { point: Share::new(value), label: text(&label), position, points }
    }
}

/// The text of a label. One that was cut within a character ends in a replacement character.
fn text(label: &[u8]) -> String {
    match core::str::from_utf8(label) {
        Ok(text) => text.into(),
        Err(error) => {
            let whole = &label[..error.valid_up_to()];
            let mut text = String::from(core::str::from_utf8(whole).unwrap_or_default());
            text.push(char::REPLACEMENT_CHARACTER);
            text
        }
    }
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.key.serialize_into(&mut map, ["key", "key_hex"])?;
        map.serialize_entry("dialect", self.dialect)?;
        match &self.tag {
            Some(tag) => tag.serialize_into(&mut map, ["tag", "tag_hex"])?,
            None => map.serialize_entry("tag", &())?,
        }
        match &self.hashed {
            Some(hashed) => hashed.serialize_into(&mut map, ["hashed", "hashed_hex"])?,
            None => map.serialize_entry("hashed", &())?,
        }
        map.serialize_entry("hash", &self.hash)?;
        map.serialize_entry("place", &self.place)?;
        map.serialize_entry("node", &self.node)?;
        map.serialize_entry("index", &self.index)?;
        map.serialize_entry("address", &self.address)?;
        map.serialize_entry("next", &self.next)?;
        map.end()
    }
}
