//! What somebody should know about a pool before trusting it, in plain words.

use alloc::{format, string::String, vec::Vec};

use serde::Serialize;

use super::{Router, Sample, sample::percent};
use crate::{
    dialect::{Count, Place},
    placement::{Placement, points},
    share::Share,
};

/// Something that works as asked, and yet may surprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Advice {
    /// What it is about, for programs.
    pub kind: AdviceKind,
    /// What is so, and what can be done, for people.
    pub text: String,
    /// The nodes that it is about; none where it is about the pool.
    pub nodes: Vec<String>,
}

/// What advice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AdviceKind {
    /// Nodes that own no ring point: no key will ever live there.
    NoPoints,
    /// Equal nodes that rounding gives fewer points than other programs do.
    RoundedPoints,
    /// A hash of so few bits that a ring is met in one spot only.
    NarrowHash,
    /// A hash that puts keys which differ in their last characters side by side.
    ClusteredKeys,
    /// A sample whose keys lie elsewhere than chance would put them.
    SkewedSample,
    /// Nodes whose share is far from their weight.
    UnevenShares,
    /// Slots that nobody owns.
    UncoveredSlots,
    /// Taking a node away moves nearly all keys.
    FragileList,
    /// Keys have no home.
    NoHome,
    /// A setting that changes nothing as the pool is.
    IdleSetting,
}

impl Advice {
    /// Advice about a pool as a whole.
    pub fn of_pool(kind: AdviceKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), nodes: Vec::new() }
    }
}

/// Names in one sentence, at most; the rest is counted.
const NAMED: usize = 5;

impl Router {
    /// What somebody should know about this pool, most telling first. None is an error.
    pub fn advice(&self) -> Vec<Advice> {
        let checks = [
            self.no_home(),
            self.uncovered_slots(),
            self.narrow_hash(),
            self.no_points(),
            self.clustered_keys(),
            self.rounded_points(),
            self.uneven_shares(),
            self.fragile_list(),
        ];
        checks.into_iter().flatten().collect()
    }

    fn live_count(&self) -> usize {
        self.live.iter().filter(|live| **live).count()
    }

    fn no_home(&self) -> Option<Advice> {
        let text = "The distribution is `random`: any key may be on any server, so nobody can say where one lives, and a \
                    key that was written is found by chance only.";
        matches!(self.placement, Placement::Random).then(|| Advice::of_pool(AdviceKind::NoHome, text))
    }

    fn uncovered_slots(&self) -> Option<Advice> {
        let uncovered = self.balance().uncovered?;
        let range = self.range()?;
        (uncovered > Share::ZERO).then(|| {
            let text = format!(
                "{uncovered} of {range} slots are nobody's ({}): keys there can be neither read nor written.",
                percent(uncovered, range)
            );
            Advice::of_pool(AdviceKind::UncoveredSlots, text)
        })
    }

    /// twemproxy's crc32 has 15 bits: on a ring of 2^32 it meets the first points only.
    fn narrow_hash(&self) -> Option<Advice> {
        let Placement::Ring(ring) = &self.placement else { return None };
        let algorithm = self.pool.rule.key.hash.algorithm();
        if algorithm.bits() >= 32 || self.live_count() < 2 {
            return None;
        }
        let reached: Vec<String> = self.owning_nodes();
        let values = Share::of_bits(algorithm.bits());
        Some(Advice {
            kind: AdviceKind::NarrowHash,
            text: format!(
                "The hash `{}` has only {values} values, at the very start of a ring of {} points over 2^32: all keys \
                 live on {}. Use this hash with modula, or another hash with the ring.",
                algorithm.name(),
                ring.len(),
                list(&reached),
            ),
            nodes: reached,
        })
    }

    fn owning_nodes(&self) -> Vec<String> {
        let shares = self.balance().shares.into_iter();
        shares.filter(|share| share.share > Some(Share::ZERO)).map(|share| share.node).collect()
    }

    fn no_points(&self) -> Option<Advice> {
        let Place::Ring(rule) = &self.pool.rule.place else { return None };
        if self.nodes().len() < 2 {
            return None;
        }
        let order = self.order();
        let counts = points::counts(rule, &self.pool.members, &order);
        let mut without: Vec<u16> =
            order.into_iter().filter(|node| counts[usize::from(*node)] == 0).collect();
        without.sort_unstable();
        let nodes: Vec<String> = without.into_iter().map(|node| self.name(node).into()).collect();
        (!nodes.is_empty()).then(|| Advice {
            kind: AdviceKind::NoPoints,
            text: format!(
                "{} so light beside the others that rounding leaves 0 points on the ring: no key will ever live there. \
                 Raise the weight, or lower the others'.",
                if let [one] = &nodes[..] { format!("`{one}` is") } else { format!("{} are", list(&nodes)) },
            ),
            nodes,
        })
    }

    /// twemproxy's arithmetic gives 25 equal servers 156 points each, where others give 160.
    fn rounded_points(&self) -> Option<Advice> {
        let Place::Ring(rule) = &self.pool.rule.place else { return None };
        let order = self.order();
        let weight = |node: &u16| self.pool.members[usize::from(*node)].node.weight;
        let first = weight(order.first()?);
        if order.len() < 2 || order.iter().any(|node| weight(node) != first) {
            return None;
        }
        let expected = match rule.count {
            Count::F32 | Count::F32Quotient => 40,
            Count::F64(vnodes) => u64::from(vnodes),
            Count::Fixed(_) | Count::PerWeight(_) | Count::Exact(_) => return None,
        } * u64::from(rule.point.per_digest());
        let points = *points::counts(rule, &self.pool.members, &order).get(usize::from(*order.first()?))?;
        (points < expected).then(|| {
            let text = format!(
                "Rounding gives each of the {} equal servers {points} points, not {expected}, as {} does with this many. \
                 That is how it has to be for the same placement; a client that makes {expected} places some keys \
                 elsewhere, and with one server more or fewer keys move between servers that stay.",
                order.len(),
                self.pool.dialect.id,
            );
            Advice::of_pool(AdviceKind::RoundedPoints, text)
        })
    }

    /// Tried, not looked up: counted-up keys, 50 a node, show what the hash does with these very nodes.
    fn clustered_keys(&self) -> Option<Advice> {
        let bits = self.pool.rule.key.hash.algorithm().bits();
        if self.live_count() < 2
            || !matches!(self.placement, Placement::Ring(_) | Placement::Modula(_))
            || bits < 32
        {
            return None;
        }
        let count = (50 * self.live_count()).clamp(1000, 100_000);
        let keys: Vec<String> = (0..count).map(|number| format!("user:{number}")).collect();
        let mut sample = self.sample();
        sample.add(self, &keys);
        let skewed = sample.skewed(self);
        if skewed.is_empty() {
            return None;
        }
        let mut most: Vec<(u64, &str)> =
            sample.counts.iter().map(|count| (count.keys, count.node.as_str())).collect();
        most.sort_by(|a, b| b.cmp(a));
        let without = most.iter().filter(|(keys, _)| *keys == 0).count();
        let top: Vec<String> = most
            .iter()
            .take(3)
            .filter(|(keys, _)| *keys > 0)
            .map(|(keys, node)| format!("{keys} on `{node}`"))
            .collect();
        let none = match without {
            0 => String::new(),
            1 => ", none on one server".into(),
            _ => format!(", none on {without} servers"),
        };
        Some(Advice {
            kind: AdviceKind::ClusteredKeys,
            text: format!(
                "The hash `{}` puts keys that differ in their last characters side by side: of `user:0` to `user:{}` \
                 there are {}{none}.{}",
                self.pool.rule.key.hash.algorithm().name(),
                count - 1,
                top.join(", "),
                self.better_hashes(),
            ),
            nodes: skewed.into_iter().map(|(node, _)| node).collect(),
        })
    }

    /// Which hashes of the dialect spread such keys, where it has a choice.
    fn better_hashes(&self) -> &'static str {
        match self.pool.dialect.option("hash") {
            Some(_) => " `murmur`, `md5` or `jenkins` would spread them; changing the hash moves keys.",
            None => "",
        }
    }

    fn uneven_shares(&self) -> Option<Advice> {
        if !matches!(self.placement, Placement::Ring(_) | Placement::WideRing(_)) || self.live_count() < 2 {
            return None;
        }
        let range = self.range()?;
        if range < Share::of_bits(32) {
            return None;
        }
        let total: u64 = (self.nodes().iter().zip(&self.live))
            .filter(|(_, live)| **live)
            .map(|(node, _)| u64::from(node.weight))
            .sum();
        let mut uneven = Vec::new();
        for ((node, share), live) in self.nodes().iter().zip(self.balance().shares).zip(&self.live) {
            let wanted = f64::from(node.weight) / total as f64;
            let factor = share.share?.of(range) / wanted;
            if *live && factor > 0.0 && !(0.75..=4.0 / 3.0).contains(&factor) {
                uneven.push((node.name.clone(), factor));
            }
        }
        let factors = factors(&mut uneven);
        (!uneven.is_empty()).then(|| Advice {
            kind: AdviceKind::UnevenShares,
            text: format!(
                "The ring gives some servers much more or less than their weight asks for: {factors} times their part. \
                 That is chance in so few points; names that differ, or more points where the dialect has an option, \
                 change it."
            ),
            nodes: uneven.into_iter().map(|(node, _)| node).collect(),
        })
    }

    fn fragile_list(&self) -> Option<Advice> {
        let list =
            matches!(self.placement, Placement::Modula(_) | Placement::CharSum(_)) && self.live_count() > 1;
        let text = "Keys are placed by a remainder: adding, removing or ejecting a server moves nearly all of them. See \
                    it with `keyhome diff`; a ring moves only the part of the server that comes or goes.";
        list.then(|| Advice::of_pool(AdviceKind::FragileList, text))
    }
}

impl Sample {
    /// In plain words, where the keys of this sample lie elsewhere than chance would put them.
    pub fn advice(&self, router: &Router) -> Option<Advice> {
        let mut skewed = self.skewed(router);
        let factors = factors(&mut skewed);
        (!skewed.is_empty()).then(|| Advice {
            kind: AdviceKind::SkewedSample,
            text: format!(
                "These keys do not spread as their hash values would: {factors} times what the share says. The hash \
                 `{}` clusters such keys, or many of them share a hash tag.",
                router.pool.rule.key.hash.algorithm().name(),
            ),
            nodes: skewed.into_iter().map(|(node, _)| node).collect(),
        })
    }
}

fn list(names: &[String]) -> String {
    first_few(names.iter().map(|name| format!("`{name}`")))
}

/// Nodes with the factor between what each has and what it should have, the highest first.
fn factors(nodes: &mut [(String, f64)]) -> String {
    nodes.sort_by(|a, b| b.1.total_cmp(&a.1));
    first_few(nodes.iter().map(|(node, factor)| format!("`{node}` {factor:.2}")))
}

fn first_few(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(NAMED);
    let shown = all.take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
