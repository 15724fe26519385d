//! A seed says all that is done.

use std::{collections::HashSet, time::Duration};

use keyhome_tests::chaos::{
    history::Target,
    plan::{FIRST_RELAYED, Harm, SERVERS, plan},
};

#[test]
fn a_seed_gives_the_same_and_another_one_does_not() {
    let length = Duration::from_secs(60);
    assert_eq!(plan(7, length), plan(7, length));
    assert_ne!(plan(7, length), plan(8, length));
}

#[test]
fn everything_is_done_to_everybody_and_in_time() {
    for seed in 0..50 {
        let length = Duration::from_secs(60);
        let lanes = plan(seed, length);
        for lane in &lanes {
            let lasts: Duration = lane.iter().map(|planned| planned.pause + planned.hold).sum();
            assert!(lasts <= length && lasts > length / 2, "{lasts:?}");
        }
        let done: Vec<_> = lanes.iter().flatten().map(|planned| (planned.target, planned.harm)).collect();
        let targets: HashSet<_> = done.iter().map(|(target, _)| format!("{target:?}")).collect();
        assert_eq!(targets.len(), SERVERS + 1, "{targets:?}");
        let harms: HashSet<_> = done.iter().map(|(_, harm)| harm.done()).collect();
        assert_eq!(harms.len(), 6, "{harms:?}");
        for (target, harm) in done {
            let fits = match harm {
                Harm::Kill => true,
                Harm::Pause => target != Target::Proxy,
                Harm::Delay(_) | Harm::Cut => matches!(target, Target::Server(it) if it >= FIRST_RELAYED),
                Harm::Reload => target == Target::Proxy,
            };
            assert!(fits, "{harm:?} of {target:?}");
        }
    }
}

/// What `make test` runs is short.
#[test]
fn every_harm_is_done_in_a_short_run_too() {
    for seed in 0..50 {
        let lanes = plan(seed, Duration::from_secs(7));
        assert!(lanes.iter().all(|lane| lane.len() >= 2), "{lanes:?}");
    }
}
