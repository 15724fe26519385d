//! Which nodes take part: ejection and return, as a state that only its arguments change.
//!
//! `remap` is twemproxy's `auto_eject_hosts` to the letter; `fail` and `probe` are the same machine with another end.
//! The caller says what became of requests and checks, and when: any clock of microseconds that does not run backwards
//! will do, the same in all calls. There is no timer: a node comes back when a request finds its time over.
//!
//! ```
//! use keyhome_core::{Dialect, Health, Member, Node, Options, Outcome, Router, health::{LiveSet, Rules}};
//!
//! let nodes = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"].map(|a| Member::from(Node::new(a, a)));
//! let all = Router::new(Dialect::TWEMPROXY, &Options::new(), nodes.into())?;
//! let rules = Rules { auto_eject_hosts: true, server_failure_limit: 1, ..Rules::default() };
//! let mut health = Health::new(rules, all.nodes().len())?;
//! let mut router = all.clone();
//!
//! let mut now = 1_000_000;
//! health.report(0, Outcome::Failure, now)?;
//!
//! // Before each request:
//! match health.update(now) {
//!     LiveSet::Same => {}
//!     LiveSet::Changed => router = all.without_indexes(&health.gone())?,
//!     LiveSet::Empty => return Err(health.all_gone()), // nobody is asked
//! }
//! let home = router.index("user:1001")?;
//! health.admit(home, now)?; // `fail` refuses here
//! assert_ne!(home, 0);
//!
//! // 30 seconds later it is tried again, and people are told that keys of it may lie elsewhere.
//! now += 30_000_001;
//! assert_eq!(health.update(now), LiveSet::Changed);
//! assert_eq!(health.take_events().len(), 2);
//! # Ok::<(), keyhome_core::Error>(())
//! ```
//!
//! From twitter/twemproxy `src/nc_server.c` (`server_failure`, `server_ok`, `server_pool_update`) and
//! `src/hashkit/nc_ketama.c` (`ketama_update`, which counts who is live).

mod event;
mod node;
mod outcome;
mod rules;

pub use event::Event;
pub use outcome::{Outcome, is_failure};
pub use rules::{OnFailure, Rules};

use alloc::{format, vec, vec::Vec};

use serde::Serialize;

use crate::{
    dialect::NODES_MAX,
    error::{Error, ErrorKind},
    topology::{ByName, Node, no_node},
    words::words,
};
use node::NodeHealth;

words! {
    /// What [`Health::update`] says of the nodes that take part.
    LiveSet {
        /// They are the same as before.
        Same = "same",
        /// They are others: keys are placed by `router.without_indexes(&health.gone())` from now on.
        Changed = "changed",
        /// There are none: the request is refused and nobody is asked. Placement stays what it was.
        Empty = "empty",
    }
}

/// Events kept for an owner who does not take them; older ones go first.
const EVENTS_MAX: usize = 1024;

/// Which nodes of a pool take part. In JSON: `rules`, `live` (how many), `next_rebuild`, and `nodes`, each with
/// `failure_count`, `next_retry`, `ejected_at`, `ejections`, `away_since` (`null`: it is live), `keys_elsewhere`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    rules: Rules,
    /// How many nodes were live when they were last counted.
    live: usize,
    /// The first time at which a node that was out then is to be tried again.
    next_rebuild: Option<u64>,
    nodes: Vec<NodeHealth>,
    /// From when on [`update`](Self::update) has something to do.
    #[serde(skip)]
    due: u64,
    /// Whether the owner has not been told of the placement, or a node that it does without is not marked so.
    #[serde(skip)]
    pending: bool,
    #[serde(skip)]
    events: Vec<Event>,
}

impl Health {
    /// `nodes` nodes, all of them live.
    ///
    /// Errors: `pool.empty` for none, `config.nodes` for more than 65,535.
    pub fn new(rules: Rules, nodes: usize) -> Result<Self, Error> {
        if nodes == 0 {
            return Err(Error::new(ErrorKind::PoolEmpty, "no node; at least one is needed"));
        }
        if nodes > NODES_MAX {
            let detail = format!("{nodes} nodes; at most {NODES_MAX} are taken");
            return Err(Error::new(ErrorKind::ConfigNodes, detail));
        }
        Ok(Self {
            rules,
            live: nodes,
            next_rebuild: None,
            nodes: vec![NodeHealth::NEW; nodes],
            due: u64::MAX,
            pending: false,
            events: Vec::new(),
        })
    }

    /// The health of another list of nodes, after a reload: a node whose name stays keeps what is known about it, the
    /// others are new and live. The owner is taken to place keys on all of `new`, so that the first
    /// [`update`](Self::update) is [`LiveSet::Changed`] if some of them are out. Events carry indexes of `new`; those of
    /// `old` are taken first.
    ///
    /// Errors: those of [`new`](Self::new); `argument.range` if `old` is not as long as this health.
    pub fn reloaded(&self, rules: Rules, old: &[Node], new: &[Node], now: u64) -> Result<Self, Error> {
        if old.len() != self.nodes.len() {
            return Err(Error::new(ErrorKind::ArgumentRange, "this health has another number of nodes"));
        }
        let mut health = Self::new(rules, new.len())?;
        let mut names: Vec<(&str, usize)> = Vec::with_capacity(old.len());
        names.extend(old.iter().enumerate().map(|(index, node)| (node.name.as_str(), index)));
        let names = ByName::of(names);
        for (node, state) in new.iter().zip(&mut health.nodes) {
            if let Some(known) = names.index(&node.name).and_then(|index| self.nodes.get(index)) {
                *state = *known;
                state.placed = true;
                state.next_retry = state.next_retry.filter(|_| rules.auto_eject_hosts);
                health.live -= usize::from(!state.is_live());
            }
        }
        health.rebuild(now);
        Ok(health)
    }

    /// The rules that were given.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Before each request, and before its key is placed: whether nodes came or went since the last call. Nodes whose
    /// time is over come back here. Where nothing is to be done this is one comparison.
    ///
    /// With `fail` it is always [`LiveSet::Same`].
    #[inline]
    pub fn update(&mut self, now: u64) -> LiveSet {
        if now < self.due { LiveSet::Same } else { self.update_now(now) }
    }

    #[cold]
    fn update_now(&mut self, now: u64) -> LiveSet {
        // Strictly later, as twemproxy has it.
        if !self.probes() && self.next_rebuild.is_some_and(|at| now > at) {
            self.rebuild(now);
        }
        if self.is_all_gone() {
            return LiveSet::Empty;
        }
        if !self.pending {
            return LiveSet::Same;
        }
        let mut changed = false;
        for node in &mut self.nodes {
            let live = node.is_live();
            changed |= node.placed != live;
            node.placed = live;
            // A request follows, and is placed without it.
            node.keys_elsewhere |= !live;
        }
        self.pending = false;
        self.schedule();
        if changed { LiveSet::Changed } else { LiveSet::Same }
    }

    /// Whether a request for a key of the node at `index` may be sent. Only `fail` refuses, with `node.ejected`, and
    /// lets the node be tried again when its time is over, whether [`update`](Self::update) is called or not.
    ///
    /// Errors: `node.ejected`; `argument.range` for a node that is not there.
    #[inline]
    pub fn admit(&mut self, index: usize, now: u64) -> Result<(), Error> {
        if index >= self.nodes.len() {
            return Err(no_node(index, self.nodes.len()));
        }
        if self.rules.on_failure == OnFailure::Fail {
            self.update(now);
            if !self.is_live(index) {
                return Err(self.refusal(index));
            }
        }
        Ok(())
    }

    #[cold]
    fn refusal(&self, index: usize) -> Error {
        let until = self.nodes[index].next_retry.or(self.next_rebuild).unwrap_or_default();
        let detail = format!("node {index} has failed and is left alone until {until} µs");
        Error::new(ErrorKind::NodeEjected, detail)
    }

    /// The error for a request that finds no node live ([`LiveSet::Empty`]): `pool.ejected`.
    #[cold]
    pub fn all_gone(&self) -> Error {
        let detail = format!("all {} nodes have failed and are left alone for now", self.nodes.len());
        Error::new(ErrorKind::PoolEjected, detail)
    }

    /// What became of a request to the node at `index`, or of a check of it.
    ///
    /// - A reply sets its count of failures to 0. If there were any, it also forgets until when the node is out: one
    ///   that failed once more after its ejection, and then answers, is live from the next time that nodes are counted,
    ///   for whatever reason. That is twemproxy's, and kept; with `probe` it makes a check due.
    /// - A failure that reaches the limit takes the node out, or puts off its return if it is out already.
    /// - A passed check brings back a node that is out, in every mode; a failed one puts off its return.
    ///
    /// Errors: `argument.range` for a node that is not there.
    pub fn report(&mut self, index: usize, outcome: Outcome, now: u64) -> Result<(), Error> {
        let probes = self.probes();
        let retry_at = self.rules.retry_at(now);
        let nodes = self.nodes.len();
        let Some(node) = self.nodes.get_mut(index) else { return Err(no_node(index, nodes)) };
        match outcome {
            Outcome::Reply => {
                if node.failure_count != 0 {
                    node.failure_count = 0;
                    node.next_retry = node.next_retry.filter(|_| probes).map(|at| at.min(now));
                }
                return Ok(());
            }
            Outcome::Failure => {
                if !self.rules.auto_eject_hosts {
                    return Ok(());
                }
                node.failure_count = node.failure_count.saturating_add(1);
                if node.failure_count < self.rules.server_failure_limit {
                    return Ok(());
                }
                node.failure_count = 0;
                node.ejected_at = Some(now);
                node.ejections += 1;
                node.next_retry = Some(retry_at);
            }
            Outcome::CheckPassed | Outcome::CheckFailed if node.is_live() => return Ok(()),
            Outcome::CheckPassed => {
                node.failure_count = 0;
                node.next_retry = None;
            }
            Outcome::CheckFailed => node.next_retry = Some(retry_at),
        }
        let was_live = node.is_live();
        self.rebuild(now);
        if !was_live && !self.is_live(index) {
            self.tell(Event::Postponed { index, at: now, until: retry_at });
        }
        Ok(())
    }

    /// Counts who is live. Whoever is not out any longer is, unprobed, and must fail as often again to be taken out;
    /// but with `probe`, only who was never out or passed a check.
    fn rebuild(&mut self, now: u64) {
        let probes = self.probes();
        let were_live = self.live;
        self.live = 0;
        self.next_rebuild = None;
        for index in 0..self.nodes.len() {
            let node = &mut self.nodes[index];
            let event = match node.next_retry {
                Some(until) if probes || until > now => {
                    self.next_rebuild = Some(self.next_rebuild.map_or(until, |first| first.min(until)));
                    let ejected = node.is_live();
                    node.away_since = node.away_since.or(Some(now));
                    ejected.then_some(Event::Ejected { index, at: now, until })
                }
                _ => {
                    self.live += 1;
                    node.next_retry = None;
                    let keys_elsewhere = core::mem::take(&mut node.keys_elsewhere);
                    let away_since = node.away_since.take();
                    away_since.map(|since| Event::Returned {
                        index,
                        at: now,
                        away: now.saturating_sub(since),
                        keys_elsewhere,
                    })
                }
            };
            if let Some(event) = event {
                self.tell(event);
            }
        }
        if let Some(until) = self.next_rebuild.filter(|_| self.live == 0 && were_live > 0) {
            self.tell(Event::AllGone { at: now, until });
        }
        // Where nobody is left, placement stays what it was.
        if self.live > 0 && self.rules.on_failure != OnFailure::Fail {
            self.pending = false;
            for node in &self.nodes {
                let live = node.is_live();
                self.pending |= node.placed != live || !live && !node.keys_elsewhere;
            }
        }
        self.schedule();
    }

    /// From when on `update` has something to do.
    fn schedule(&mut self) {
        self.due = match self.next_rebuild {
            _ if self.pending || self.is_all_gone() => 0,
            Some(at) if !self.probes() => at.saturating_add(1),
            _ => u64::MAX,
        };
    }

    fn probes(&self) -> bool {
        self.rules.on_failure == OnFailure::Probe
    }

    fn tell(&mut self, event: Event) {
        if self.events.len() == EVENTS_MAX {
            self.events.remove(0);
        }
        self.events.push(event);
    }

    /// What happened since the last call, in order. Of what nobody takes, the latest 1,024 are kept.
    pub fn take_events(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    /// `probe`: the nodes whose check is due, ascending. Each is handed out once; if nothing is reported of it, again
    /// after `server_retry_timeout`. Other modes need no checks: it is empty.
    pub fn due_checks(&mut self, now: u64) -> Vec<usize> {
        let mut due = Vec::new();
        if self.next_check().is_some_and(|at| at <= now) {
            let retry_at = self.rules.retry_at(now);
            for (index, node) in self.nodes.iter_mut().enumerate() {
                if !node.is_live() && node.next_retry.is_some_and(|at| at <= now) {
                    node.next_retry = Some(retry_at);
                    due.push(index);
                }
            }
            self.next_rebuild = self.next_check();
        }
        due
    }

    /// `probe`: when the next check is due, for a timer; `None` while there is nothing to check.
    pub fn next_check(&self) -> Option<u64> {
        let out = self.nodes.iter().filter(|node| self.probes() && !node.is_live());
        out.filter_map(|node| node.next_retry).min()
    }

    /// Whether all is as at the beginning: all nodes are live, and none has failed since its last reply. Until the next
    /// failure is reported, replies need not be, and [`update`](Self::update) is [`LiveSet::Same`].
    pub fn is_calm(&self) -> bool {
        let calm = |node: &NodeHealth| node.is_live() && node.failure_count == 0 && node.next_retry.is_none();
        self.due == u64::MAX && self.nodes.iter().all(calm)
    }

    /// The nodes that the owner's placement does without, ascending: for [`Router::without_indexes`] of the router with
    /// all nodes. They change when [`update`](Self::update) says [`LiveSet::Changed`] and at no other time, whoever goes
    /// and comes back in between. With `fail` there are never any.
    ///
    /// [`Router::without_indexes`]: crate::Router::without_indexes
    pub fn gone(&self) -> Vec<usize> {
        let gone = self.nodes.iter().enumerate().filter(|(_, node)| !node.placed);
        gone.map(|(index, _)| index).collect()
    }

    /// Whether the node at `index` was live when nodes were last counted.
    pub fn is_live(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(NodeHealth::is_live)
    }

    /// How many were.
    pub fn live(&self) -> usize {
        self.live
    }

    /// Whether every request is refused because nobody is live. Never with `fail`, which refuses by node.
    pub fn is_all_gone(&self) -> bool {
        self.live == 0 && self.rules.on_failure != OnFailure::Fail
    }
}
