#![no_main]
//! Any calls of health at any times, clocks that run backwards included: nothing panics, the books balance, and no node
//! is lost.

use keyhome::health::{LiveSet, Rules};
use keyhome::{Dialect, Health, Member, Node, OnFailure, Options, Outcome, Router};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Call {
    Update,
    Admit(u8),
    Report(u8, u8),
    Checks,
    Pass(u32),
    Jump(u64),
    Reload(u8, Given),
}

/// Rules.
#[derive(Arbitrary, Debug)]
struct Given {
    on_failure: u8,
    auto_eject_hosts: bool,
    limit: u8,
    retry: u16,
}

impl Given {
    fn rules(&self) -> Rules {
        Rules {
            on_failure: OnFailure::ALL[usize::from(self.on_failure) % OnFailure::ALL.len()],
            auto_eject_hosts: self.auto_eject_hosts,
            server_failure_limit: u32::from(self.limit % 5),
            server_retry_timeout: u32::from(self.retry),
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Case {
    given: Given,
    nodes: u8,
    calls: Vec<Call>,
}

fn pool(first: usize, count: usize) -> Router {
    let node = |number: usize| Member::from(Node::new(format!("n{number}"), format!("10.0.0.{number}:6379")));
    // The dialect that is made ready soonest: what is asked here is who takes part.
    let dialect = Dialect::find("charsum").expect("the dialect is known");
    Router::new(dialect, &Options::new(), (first..first + count).map(node).collect())
        .expect("names differ, and there is one")
}

/// The nodes that the owner's router does without.
fn gone(router: &Router) -> Vec<usize> {
    (0..router.nodes().len()).filter(|index| !router.is_live(*index)).collect()
}

fn check(health: &mut Health, router: &mut Router, all: &Router, now: u64) {
    assert_eq!(gone(router), health.gone(), "whatever happened before the owner asks");
    let said = health.update(now);
    assert_eq!(said == LiveSet::Empty, health.is_all_gone());
    if said == LiveSet::Changed {
        *router = all.without_indexes(&health.gone()).expect("somebody is left");
    }
    let nodes = all.nodes().len();
    assert_eq!(gone(router), health.gone(), "the owner has followed");
    let out: Vec<usize> = (0..nodes).filter(|index| !health.is_live(*index)).collect();
    assert_eq!(health.live(), nodes - out.len());
    if said != LiveSet::Empty && health.rules().on_failure != OnFailure::Fail {
        assert_eq!(gone(router), out, "keys are placed on those who are live");
    }
    assert_ne!(health.update(now), LiveSet::Changed, "it was told");
}

fuzz_target!(|case: Case| {
    let mut all = pool(0, usize::from(case.nodes % 6) + 1);
    let mut router = all.clone();
    let mut health = Health::new(case.given.rules(), all.nodes().len()).expect("few nodes");
    let (mut now, mut latest) = (0_u64, 0);
    for call in case.calls {
        latest = latest.max(now);
        let nodes = all.nodes().len();
        match call {
            Call::Update => check(&mut health, &mut router, &all, now),
            Call::Admit(index) => {
                let code = health.admit(usize::from(index), now).err().map(|error| error.code());
                match code {
                    None => assert!(usize::from(index) < nodes),
                    Some("node.ejected") => assert!(!health.is_live(usize::from(index))),
                    Some(code) => assert!(code == "argument.range" && usize::from(index) >= nodes),
                }
            }
            Call::Report(index, outcome) => {
                let outcome = Outcome::ALL[usize::from(outcome) % Outcome::ALL.len()];
                let before = health.clone();
                if health.report(usize::from(index), outcome, now).is_err() {
                    assert!(usize::from(index) >= nodes && health == before);
                }
            }
            Call::Checks => {
                for index in health.due_checks(now) {
                    assert!(!health.is_live(index) && health.rules().on_failure == OnFailure::Probe);
                }
            }
            Call::Pass(time) => now = now.saturating_add(u64::from(time)),
            Call::Jump(time) => now = time,
            Call::Reload(nodes, given) => {
                let next = pool(usize::from(nodes / 6) % 4, usize::from(nodes % 6) + 1);
                health = health
                    .reloaded(given.rules(), all.nodes(), next.nodes(), now)
                    .expect("as long as its router");
                (router, all) = (next.clone(), next);
                check(&mut health, &mut router, &all, now);
            }
        }
    }
    // Time that passes brings everybody back, if there is any left.
    if latest.max(now) > 1 << 60 {
        return;
    }
    now = latest.max(now);
    // Some may be out by rules of before a reload.
    let retry = u64::from(u16::MAX) * 1000 + 1;
    for _ in 0..=all.nodes().len() {
        now += retry;
        for index in health.due_checks(now) {
            health.report(index, Outcome::CheckPassed, now).expect("it is there");
        }
        check(&mut health, &mut router, &all, now);
    }
    assert_eq!(health.live(), all.nodes().len());
});
