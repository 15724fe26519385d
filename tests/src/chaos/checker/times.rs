//! How long anything may take: an operation to end, and a client to get on with a server after a fault.

use std::collections::HashMap;

use super::{Recovery, Rules, Starvation, Verdict, Violation, shown};
use crate::chaos::history::{Asks, Client, Fault, History, Operation, Target};

/// What is known of a run.
pub(super) struct Times<'a> {
    pub(super) history: &'a History,
    pub(super) rules: &'a Rules,
    pub(super) starvation: &'a Starvation,
    pub(super) homes: &'a HashMap<&'a str, usize>,
}

impl Times<'_> {
    /// Every operation ends within its client's bound.
    pub(super) fn check_ends(&self, verdict: &mut Verdict) {
        for operation in &self.history.operations {
            let Operation { client, begin, end, .. } = *operation;
            let bound = self.history.clients[client].bound + self.rules.margin;
            let is_late = end.is_none_or(|end| {
                let took = end - begin;
                took > bound && took > bound + self.starvation.of(client, begin, end)
            });
            if is_late {
                let what = format!("{}; it may take {bound} µs", shown(self.history, operation));
                verdict.violations.push(Violation::Stuck { what });
            }
        }
    }

    /// After each fault each client succeeds in time, unless another fault comes first; it does not think a server out that has
    /// long been back; and when all has long been well, no server is out for long.
    pub(super) fn check_recoveries(&self, verdict: &mut Verdict) {
        for (client, Client { asks, .. }) in self.history.clients.iter().enumerate() {
            if *asks == Asks::Homes {
                continue;
            }
            let mut successes: HashMap<usize, Vec<(u64, u64)>> = HashMap::new();
            let own = || self.history.operations.iter().filter(move |one| one.client == client);
            for operation in own().filter(|one| one.is_answered()) {
                if let Operation { begin, end: Some(end), .. } = *operation {
                    successes.entry(self.homes[operation.key.as_str()]).or_default().push((begin, end));
                }
            }
            for times in successes.values_mut() {
                times.sort_unstable();
            }
            for fault in &self.history.faults {
                let servers: Vec<usize> = match fault.target {
                    Target::Server(server) => vec![server],
                    Target::Proxy if *asks == Asks::Proxy => successes.keys().copied().collect(),
                    Target::Proxy => continue,
                };
                for server in servers {
                    let times = successes.get(&server).map_or(&[][..], Vec::as_slice);
                    self.check_recovery(fault, client, server, times, verdict);
                }
            }
            self.check_told(client, verdict);
            self.check_calm(client, verdict);
        }
    }

    fn check_recovery(
        &self,
        fault: &Fault,
        client: usize,
        server: usize,
        successes: &[(u64, u64)],
        verdict: &mut Verdict,
    ) {
        let concerns = |other: &Fault| {
            other.target == Target::Server(server)
                || (other.target == Target::Proxy && self.history.clients[client].asks == Asks::Proxy)
        };
        let faults = &self.history.faults;
        let others = faults.iter().filter(|other| concerns(other) && !std::ptr::eq(*other, fault));
        let next = others.filter(|other| other.end > fault.end).map(|other| other.begin).min();
        let deadline =
            |until: u64| fault.end + self.rules.recovery() + self.starvation.of(client, fault.begin, until);
        let first = successes.partition_point(|&(begin, _)| begin < fault.end);
        match successes.get(first..).unwrap_or_default().iter().map(|&(_, end)| end).min() {
            Some(end) if next.is_none_or(|next| end < next) => {
                let took = end - fault.end;
                let recovery = Recovery { client, what: fault.what, target: fault.target, took };
                verdict.recoveries.push(recovery);
                if end > deadline(end) {
                    self.late(fault, client, server, &format!("after {took} µs"), verdict);
                }
            }
            // It had the time to, and has not.
            _ if next.unwrap_or_else(|| self.end()) > deadline(next.unwrap_or_else(|| self.end())) => {
                self.late(fault, client, server, "not at all", verdict);
            }
            _ => verdict.interrupted += 1,
        }
    }

    fn late(&self, fault: &Fault, client: usize, server: usize, when: &str, verdict: &mut Verdict) {
        let Fault { what, target, end, .. } = fault;
        let client = &self.history.clients[client].name;
        let may = self.rules.recovery();
        let what = format!(
            "{client} got on with server {server} {when}, after {target:?} was {what} until {end}; it may take {may} µs"
        );
        verdict.violations.push(Violation::Late { what });
    }

    /// The end of the run.
    fn end(&self) -> u64 {
        self.history.operations.iter().filter_map(|one| one.end).max().unwrap_or_default()
    }

    /// With no server does everything fail for longer than one that is taken out once more: a machine that does much else may let
    /// two operations run out of time. How many fail says nothing: those that are refused take no time.
    fn check_calm(&self, client: usize, verdict: &mut Verdict) {
        const FEW: usize = 3;
        let Some(last) = self.history.faults.iter().map(|fault| fault.end).max() else { return };
        let calm = last + self.rules.recovery();
        let may = self.rules.retry + 2 * self.rules.timeout + self.starvation.of(client, calm, self.end());
        let mut servers: HashMap<usize, Vec<(u64, bool)>> = HashMap::new();
        let own = self.history.operations.iter().filter(|one| one.client == client && one.begin > calm);
        for operation in own {
            let ended = (operation.end.unwrap_or(u64::MAX), operation.is_answered());
            servers.entry(self.homes[operation.key.as_str()]).or_default().push(ended);
        }
        for (server, mut ended) in servers {
            ended.sort_unstable();
            let failing = ended.chunk_by(|(_, one), (_, next)| one == next).filter(|some| !some[0].1);
            for some in failing.filter(|some| some.len() > FEW) {
                let (from, to) = (some[0].0, some[some.len() - 1].0);
                if to - from > may {
                    let client = &self.history.clients[client].name;
                    let failed = some.len();
                    let what = format!(
                        "{client} still fails {failed} times with server {server}, from {from} to {to}; all was well at {last}"
                    );
                    verdict.violations.push(Violation::Late { what });
                }
            }
        }
    }

    /// Who is told that a server is out is told that it is back.
    fn check_told(&self, client: usize, verdict: &mut Verdict) {
        let mut last = HashMap::new();
        let mut told: Vec<_> = self.history.told.iter().filter(|told| told.client == client).collect();
        told.sort_by_key(|told| told.at);
        for told in told {
            last.insert(told.server, told);
        }
        let end = self.end();
        for (server, told) in last {
            // The harness has waited longer than this after the last fault.
            let may = self.rules.recovery() + self.starvation.of(client, told.at, end);
            if told.is_out && told.at + may < end {
                let client = &self.history.clients[client].name;
                let what = format!("{client} thinks server {server} out since {}, until {end}", told.at);
                verdict.violations.push(Violation::Late { what });
            }
        }
    }
}
