//! What is asked before every request: whether nodes came or went, and which endpoint serves a read.

use std::hint::black_box;

use keyhome_core::{
    Error, Health, Node, Outcome, ReadFrom, Replica, ReplicaSet,
    health::{LiveSet, Rules},
};

use crate::{
    keys::Numbers,
    paired,
    peers::peak_ewma::{Endpoint, PeakEwma},
    rows::print,
};

/// Few enough that one run is seldom interrupted.
const CALLS: usize = 1 << 12;

pub(crate) fn rows(rounds: usize) -> Result<(), Error> {
    quiet_update(rounds)?;
    for (read_from, at_most) in [
        (ReadFrom::PreferReplica, 0.6),
        (ReadFrom::Nearest, 0.6),
        (ReadFrom::Random, 0.6),
        // 20 ns; the peer knows nothing of zones, stalls, outliers, or who is up.
        (ReadFrom::LeastLatency, 1.9),
    ] {
        for endpoints in [2, 3, 5] {
            choice(rounds, read_from, endpoints, at_most)?;
        }
    }
    read(rounds)
}

/// Ten nodes, one of them out for a long time.
fn quiet_update(rounds: usize) -> Result<(), Error> {
    let rules = Rules { auto_eject_hosts: true, server_failure_limit: 1, ..Rules::default() };
    let mut health = Health::new(rules, 10)?;
    health.report(3, Outcome::Failure, 0)?;
    assert_eq!(health.update(1), LiveSet::Changed);
    let mut next_retry = vec![0_u64; 10];
    next_retry[3] = 30_000_000;
    let ours = || {
        for now in 0..CALLS as u64 {
            black_box(health.update(black_box(now)));
        }
    };
    let peer = || {
        for now in 0..CALLS as u64 {
            let now = black_box(now);
            black_box(black_box(&next_retry).iter().any(|retry| *retry != 0 && *retry < now));
        }
    };
    print(
        "health: before a request",
        "looking at 10 retry times",
        0.5,
        &paired::time(rounds, CALLS, ours, peer),
    );
    Ok(())
}

fn set(read_from: ReadFrom, endpoints: usize) -> ReplicaSet {
    let mut node = Node::new("redis-1", "10.0.0.1:6379");
    node.zone = Some("a".to_owned());
    for number in 2..=endpoints {
        let mut replica = Replica::new(format!("10.0.0.{number}:6379"));
        replica.zone = Some(if number % 2 == 0 { "a" } else { "b" }.to_owned());
        node.replicas.push(replica);
    }
    ReplicaSet::new(read_from, Some("a"), &node)
}

/// A set and its peer, with some latencies and some requests in flight.
fn warm(read_from: ReadFrom, endpoints: usize) -> Result<(ReplicaSet, PeakEwma), Error> {
    let mut set = set(read_from, endpoints);
    let mut peer = PeakEwma(vec![Endpoint::default(); endpoints]);
    for (endpoint, number) in Numbers(5).take(endpoints).enumerate() {
        let latency = 200 + number % 800;
        set.sent(endpoint, 0)?;
        set.done(endpoint, latency, 1_000_000)?;
        peer.done(endpoint, latency, 1_000_000);
        for _ in 0..number % 3 {
            set.sent(endpoint, 1_000_000)?;
            peer.0[endpoint].in_flight += 1;
        }
    }
    Ok((set, peer))
}

fn choice(rounds: usize, read_from: ReadFrom, endpoints: usize, at_most: f64) -> Result<(), Error> {
    let dice: Vec<u64> = Numbers(11).take(CALLS).collect();
    let (mut set, peer) = warm(read_from, endpoints)?;
    assert!(dice.iter().all(|dice| set.choose(*dice, 1_000_100).is_ok()));
    let ours = || {
        for (passed, dice) in dice.iter().enumerate() {
            _ = black_box(set.choose(black_box(*dice), 1_000_100 + passed as u64));
        }
    };
    let plain = || {
        for (passed, dice) in dice.iter().enumerate() {
            black_box(peer.choose(black_box(*dice), 1_000_100 + passed as u64));
        }
    };
    let what = format!("choice of {endpoints}: {}", read_from.word());
    print(&what, "peak EWMA of two, f64 and exp", at_most, &paired::time(rounds, CALLS, ours, plain));
    Ok(())
}

/// All that a read costs: choice, sent, done.
fn read(rounds: usize) -> Result<(), Error> {
    let dice: Vec<u64> = Numbers(11).take(CALLS).collect();
    let (mut set, mut peer) = warm(ReadFrom::LeastLatency, 3)?;
    let ours = || {
        for (passed, dice) in dice.iter().enumerate() {
            let now = 1_000_100 + passed as u64 * 10;
            if let Ok(endpoint) = set.choose(black_box(*dice), now) {
                _ = black_box(set.sent(endpoint, now));
                _ = black_box(set.done(endpoint, 300 + (dice & 127), now));
            }
        }
    };
    let plain = || {
        for (passed, dice) in dice.iter().enumerate() {
            let now = 1_000_100 + passed as u64 * 10;
            let endpoint = peer.choose(black_box(*dice), now);
            peer.0[endpoint].in_flight += 1;
            peer.done(endpoint, 300 + (dice & 127), now);
            peer.0[endpoint].in_flight -= 1;
        }
    };
    let measured = paired::time(rounds, CALLS, ours, plain);
    print(
        "a read of 3 by least-latency: choice, sent, done",
        "peak EWMA of two, f64 and exp",
        1.3,
        &measured,
    );
    Ok(())
}
