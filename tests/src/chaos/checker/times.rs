//! How long anything may take: an operation to end, and a client to get on with a server after a fault.

use std::collections::HashMap;

use super::{Recovery, Rules, Verdict, Violation, certainty::starved, shown};
use crate::chaos::history::{Asks, Client, Fault, History, Operation, Target};

/// Every operation ends within its client's bound.
pub(super) fn check_ends(history: &History, rules: &Rules, verdict: &mut Verdict) {
    for operation in &history.operations {
        let client = &history.clients[operation.client];
        let bound = client.bound + rules.margin;
        let is_late = match operation.end {
            None => true,
            Some(end) => {
                let took = end - operation.begin;
                took > bound && took > bound + starved(history, operation.client, operation.begin, end)
            }
        };
        if is_late {
            let what = format!("{}; it may take {bound} µs", shown(history, operation));
            verdict.violations.push(Violation::Stuck { what });
        }
    }
}

/// After each fault each client succeeds in time, unless another fault comes first; and it does not think a server out that has
/// long been back.
pub(super) fn check_recoveries(
    history: &History,
    rules: &Rules,
    homes: &HashMap<&str, usize>,
    verdict: &mut Verdict,
) {
    for (client, Client { asks, .. }) in history.clients.iter().enumerate() {
        if *asks == Asks::Homes {
            continue;
        }
        let mut successes: HashMap<usize, Vec<(u64, u64)>> = HashMap::new();
        for operation in history.operations.iter().filter(|one| one.client == client && one.is_answered()) {
            if let Operation { begin, end: Some(end), .. } = *operation {
                successes.entry(homes[operation.key.as_str()]).or_default().push((begin, end));
            }
        }
        for times in successes.values_mut() {
            times.sort_unstable();
        }
        for fault in &history.faults {
            let servers: Vec<usize> = match fault.target {
                Target::Server(server) => vec![server],
                Target::Proxy if *asks == Asks::Proxy => successes.keys().copied().collect(),
                Target::Proxy => continue,
            };
            for server in servers {
                let times = successes.get(&server).map_or(&[][..], Vec::as_slice);
                check_recovery(history, rules, fault, (client, server), times, verdict);
            }
        }
        check_told(history, rules, client, verdict);
        check_calm(history, rules, homes, client, verdict);
    }
}

fn check_recovery(
    history: &History,
    rules: &Rules,
    fault: &Fault,
    (client, server): (usize, usize),
    successes: &[(u64, u64)],
    verdict: &mut Verdict,
) {
    let concerns = |other: &Fault| {
        other.target == Target::Server(server)
            || (other.target == Target::Proxy && history.clients[client].asks == Asks::Proxy)
    };
    let others = history.faults.iter().filter(|other| concerns(other) && !std::ptr::eq(*other, fault));
    let next = others.filter(|other| other.end > fault.end).map(|other| other.begin).min();
    let deadline = fault.end + rules.recovery();
    let first = successes.partition_point(|&(begin, _)| begin < fault.end);
    match successes.get(first..).unwrap_or_default().iter().map(|&(_, end)| end).min() {
        Some(end) if next.is_none_or(|next| end < next) => {
            let took = end - fault.end;
            let recovery = Recovery { client, what: fault.what, target: fault.target, took };
            verdict.recoveries.push(recovery);
            if end > deadline && end > deadline + starved(history, client, fault.begin, end) {
                late(history, rules, fault, (client, server), &format!("after {took} µs"), verdict);
            }
        }
        // It had the time to, and has not. The harness takes as long as that after the last fault.
        _ if next.is_none_or(|next| next > deadline + starved(history, client, fault.begin, next)) => {
            late(history, rules, fault, (client, server), "not at all", verdict);
        }
        _ => verdict.interrupted += 1,
    }
}

fn late(
    history: &History,
    rules: &Rules,
    fault: &Fault,
    (client, server): (usize, usize),
    when: &str,
    verdict: &mut Verdict,
) {
    let Fault { what, target, end, .. } = fault;
    let client = &history.clients[client].name;
    let may = rules.recovery();
    let what = format!(
        "{client} got on with server {server} {when}, after {target:?} was {what} until {end}; it may take {may} µs"
    );
    verdict.violations.push(Violation::Late { what });
}

/// When all has long been well, hardly anything fails any more. A machine that does much else may let a few run out of time.
fn check_calm(
    history: &History,
    rules: &Rules,
    homes: &HashMap<&str, usize>,
    client: usize,
    verdict: &mut Verdict,
) {
    const FEW: usize = 3;
    let Some(last) = history.faults.iter().map(|fault| fault.end).max() else { return };
    let calm = last + rules.recovery();
    let mut servers: HashMap<usize, (usize, usize)> = HashMap::new();
    for operation in history.operations.iter().filter(|one| one.client == client && one.begin > calm) {
        let (all, failed) = servers.entry(homes[operation.key.as_str()]).or_default();
        *all += 1;
        *failed += usize::from(!operation.is_answered());
    }
    for (server, (all, failed)) in servers {
        if failed > FEW && failed * 2 > all {
            let client = &history.clients[client].name;
            let what =
                format!("{client} still fails {failed} of {all} times with server {server} after {calm}");
            verdict.violations.push(Violation::Late { what });
        }
    }
}

/// Who is told that a server is out is told that it is back.
fn check_told(history: &History, rules: &Rules, client: usize, verdict: &mut Verdict) {
    let mut last = HashMap::new();
    let mut told: Vec<_> = history.told.iter().filter(|told| told.client == client).collect();
    told.sort_by_key(|told| told.at);
    for told in told {
        last.insert(told.server, told);
    }
    let end = history.operations.iter().filter_map(|one| one.end).max().unwrap_or_default();
    for (server, told) in last {
        // The harness has waited longer than this after the last fault.
        let may = rules.recovery();
        if told.is_out && told.at + may + starved(history, client, told.at, end) < end {
            let client = &history.clients[client].name;
            let what = format!("{client} thinks server {server} out since {}, until {end}", told.at);
            verdict.violations.push(Violation::Late { what });
        }
    }
}
