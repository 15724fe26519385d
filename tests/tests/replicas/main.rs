//! Which endpoint serves a read: what must hold whatever is called, beside a naive twin, and what comes of it in a small
//! world of slow, stalled and failing servers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod random;
mod shares;

use keyhome::{Node, ReadFrom, Replica, ReplicaSet};

/// A node with so many replicas, in these zones: that of the primary, then theirs.
fn node(zones: &[Option<&str>]) -> Node {
    let mut node = Node::new("redis-1", "10.0.0.1:6379");
    let mut zones = zones.iter().map(|zone| zone.map(str::to_owned));
    node.zone = zones.next().flatten();
    node.replicas = zones
        .enumerate()
        .map(|(number, zone)| {
            let mut replica = Replica::new(format!("10.0.0.{}:6379", number + 2));
            replica.zone = zone;
            replica
        })
        .collect();
    node
}

fn set(read_from: ReadFrom, own_zone: Option<&str>, zones: &[Option<&str>]) -> ReplicaSet {
    ReplicaSet::new(read_from, own_zone, &node(zones))
}

/// What so many choices give.
fn choices(set: &mut ReplicaSet, count: u64) -> Vec<usize> {
    (0..count).map(|dice| set.choose(dice, 1000).unwrap()).collect()
}

#[test]
fn each_policy_in_order_of_preference() {
    let zones = [Some("b"), Some("a"), Some("b"), Some("b")];
    let mut primary = set(ReadFrom::Primary, None, &zones);
    assert_eq!(choices(&mut primary, 3), [0, 0, 0]);
    primary.set_up(0, false).unwrap();
    assert_eq!(primary.choose(0, 0).unwrap_err().code(), "replica.unavailable");

    let mut replica = set(ReadFrom::Replica, None, &zones);
    assert_eq!(choices(&mut replica, 5), [1, 2, 3, 1, 2]);
    replica.set_up(2, false).unwrap();
    assert_eq!(choices(&mut replica, 4), [3, 1, 3, 1], "evenly, whoever is down");
    replica.set_up(1, false).unwrap();
    replica.set_up(3, false).unwrap();
    let error = replica.choose(0, 0).unwrap_err();
    assert_eq!(error.to_string(), "`replica` finds nothing to read from; 1 of 4 endpoints are up");
    assert_eq!(replica.choose_from(ReadFrom::PreferReplica, 0, 0).unwrap(), 0, "another policy for this one");

    let mut nearest = set(ReadFrom::Nearest, Some("b"), &zones);
    assert_eq!(choices(&mut nearest, 3), [2, 3, 2], "replicas in the zone");
    nearest.set_up(2, false).unwrap();
    nearest.set_up(3, false).unwrap();
    assert_eq!(choices(&mut nearest, 2), [0, 0], "then the primary in the zone");
    nearest.set_up(0, false).unwrap();
    assert_eq!(choices(&mut nearest, 2), [1, 1], "then replicas elsewhere");

    let mut far = set(ReadFrom::Nearest, Some("c"), &zones);
    assert_eq!(choices(&mut far, 3), [1, 2, 3]);
    let mut without_zone = set(ReadFrom::Nearest, None, &zones);
    assert_eq!(choices(&mut without_zone, 3), [1, 2, 3]);

    let mut round_robin = set(ReadFrom::RoundRobin, None, &zones);
    assert_eq!(choices(&mut round_robin, 6), [0, 1, 2, 3, 0, 1]);

    for read_from in [ReadFrom::Random, ReadFrom::LeastLatency] {
        let mut counts = [0; 4];
        for choice in choices(&mut set(read_from, None, &zones), 40_000) {
            counts[choice] += 1;
        }
        // Dice may be as poor as a counter.
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{read_from:?}: {counts:?}");
    }
}

#[test]
fn who_keeps_failing_is_left_out_for_a_while() {
    let mut set = set(ReadFrom::PreferReplica, None, &[None, None]);
    for _ in 0..2 {
        set.failed(1, 1000).unwrap();
    }
    assert_eq!(set.choose(0, 1000).unwrap(), 1, "two failures may happen");
    set.failed(1, 1000).unwrap();
    assert_eq!(set.choose(0, 1001).unwrap(), 0);
    assert_eq!(set.choose(0, 1_001_000).unwrap(), 1, "a second later it is tried again");
    set.failed(1, 1_001_000).unwrap();
    assert_eq!(set.choose(0, 3_000_999).unwrap(), 0, "two seconds now, after one failure");
    assert_eq!(set.choose(0, 3_001_000).unwrap(), 1);
    for time in 0..10 {
        set.failed(1, time * 1_000_000_000).unwrap();
    }
    assert_eq!(set.choose(0, 9_031_999_999).unwrap(), 0, "at most 32 seconds");
    assert_eq!(set.choose(0, 9_032_000_000).unwrap(), 1);

    // Half of the endpoints at most, and only while somebody else may be read from.
    for endpoint in [0, 1] {
        for _ in 0..5 {
            set.failed(endpoint, 20_000_000_000).unwrap();
        }
    }
    let json = serde_json::to_value(&set).unwrap();
    assert_eq!(json["endpoints"][0]["left_out_until"], 20_001_000_000_u64);
    assert!(json["endpoints"][1]["left_out_until"].as_u64().unwrap() < 20_000_000_000);
    assert_eq!(
        set.choose_from(ReadFrom::Primary, 0, 20_000_000_001).unwrap(),
        0,
        "there is no other primary"
    );
    set.done(0, 100, 20_000_000_002).unwrap();
    assert!(serde_json::to_value(&set).unwrap()["endpoints"][0]["left_out_until"].is_null(), "it answers");
}

#[test]
fn what_is_known_of_an_address_stays_when_the_topology_changes() {
    let mut set = set(ReadFrom::LeastLatency, Some("a"), &[Some("a"), Some("b"), Some("a")]);
    set.sent(1, 1000).unwrap();
    set.done(1, 700, 1700).unwrap();
    set.sent(1, 2000).unwrap();
    // The first replica took over, the second is gone.
    let mut next = node(&[Some("b"), Some("a"), None]);
    next.address = "10.0.0.2:6379".to_owned();
    next.replicas[0].address = "10.0.0.1:6379".to_owned();
    next.replicas[1].address = "10.0.0.7:6379".to_owned();
    assert_eq!(set.replace(&next), [Some(1), Some(0), None]);
    assert_eq!((set.latency(0), set.in_flight(0)), (Some(700), 1));
    assert_eq!((set.latency(1), set.latency(2)), (None, None));
    assert_eq!(set.choose_from(ReadFrom::Nearest, 0, 3000).unwrap(), 1, "by its new role and zone");
    assert_eq!(set.sent(3, 0).unwrap_err().code(), "argument.range");
    assert_eq!(set.sent(3, 0).unwrap_err().to_string(), "there is no endpoint 3; they go from 0 to 2");
}

#[test]
fn a_state_in_json() {
    let mut set = set(ReadFrom::Nearest, Some("a"), &[None, Some("a")]);
    set.sent(1, 5).unwrap();
    set.failed(0, 6).unwrap();
    assert_eq!(
        serde_json::to_string(&set).unwrap(),
        r#"{"read_from":"nearest","zone":"a","endpoints":[{"address":"10.0.0.1:6379","role":"primary","zone":null,"far":true,"up":true,"in_flight":0,"latency":2000,"failures":1,"left_out_until":null},{"address":"10.0.0.2:6379","role":"replica","zone":"a","far":false,"up":true,"in_flight":1,"latency":null,"failures":0,"left_out_until":null}]}"#
    );
}
