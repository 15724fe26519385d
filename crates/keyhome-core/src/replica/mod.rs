//! Which of a node's endpoints, its primary and its replicas, serves a read.
//!
//! Load and latency come from what the owner reports, time and dice from each call: the same calls choose alike in
//! every language, and a recorded run can be played again. Time is in microseconds of any clock that does not run
//! backwards; dice are any number.
//!
//! ```
//! use keyhome_core::{Node, ReadFrom, Replica, ReplicaSet};
//!
//! let mut node = Node::new("redis-1", "10.0.0.1:6379");
//! node.replicas = vec![Replica::new("10.0.0.2:6379"), Replica::new("10.0.0.3:6379")];
//! let mut replicas = ReplicaSet::new(ReadFrom::LeastLatency, None, &node);
//!
//! let endpoint = replicas.choose(0x5bd1_e995, 1_000_000)?;
//! replicas.sent(endpoint, 1_000_000)?;
//! // ... ask it ...
//! replicas.done(endpoint, 250, 1_000_250)?;
//!
//! // This one read must see the latest write.
//! assert_eq!(replicas.choose_from(ReadFrom::Primary, 7, 1_000_300)?, 0);
//! # Ok::<(), keyhome_core::Error>(())
//! ```
//!
//! `least-latency` is the power of two choices (Mitzenmacher) over a peak-sensitive moving average, as in Finagle
//! (twitter/finagle `P2CPeakEwma.scala`), linkerd and brpc; outliers are Envoy's consecutive failures
//! (envoyproxy/envoy, outlier detection).

mod candidates;
mod latency;
mod read_from;
mod state;

pub use read_from::ReadFrom;

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::Serialize;

use crate::{
    error::{Error, ErrorKind},
    topology::Node,
};
use candidates::Candidates;
use latency::Latency;
use state::EndpointState;

/// The endpoints of one node and what is known about them. An endpoint is its place in [`Node::endpoints`]: 0 is the
/// primary, then the replicas in order. In JSON: `read_from`, `zone` and `endpoints`, each with `address`, `role`, `zone`,
/// `far`, `up`, `in_flight`, `latency` (as in [`ReplicaSet::latency`]), `failures` (in a row), `left_out_until` (`null`: it
/// is not).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplicaSet {
    read_from: ReadFrom,
    zone: Option<String>,
    endpoints: Vec<EndpointState>,
    /// Where the next turn starts.
    #[serde(skip)]
    turn: usize,
    /// The lowest average of those that are up.
    #[serde(skip)]
    quickest: Latency,
    /// By policy.
    #[serde(skip)]
    candidates: [Candidates; ReadFrom::ALL.len()],
}

impl ReplicaSet {
    /// The endpoints of `node`, all up. `zone` is the caller's own; without one all endpoints are equally near.
    pub fn new(read_from: ReadFrom, zone: Option<&str>, node: &Node) -> Self {
        let endpoints = node.endpoints().map(|endpoint| EndpointState::new(&endpoint, zone)).collect();
        Self {
            read_from,
            zone: zone.map(ToOwned::to_owned),
            endpoints,
            turn: 0,
            quickest: Latency::UNKNOWN,
            candidates: Default::default(),
        }
    }

    /// The policy that was given.
    pub fn read_from(&self) -> ReadFrom {
        self.read_from
    }

    /// How many endpoints there are.
    pub fn count(&self) -> usize {
        self.endpoints.len()
    }

    /// The endpoint that serves a read. `dice` are any number, different for each call: only [`ReadFrom::Random`] and
    /// [`ReadFrom::LeastLatency`] look at them.
    ///
    /// Errors: `replica.unavailable` where nothing that the policy allows is up.
    #[inline]
    pub fn choose(&mut self, dice: u64, now: u64) -> Result<usize, Error> {
        self.choose_from(self.read_from, dice, now)
    }

    /// As [`choose`](Self::choose), by another policy for this one read.
    #[inline]
    pub fn choose_from(&mut self, read_from: ReadFrom, dice: u64, now: u64) -> Result<usize, Error> {
        let candidates = &mut self.candidates[read_from as usize];
        if now >= candidates.until {
            candidates.find(read_from, &self.endpoints, now);
        }
        let list = candidates.list.as_slice();
        match (list, read_from) {
            ([], _) => Err(self.unavailable(read_from)),
            ([only], ReadFrom::Primary | ReadFrom::Random | ReadFrom::LeastLatency) => Ok(*only),
            (_, ReadFrom::Random) => Ok(list[drawn(mix(dice) >> 32, list.len())]),
            (_, ReadFrom::LeastLatency) => {
                let dice = mix(dice);
                let first = drawn(dice >> 32, list.len());
                let second = drawn(dice & 0xffff_ffff, list.len() - 1);
                let (first, second) = (list[first], list[second + usize::from(second >= first)]);
                // One number each, and no branch: which of two it is cannot be foreseen.
                let cost = |index: usize| {
                    let endpoint = &self.endpoints[index];
                    u128::from(endpoint.cost(self.quickest, now)) << 32 | u128::from(endpoint.in_flight)
                };
                Ok([first, second][usize::from(cost(second) < cost(first))])
            }
            _ => {
                // The first from the turn on, around.
                let before = list.iter().filter(|index| **index < self.turn).count();
                let found = list[if before == list.len() { 0 } else { before }];
                self.turn = found + 1;
                Ok(found)
            }
        }
    }

    #[cold]
    fn unavailable(&self, read_from: ReadFrom) -> Error {
        let up = self.endpoints.iter().filter(|endpoint| endpoint.up).count();
        let count = self.endpoints.len();
        let detail =
            format!("`{}` finds nothing to read from; {up} of {count} endpoints are up", read_from.word());
        Error::new(ErrorKind::ReplicaUnavailable, detail)
    }

    /// A request went to the endpoint. Each is followed by one of [`done`](Self::done), [`failed`](Self::failed),
    /// [`released`](Self::released). Commands that wait on purpose, such as BLPOP, are best not told of at all.
    ///
    /// Errors: `argument.range` for an endpoint that is not there.
    pub fn sent(&mut self, endpoint: usize, now: u64) -> Result<(), Error> {
        self.endpoint(endpoint)?.sent(now);
        Ok(())
    }

    /// It replied after `latency` µs. An error reply that [`is_failure`](crate::health::is_failure) is a failure.
    ///
    /// Errors: `argument.range` for an endpoint that is not there.
    pub fn done(&mut self, endpoint: usize, latency: u64, now: u64) -> Result<(), Error> {
        let quickest = self.quickest;
        let endpoint = self.endpoint(endpoint)?;
        let before = endpoint.latency();
        let forgiven = endpoint.done(latency, now);
        let (after, up) = (endpoint.latency(), endpoint.up);
        if forgiven {
            self.forget_candidates();
        }
        // Only where the quickest has become slower does it take a look at the others.
        if up && (after <= quickest || quickest == Latency::UNKNOWN) {
            self.quickest = after;
        } else if up && before == quickest {
            self.find_quickest();
        }
        Ok(())
    }

    /// It did not reply: the connection was refused, closed, or the request timed out. Three in a row, and it is left
    /// out for a second, twice as long each time in a row up to 32; but never more than half of the endpoints are.
    ///
    /// Errors: `argument.range` for an endpoint that is not there.
    pub fn failed(&mut self, endpoint: usize, now: u64) -> Result<(), Error> {
        let outliers = self.endpoints.iter().filter(|endpoint| endpoint.is_outlier(now)).count();
        let may_leave_out = (outliers + 1) * 2 <= self.endpoints.len();
        let quickest = self.quickest;
        self.endpoint(endpoint)?.failed(quickest, may_leave_out, now);
        self.forget_candidates();
        self.find_quickest();
        Ok(())
    }

    /// The request is over, and says nothing about the endpoint: it was cancelled, or it was a write or a whole
    /// pipeline, whose time cannot be compared.
    ///
    /// Errors: `argument.range` for an endpoint that is not there.
    pub fn released(&mut self, endpoint: usize, now: u64) -> Result<(), Error> {
        self.endpoint(endpoint)?.released(now);
        Ok(())
    }

    /// Whether the endpoint may be read from at all. Failures of one that comes up are forgotten; its latency is not.
    ///
    /// Errors: `argument.range` for an endpoint that is not there.
    pub fn set_up(&mut self, endpoint: usize, up: bool) -> Result<(), Error> {
        let state = self.endpoint(endpoint)?;
        if up && !state.up {
            state.forgive();
        }
        state.up = up;
        self.forget_candidates();
        self.find_quickest();
        Ok(())
    }

    /// Whether the endpoint is up; `false` for one that is not there.
    pub fn is_up(&self, endpoint: usize) -> bool {
        self.endpoints.get(endpoint).is_some_and(|endpoint| endpoint.up)
    }

    /// Requests that were sent to the endpoint and are not over; 0 for one that is not there.
    pub fn in_flight(&self, endpoint: usize) -> u32 {
        self.endpoints.get(endpoint).map_or(0, |endpoint| endpoint.in_flight)
    }

    /// The moving average of its latencies when it last moved, in µs; `None` where none is known.
    pub fn latency(&self, endpoint: usize) -> Option<u64> {
        self.endpoints.get(endpoint)?.latency().microseconds()
    }

    /// The endpoints of `node` in place of those there are. What is known about an address that stays is kept, its
    /// requests in flight too, whatever its role is now.
    ///
    /// Gives the new place of each old endpoint, `None` where it is gone: requests in flight are reported under it.
    pub fn replace(&mut self, node: &Node) -> Vec<Option<usize>> {
        let old = core::mem::take(&mut self.endpoints);
        let zone = self.zone.as_deref();
        let mut places = Vec::new();
        places.resize(old.len(), None);
        for (place, endpoint) in node.endpoints().enumerate() {
            let known = old.iter().position(|known| known.address() == endpoint.address);
            // Of an address that is there twice, the first keeps what is known.
            let known = known.filter(|known| places[*known].is_none());
            self.endpoints.push(match known {
                Some(known) => {
                    places[known] = Some(place);
                    old[known].moved_to(&endpoint, zone)
                }
                None => EndpointState::new(&endpoint, zone),
            });
        }
        self.forget_candidates();
        self.find_quickest();
        places
    }

    fn forget_candidates(&mut self) {
        for candidates in &mut self.candidates {
            candidates.until = 0;
        }
    }

    fn find_quickest(&mut self) {
        let known = self.endpoints.iter().filter(|endpoint| endpoint.up).map(EndpointState::latency);
        self.quickest = known.filter(|latency| *latency != Latency::UNKNOWN).min().unwrap_or_default();
    }

    fn endpoint(&mut self, endpoint: usize) -> Result<&mut EndpointState, Error> {
        let last = self.endpoints.len() - 1;
        self.endpoints.get_mut(endpoint).ok_or_else(|| {
            let detail = format!("there is no endpoint {endpoint}; they go from 0 to {last}");
            Error::new(ErrorKind::ArgumentRange, detail)
        })
    }
}

/// Dice of any make, even a counter, spread over all bits: the end of splitmix64.
#[inline]
fn mix(dice: u64) -> u64 {
    let mut mixed = dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number below `count`, drawn with 32 bits.
#[inline]
fn drawn(bits: u64, count: usize) -> usize {
    ((bits * count as u64) >> 32) as usize
}
