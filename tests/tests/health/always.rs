//! Random runs: the core and its naive twin say the same, and what must hold does.

use std::collections::BTreeMap;

use keyhome::{Health, OnFailure, Outcome, health::LiveSet};
use keyhome_tests::traces::{
    Subject,
    health::{Call, Header, RulesText},
};
use proptest::{
    prelude::*,
    sample::{select, subsequence},
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

use crate::MS;

/// Milliseconds.
const RETRY_MAX: u32 = 3000;

fn rules() -> impl Strategy<Value = RulesText> {
    let retry = prop_oneof![1 => Just(0), 4 => 1..=RETRY_MAX];
    (select(OnFailure::WORDS), prop::bool::weighted(0.95), 0..4_u32, retry).prop_map(
        |(on_failure, auto_eject_hosts, server_failure_limit, server_retry_timeout)| RulesText {
            on_failure: on_failure.to_owned(),
            auto_eject_hosts,
            server_failure_limit,
            server_retry_timeout,
        },
    )
}

fn header() -> impl Strategy<Value = Header> {
    (rules(), 1..6_usize).prop_map(|(rules, nodes)| Header {
        trace: "health".to_owned(),
        name: String::new(),
        rules,
        nodes,
    })
}

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Another list of nodes. Whose it is the reload of is known when its turn has come.
fn reload() -> impl Strategy<Value = Call> {
    let new = subsequence(NAMES.map(str::to_owned).to_vec(), 1..=5).prop_shuffle();
    (rules(), new).prop_map(|(rules, new)| Call::Reloaded { rules, old: vec![], new, now: 0 })
}

fn outcome() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("reply"), 6 => Just("failure"), 1 => Just("check_passed"), 1 => Just("check_failed")]
}

/// A call, and how much time passes before it.
fn call() -> impl Strategy<Value = (Call, u64)> {
    // Times that meet retry times to the microsecond, too.
    let passes = prop_oneof![4 => Just(0), 2 => Just(1), 4 => 0..500_000_u64, 2 => (0..4_u64).prop_map(|n| n * 500_000)];
    let index = || 0..6_usize;
    let now = 0;
    let call = prop_oneof![
        8 => Just(Call::Update { now }),
        3 => index().prop_map(move |index| Call::Admit { index, now }),
        12 => (index(), outcome()).prop_map(move |(index, outcome)| Call::Report { index, outcome: outcome.to_owned(), now }),
        2 => Just(Call::DueChecks { now }),
        1 => Just(Call::NextCheck {}),
        1 => Just(Call::Gone {}),
        1 => Just(Call::Live {}),
        1 => index().prop_map(|index| Call::IsLive { index }),
        1 => Just(Call::IsAllGone {}),
        2 => Just(Call::TakeEvents {}),
        1 => reload(),
    ];
    (call, passes)
}

/// The call at its time, in a pool of these nodes.
fn at(mut call: Call, time: u64, names: &mut Vec<String>) -> Call {
    match &mut call {
        Call::Update { now }
        | Call::Admit { now, .. }
        | Call::Report { now, .. }
        | Call::DueChecks { now } => *now = time,
        Call::Reloaded { old, new, now, .. } => {
            *now = time;
            *old = std::mem::replace(names, new.clone());
        }
        _ => {}
    }
    call
}

fn names(header: &Header) -> Vec<String> {
    NAMES[..header.nodes].iter().map(|name| (*name).to_owned()).collect()
}

fn run(name: &str, cases: u32, test: impl Fn(Header, Vec<(Call, u64)>) -> Result<(), TestCaseError>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let inputs = (header(), prop::collection::vec(call(), 1..150));
    if let Err(error) = runner.run(&inputs, |(header, calls)| test(header, calls)) {
        panic!("{name}: {error}");
    }
    println!("{name}: {cases} runs");
}

#[test]
fn as_the_twin() {
    run("health beside its twin", 600, |header, calls| {
        let (mut core, mut twin) = (header.health(), header.twin());
        let (mut now, mut names) = (1, names(&header));
        for (call, passes) in calls {
            now += passes;
            let call = at(call, now, &mut names);
            let mut before = core.clone();
            let gave = core.perform(&call);
            prop_assert_eq!(&gave, &twin.perform(&call), "{:?}", call);
            prop_assert_eq!(before.perform(&call), gave, "the same state decides alike");
            prop_assert_eq!(before, core.clone());
        }
        let json = serde_json::to_value(&core).unwrap();
        let ejections =
            json["nodes"].as_array().unwrap().iter().map(|node| node["ejections"].as_u64().unwrap());
        prop_assert_eq!(ejections.sum::<u64>(), twin.server_ejects());
        Ok(())
    });
}

/// How many are live is how many are; ejections and returns of a node take turns; the owner who follows what `update`
/// says always has the ring that `gone` names; asking twice at one time changes nothing.
#[test]
fn the_books_balance() {
    run("the books of health", 300, |header, calls| {
        let mut health = header.health();
        let mut out: BTreeMap<String, bool> = BTreeMap::new();
        let mut owners = vec![];
        let (mut now, mut names) = (1, names(&header));
        for (number, (call, passes)) in calls.into_iter().enumerate() {
            now += passes;
            let call = at(call, now, &mut names);
            if health.perform(&call) == "changed" {
                owners = health.gone();
            }
            if matches!(call, Call::Reloaded { .. }) {
                // The owner begins with all nodes of the new pool.
                owners = vec![];
                out.retain(|name, _| names.contains(name));
            }
            let nodes = names.len();
            let counted = (0..nodes).filter(|index| health.is_live(*index)).count();
            prop_assert_eq!(counted, health.live());
            prop_assert_eq!(&owners, &health.gone(), "whatever happens before the owner asks");
            // Not always, so that several nodes go and come back between two requests.
            if number % 3 == 0 {
                let said = health.update(now);
                if said == LiveSet::Changed {
                    prop_assert!(owners != health.gone());
                    owners = health.gone();
                }
                prop_assert_eq!(said == LiveSet::Empty, health.is_all_gone());
                prop_assert_eq!(&owners, &health.gone());
                prop_assert!(owners.len() < nodes, "a ring has nodes");
                if said != LiveSet::Empty && health.rules().on_failure != OnFailure::Fail {
                    let out = (0..nodes).filter(|index| !health.is_live(*index));
                    prop_assert_eq!(&owners, &out.collect::<Vec<_>>());
                }
                let same = health.clone();
                let again = if said == LiveSet::Empty { said } else { LiveSet::Same };
                prop_assert_eq!(health.update(now), again);
                prop_assert_eq!(&health, &same);
                if health.rules().on_failure == OnFailure::Fail || !health.rules().auto_eject_hosts {
                    prop_assert!(said == LiveSet::Same && owners.is_empty());
                }
            }
            for event in serde_json::to_value(health.take_events()).unwrap().as_array().unwrap() {
                let (Some(what), Some(index)) = (event["event"].as_str(), event["index"].as_u64()) else {
                    continue;
                };
                let is_out = out.entry(names[index as usize].clone()).or_default();
                prop_assert_eq!(*is_out, what != "ejected", "{:?}", event);
                *is_out = what != "returned";
            }
            for (index, name) in names.iter().enumerate() {
                let is_out = out.get(name).copied().unwrap_or(false);
                prop_assert_eq!(is_out, !health.is_live(index));
            }
        }
        Ok(())
    });
}

/// Whatever happened: with time and traffic every node comes back; with `probe`, with a check that it passes.
#[test]
fn no_node_is_ever_lost() {
    run("no node is lost", 300, |header, calls| {
        let mut health = header.health();
        let (mut now, mut names) = (1, names(&header));
        for (call, passes) in calls {
            now += passes;
            health.perform(&at(call, now, &mut names));
        }
        let nodes = names.len();
        // Each call of `update` brings back at least those who were out longest, some by rules of before a reload.
        let retry = u64::from(RETRY_MAX) * MS + 1;
        for _ in 0..=nodes {
            now += retry;
            for index in health.due_checks(now) {
                health.report(index, Outcome::CheckPassed, now).unwrap();
            }
            health.update(now);
        }
        prop_assert_eq!(health.live(), nodes);
        prop_assert_eq!(health.gone(), vec![0_usize; 0]);
        for index in 0..nodes {
            prop_assert_eq!(health.admit(index, now), Ok(()));
        }
        prop_assert_eq!(health.update(now), LiveSet::Same);
        let untouched = |health: &Health| {
            let json = serde_json::to_value(health).unwrap();
            json["nodes"].as_array().unwrap().iter().all(|node| {
                node["away_since"] == Value::Null
                    && node["next_retry"] == Value::Null
                    && node["keys_elsewhere"] == false
            })
        };
        prop_assert!(untouched(&health));
        Ok(())
    });
}
