//! The recorded runs of health, replica choice, hot keys and copies, by the core and by its naive twins.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use std::{collections::BTreeSet, fs};

use keyhome_tests::traces::{self, FILES, Trace, copies, health, hotkeys, replica};

#[test]
fn health_runs() {
    let traces: Vec<Trace<health::Header, health::Call>> = traces::read("health.jsonl");
    let (mut calls, mut reloads) = (0, 0);
    let mut seen = BTreeSet::new();
    for trace in &traces {
        let name = &trace.header.name;
        calls += trace.replay(&mut trace.header.health(), name);
        trace.replay(&mut trace.header.twin(), &format!("the twin's {name}"));
        let rules = &trace.header.rules;
        seen.insert((rules.on_failure.clone(), rules.server_failure_limit));
        let reload = |step: &&traces::Step<health::Call>| matches!(step.call, health::Call::Reloaded { .. });
        reloads += trace.steps.iter().filter(reload).count();
    }
    assert_eq!(seen.len(), 12, "every mode with limits 0 to 3");
    println!("{} runs of health, {calls} calls, {reloads} of them reloads", traces.len());
    assert!(calls > 4000 && reloads > 50, "{calls} {reloads}");
}

#[test]
fn replica_runs() {
    let traces: Vec<Trace<replica::Header, replica::Call>> = traces::read("replica.jsonl");
    let mut calls = 0;
    let mut seen = BTreeSet::new();
    for trace in &traces {
        let name = &trace.header.name;
        calls += trace.replay(&mut trace.header.replica_set(), name);
        trace.replay(&mut trace.header.twin(), &format!("the twin's {name}"));
        seen.insert(trace.header.read_from.clone());
    }
    assert_eq!(seen.len(), 7, "every policy");
    println!("{} runs of replica choice, {calls} calls", traces.len());
    assert!(calls > 4000, "{calls}");
}

#[test]
fn hot_keys_runs() {
    let traces: Vec<Trace<hotkeys::Header, hotkeys::Call>> = traces::read("hotkeys.jsonl");
    let mut calls = 0;
    for trace in &traces {
        calls += trace.replay(&mut trace.header.hot_keys(), &trace.header.name);
        let mut twin = trace.header.twin();
        for (number, step) in trace.steps.iter().enumerate() {
            let name = &trace.header.name;
            assert!(twin.agree(&step.call, &step.gives), "the twin's {name}, call {number}: {step:?}");
        }
    }
    println!("{} runs of hot keys, {calls} calls", traces.len());
    assert!(calls > 3000, "{calls}");
}

#[test]
fn copies_of_keys() {
    let traces: Vec<Trace<copies::Header, copies::Call>> = traces::read("copies.jsonl");
    let calls: usize =
        traces.iter().map(|trace| trace.replay(&mut trace.header.router(), &trace.header.name)).sum();
    println!("{} pools with copies, {calls} calls", traces.len());
    assert!(traces.len() == 50 && calls == 500, "{calls}");
}

/// Whoever changes how they are made, or what the core decides, records them anew and sees the difference.
#[test]
fn they_are_what_the_recorder_makes() {
    for (file, text) in FILES {
        assert!(fs::read_to_string(traces::path(file)).unwrap() == text(0), "{file}: `keyhome-doors record`");
    }
}
