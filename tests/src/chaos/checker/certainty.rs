//! When it is certain what clients think of a server, and what it has.

use std::collections::HashMap;

use super::{Mode, Rules, Starvation};
use crate::chaos::history::{Asks, Fault, History, Target};

/// After a fault, and the time in which clients may still think a server out, it is this long until what was under way is over.
const SETTLES: u64 = 1_000_000;

/// What is known of each server.
#[derive(Debug)]
pub(super) struct Certainty {
    /// By server: when it was killed and started again empty, in order.
    emptied: Vec<Vec<(u64, u64)>>,
    /// By server: when somebody may think that it is out, or something that was asked before may still be on its way to it. In
    /// order, and none touches another.
    uncertain: Vec<Vec<(u64, u64)>>,
}

impl Certainty {
    pub(super) fn new(
        history: &History,
        rules: &Rules,
        homes: &HashMap<&str, usize>,
        starvation: &Starvation,
    ) -> Self {
        let servers = homes.values().max().map_or(0, |&last| last + 1);
        let mut emptied = vec![Vec::new(); servers];
        let mut uncertain = vec![Vec::new(); servers];
        // What starved at that time was as much later.
        let until = |begin: u64, end: u64| {
            let calm = end + rules.retry + rules.timeout + SETTLES;
            calm + starvation.most(history.clients.len(), begin, calm)
        };
        for Fault { target, begin, end, emptied: empty, .. } in &history.faults {
            if let Target::Server(server) = *target
                && server < servers
            {
                emptied[server].extend(*empty);
                uncertain[server].push((*begin, until(*begin, *end)));
            }
        }
        // Whatever the reason: who saw it fail may think it out. A client that loses the proxy knows nothing of servers, and the
        // proxy that is started anew neither.
        for operation in &history.operations {
            let is_behind_proxy = history.clients[operation.client].asks == Asks::Proxy;
            let about_server = |error: &&String| !is_behind_proxy || error.starts_with("reply: ");
            if let (Some(_), Some(end)) = (operation.error.as_ref().filter(about_server), operation.end) {
                let server = homes[operation.key.as_str()];
                uncertain[server].push((operation.begin, until(operation.begin, end)));
            }
        }
        for times in &mut emptied {
            times.sort_unstable();
        }
        Self { emptied, uncertain: uncertain.into_iter().map(joined).collect() }
    }

    /// Whether what a server had at `from` may be gone at `to`.
    pub(super) fn may_be_emptied(&self, server: usize, from: u64, to: u64) -> bool {
        let times = &self.emptied[server];
        times.get(times.partition_point(|&(_, gone)| gone < from)).is_some_and(|&(before, _)| before <= to)
    }

    /// Whether a server that had something at `had` has certainly lost it at `at`.
    pub(super) fn is_certainly_emptied(&self, server: usize, had: u64, at: u64) -> bool {
        let times = &self.emptied[server];
        times.get(times.partition_point(|&(before, _)| before <= had)).is_some_and(|&(_, gone)| gone < at)
    }

    /// Whether all of this time is certain.
    pub(super) fn is_certain(&self, server: usize, begin: u64, end: u64) -> bool {
        let times = &self.uncertain[server];
        let first = times.partition_point(|&(_, until)| until < begin);
        times.get(first).is_none_or(|&(from, _)| end < from)
    }

    /// When what failed at this time is certainly done, or never will be.
    pub(super) fn settled(&self, server: usize, end: u64) -> u64 {
        let times = &self.uncertain[server];
        let first = times.partition_point(|&(_, until)| until < end);
        times.get(first).filter(|&&(from, _)| from <= end).map_or(end + SETTLES, |&(_, until)| until)
    }

    /// Whether an operation of this time reached its home, and nothing else.
    pub(super) fn was_at_home(&self, mode: Mode, server: usize, begin: u64, end: u64) -> bool {
        mode == Mode::Fail || self.is_certain(server, begin, end)
    }
}

/// Puts together times that touch.
fn joined(mut times: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    times.sort_unstable();
    let mut all: Vec<(u64, u64)> = Vec::new();
    for (from, until) in times {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => all.push((from, until)),
        }
    }
    all
}
