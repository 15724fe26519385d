//! A short value that two routers share exactly when they place every key alike.

use super::{Router, locate::Homeless};
use crate::{
    error::Error,
    hash::{Algorithm, KeyHash, md5},
    key::TagRule,
    placement::Placement,
    share::Share,
};
use alloc::{format, string::String, vec::Vec};

impl Router {
    /// `k1-` and 16 hexadecimal digits: the first half of an MD5 over the rule that keys are hashed by and the table
    /// that hashes are looked up in, with neighbours of one owner merged and owners by name.
    ///
    /// Not in it: the pool's name, addresses, the order of nodes (but where the order places keys), replicas,
    /// timeouts, nodes that own nothing, and a sign rule that the hash does not look at. Where all keys live on one
    /// node it is that node's name alone.
    ///
    /// Error: `placement.random`.
    pub fn fingerprint(&self) -> Result<String, Error> {
        if matches!(self.placement, Placement::Random) {
            return Err(self.homeless(Homeless::Random));
        }
        let mut text = Vec::new();
        self.push_key_rule(&mut text);
        let (mut runs, mut last_owner) = (0, None);
        self.each_run(|end, owner| {
            text.extend_from_slice(&end.to_be_bytes());
            push_name(&mut text, owner.map(|owner| self.name(owner)));
            runs += 1;
            last_owner = owner;
        });
        if let (1, Some(only)) = (runs, last_owner) {
            text.clear();
            push_name(&mut text, Some(self.name(only)));
        }
        let [first, second, ..] = md5::digest(&text);
        Ok(format!("k1-{:08x}{:08x}", first.swap_bytes(), second.swap_bytes()))
    }

    /// The look-up table: the last value (ring, slots) or the end (lists) of each run, and whose it is.
    fn each_run(&self, mut each: impl FnMut(u128, Option<u16>)) {
        match &self.placement {
            Placement::Modula(modula) => {
                // A list longer than the range has a part that no hash reaches.
                let range = self.range().map_or(u64::MAX, Share::of_list);
                let mut start = 0;
                for position in 0..modula.nodes().len() {
                    let (end, owner) = modula.part(position);
                    if start < range {
                        each(end.min(range).into(), Some(owner));
                    }
                    start = end;
                }
            }
            Placement::CharSum(nodes) => {
                for (position, node) in nodes.iter().enumerate() {
                    each(position as u128 + 1, Some(*node));
                }
            }
            placement => {
                let highest = self.range().map_or(u128::MAX, Share::highest);
                match placement.segments(highest) {
                    Some(segments) => segments.for_each(|segment| each(segment.last, segment.owner)),
                    None => each(0, Some(0)),
                }
            }
        }
    }

    fn push_key_rule(&self, text: &mut Vec<u8>) {
        let rule = &self.pool.rule.key;
        let kind = match &self.placement {
            Placement::Modula(_) => "list",
            Placement::CharSum(_) => "sum",
            _ => "runs",
        };
        text.extend_from_slice(kind.as_bytes());
        text.push(0);
        text.extend_from_slice(rule.hash.algorithm().name().as_bytes());
        text.push(if rule.hash.signed_char() { b's' } else { b'u' });
        match rule.tag {
            TagRule::None => text.push(b'-'),
            TagRule::Pair { open, close } => text.extend_from_slice(&[b'+', open, close]),
        }
        text.push(if self.empty_key_is_elsewhere() { b'0' } else { b'h' });
    }

    /// Whether taking an empty key's hash for 0 gives it another home than hashing it would.
    fn empty_key_is_elsewhere(&self) -> bool {
        let rule = &self.pool.rule.key;
        let hashed = |hash: KeyHash| if hash.algorithm() == Algorithm::Md5Whole { 0 } else { hash.hash(b"") };
        rule.empty_is_zero
            && match &self.placement {
                Placement::Ring(ring) => ring.owner(0) != ring.owner(hashed(rule.hash)),
                Placement::Modula(modula) => modula.owner(0) != modula.owner(hashed(rule.hash)),
                _ => false,
            }
    }
}

/// A name with its length before it, so that no two lists of names read alike.
fn push_name(text: &mut Vec<u8>, name: Option<&str>) {
    match name {
        Some(name) => {
            text.push(1);
            text.extend_from_slice(&(name.len() as u64).to_be_bytes());
            text.extend_from_slice(name.as_bytes());
        }
        None => text.push(0),
    }
}
