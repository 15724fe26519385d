#![no_main]
//! Any calls of replica choice at any times, clocks that run backwards included: nothing panics, what is chosen is
//! allowed, and nothing is refused while something allowed is up.

use keyhome::{Node, ReadFrom, Replica, ReplicaSet};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Place {
    address: u8,
    zone: Option<bool>,
}

#[derive(Arbitrary, Debug)]
enum Call {
    Choose(u64),
    ChooseFrom(u8, u64),
    Sent(u8),
    Done(u8, u64),
    Failed(u8),
    Released(u8),
    SetUp(u8, bool),
    Replace(Place, Vec<Place>),
    Pass(u32),
    Jump(u64),
}

#[derive(Arbitrary, Debug)]
struct Case {
    read_from: u8,
    zone: Option<bool>,
    primary: Place,
    replicas: Vec<Place>,
    calls: Vec<Call>,
}

fn zone(zone: Option<bool>) -> Option<String> {
    zone.map(|zone| zone.to_string())
}

fn node(primary: &Place, replicas: &[Place]) -> Node {
    let address = |place: &Place| format!("10.0.0.{}:6379", place.address % 16);
    let mut node = Node::new("n", address(primary));
    node.zone = zone(primary.zone);
    for place in replicas.iter().take(12) {
        let mut replica = Replica::new(address(place));
        replica.zone = zone(place.zone);
        node.replicas.push(replica);
    }
    node
}

fn policy(number: u8) -> ReadFrom {
    ReadFrom::ALL[usize::from(number) % ReadFrom::ALL.len()]
}

fn choose(set: &mut ReplicaSet, read_from: ReadFrom, dice: u64, now: u64) {
    let allowed = |at: usize| match read_from {
        ReadFrom::Primary => at == 0,
        ReadFrom::Replica => at > 0,
        _ => true,
    };
    let mut same = set.clone();
    match set.choose_from(read_from, dice, now) {
        Ok(chosen) => {
            assert!(set.is_up(chosen) && allowed(chosen));
            assert_eq!(same.choose_from(read_from, dice, now), Ok(chosen));
        }
        Err(error) => {
            assert_eq!(error.code(), "replica.unavailable");
            assert!((0..set.count()).all(|at| !set.is_up(at) || !allowed(at)));
        }
    }
}

fuzz_target!(|case: Case| {
    let own = zone(case.zone);
    let mut set =
        ReplicaSet::new(policy(case.read_from), own.as_deref(), &node(&case.primary, &case.replicas));
    let mut now = 0_u64;
    for call in case.calls {
        let count = set.count();
        let said = |endpoint: u8, answer: Result<(), keyhome::Error>| {
            assert_eq!(answer.is_ok(), usize::from(endpoint) < count);
        };
        match call {
            Call::Choose(dice) => {
                let read_from = set.read_from();
                choose(&mut set, read_from, dice, now);
            }
            Call::ChooseFrom(number, dice) => choose(&mut set, policy(number), dice, now),
            Call::Sent(endpoint) => said(endpoint, set.sent(endpoint.into(), now)),
            Call::Done(endpoint, latency) => said(endpoint, set.done(endpoint.into(), latency, now)),
            Call::Failed(endpoint) => said(endpoint, set.failed(endpoint.into(), now)),
            Call::Released(endpoint) => said(endpoint, set.released(endpoint.into(), now)),
            Call::SetUp(endpoint, up) => said(endpoint, set.set_up(endpoint.into(), up)),
            Call::Replace(primary, replicas) => {
                let next = node(&primary, &replicas);
                let places = set.replace(&next);
                assert_eq!((places.len(), set.count()), (count, next.endpoints().count()));
                let kept: Vec<usize> = places.into_iter().flatten().collect();
                assert!(kept.iter().all(|place| kept.iter().filter(|other| *other == place).count() == 1));
            }
            Call::Pass(time) => now = now.saturating_add(u64::from(time)),
            Call::Jump(time) => now = time,
        }
    }
});
