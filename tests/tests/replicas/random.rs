//! Random calls: the core and its naive twin say the same, and what is chosen is always allowed.

use keyhome::ReadFrom;
use keyhome_tests::traces::{
    Subject,
    replica::{Call, Header, NodeText, ReplicaText},
};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};

fn node() -> impl Strategy<Value = NodeText> {
    let zone = || prop::option::of(select(vec!["a", "b", "c"]).prop_map(str::to_owned));
    let address = || (0..9_u8).prop_map(|number| format!("10.0.0.{number}:6379"));
    let replica = (address(), zone()).prop_map(|(address, zone)| ReplicaText { address, zone });
    (address(), zone(), prop::collection::vec(replica, 0..6)).prop_map(|(address, zone, replicas)| NodeText {
        name: "n".to_owned(),
        address,
        zone,
        replicas,
    })
}

fn word() -> impl Strategy<Value = String> {
    select(ReadFrom::WORDS).prop_map(str::to_owned)
}

/// A call, and how much time passes before it.
fn call() -> impl Strategy<Value = (Call, u64)> {
    let endpoint = || 0..7_usize;
    let latency = prop_oneof![6 => 0..3000_u64, 2 => 0..2_000_000_u64, 1 => any::<u64>()];
    let passes = prop_oneof![6 => 0..2000_u64, 2 => 0..3_000_000_u64, 1 => 0..100_000_000_u64];
    let now = 0;
    let call = prop_oneof![
        8 => any::<u64>().prop_map(move |dice| Call::Choose { dice, now }),
        3 => (word(), any::<u64>()).prop_map(move |(read_from, dice)| Call::ChooseFrom { read_from, dice, now }),
        8 => endpoint().prop_map(move |endpoint| Call::Sent { endpoint, now }),
        6 => (endpoint(), latency).prop_map(move |(endpoint, latency)| Call::Done { endpoint, latency, now }),
        4 => endpoint().prop_map(move |endpoint| Call::Failed { endpoint, now }),
        1 => endpoint().prop_map(move |endpoint| Call::Released { endpoint, now }),
        2 => (endpoint(), any::<bool>()).prop_map(|(endpoint, up)| Call::SetUp { endpoint, up }),
        1 => node().prop_map(|node| Call::Replace { node }),
        1 => endpoint().prop_map(|endpoint| Call::Latency { endpoint }),
        1 => endpoint().prop_map(|endpoint| Call::InFlight { endpoint }),
    ];
    (call, passes)
}

fn at(mut call: Call, time: u64) -> Call {
    match &mut call {
        Call::Choose { now, .. }
        | Call::ChooseFrom { now, .. }
        | Call::Sent { now, .. }
        | Call::Done { now, .. }
        | Call::Failed { now, .. }
        | Call::Released { now, .. } => *now = time,
        _ => {}
    }
    call
}

#[test]
fn as_the_twin_and_always_allowed() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let zone = prop::option::of(select(vec!["a", "b"]).prop_map(str::to_owned));
    let inputs = (word(), zone, node(), prop::collection::vec(call(), 1..200));
    let run = |(read_from, zone, node, calls): (String, Option<String>, NodeText, Vec<(Call, u64)>)| {
        let header = Header { trace: "replica".to_owned(), name: String::new(), read_from, zone, node };
        let (mut core, mut twin) = (header.replica_set(), header.twin());
        let mut now = 1;
        for (call, passes) in calls {
            now += passes;
            let call = at(call, now);
            let (mut before, gave) = (core.clone(), core.perform(&call));
            prop_assert_eq!(&gave, &twin.perform(&call), "{:?} of {:?}", call, before);
            prop_assert_eq!(before.perform(&call), gave.clone(), "the same state decides alike");
            prop_assert_eq!(&before, &core);
            let read_from = match &call {
                Call::Choose { .. } => header.read_from.as_str(),
                Call::ChooseFrom { read_from, .. } => read_from,
                _ => continue,
            };
            let Some(chosen) = gave.as_u64() else {
                let allowed = |at: usize| match read_from {
                    "primary" => at == 0,
                    "replica" => at > 0,
                    _ => true,
                };
                prop_assert!((0..core.count()).all(|at| !core.is_up(at) || !allowed(at)));
                continue;
            };
            let chosen = chosen as usize;
            prop_assert!(core.is_up(chosen));
            prop_assert!(read_from != "replica" || chosen > 0);
            prop_assert!(read_from != "primary" || chosen == 0);
        }
        Ok(())
    };
    if let Err(error) = runner.run(&inputs, run) {
        panic!("{error}");
    }
    println!("replica choice beside its twin: {cases} runs");
}
