//! Runs that the descriptions tell step by step.

use keyhome::{
    Dialect, Health, Member, Node, OnFailure, Options, Outcome, Router,
    health::{Event, LiveSet, Rules},
};

use crate::{MS, ejected, health, returned, rules};

/// Limit 2, retry 1500 ms, a request every 0.3 s for a key of a dead server, as seen at a real nutcracker:
/// err, err, ejected, 4 OK from the other server, err, err, ejected ...
#[test]
fn twemproxys() {
    let mut health = health(OnFailure::Remap, 2, 1500, 2);
    let mut seen = String::new();
    let mut on_ring = true;
    for request in 0..14 {
        // A request takes a moment: the ejection is a little later than the request that led to it.
        let now = 10_000_000 + request * 300 * MS;
        match health.update(now) {
            LiveSet::Same => {}
            LiveSet::Changed => on_ring = health.gone().is_empty(),
            LiveSet::Empty => panic!("the other is well"),
        }
        let (index, outcome) = if on_ring { (0, Outcome::Failure) } else { (1, Outcome::Reply) };
        health.admit(index, now).unwrap();
        health.report(index, outcome, now + 100).unwrap();
        seen.push(if on_ring { 'e' } else { '.' });
    }
    // 1500 ms after the second error come the requests at +0.3 to +1.5: at 1.5 s it is not over yet, but for 100 µs.
    assert_eq!(seen, "ee.....ee.....");
}

#[test]
fn replies_in_between_count_from_the_start() {
    let mut health = health(OnFailure::Remap, 3, 1000, 2);
    for now in 0..10 {
        health.report(0, Outcome::Failure, now).unwrap();
        health.report(0, Outcome::Failure, now).unwrap();
        health.report(0, Outcome::Reply, now).unwrap();
    }
    assert_eq!((health.live(), health.take_events()), (2, vec![]));
}

#[test]
fn a_limit_of_0_is_1() {
    let mut health = health(OnFailure::Remap, 0, 1000, 2);
    health.report(0, Outcome::Failure, 5).unwrap();
    assert_eq!(health.update(5), LiveSet::Changed);
    assert_eq!(health.gone(), [0]);
}

#[test]
fn the_return_is_strictly_later_and_needs_a_request() {
    let mut health = health(OnFailure::Remap, 1, 1000, 3);
    health.report(1, Outcome::Failure, 7 * MS).unwrap();
    assert_eq!(health.update(8 * MS), LiveSet::Changed);
    assert_eq!(health.update(1007 * MS), LiveSet::Same);
    assert!(!health.is_live(1));
    assert_eq!(health.update(1007 * MS + 1), LiveSet::Changed);
    assert_eq!(health.gone(), [0_usize; 0]);
    let at = 1007 * MS + 1;
    assert_eq!(health.take_events(), [ejected(1, 7 * MS, 1007 * MS), returned(1, at, at - 7 * MS, true)]);
}

/// The ring is made anew when one is ejected, and that brings back others whose time is over.
#[test]
fn an_ejection_brings_others_back() {
    let mut health = health(OnFailure::Remap, 1, 1000, 3);
    health.report(0, Outcome::Failure, 0).unwrap();
    health.update(0);
    health.report(1, Outcome::Failure, 1000 * MS).unwrap();
    assert_eq!(health.update(1000 * MS), LiveSet::Changed);
    assert_eq!(health.gone(), [1], "at the very microsecond, where `update` would not have");
}

/// One more failure after the ejection, then a late reply: forgotten, but not on the ring before it is made anew.
#[test]
fn the_quirk_of_late_replies() {
    let mut health = health(OnFailure::Remap, 2, 10_000, 3);
    for _ in 0..3 {
        health.report(0, Outcome::Failure, 0).unwrap();
    }
    health.update(0);
    health.report(0, Outcome::Reply, 1).unwrap();
    assert_eq!((health.update(2), health.gone()), (LiveSet::Same, vec![0]));
    for _ in 0..2 {
        health.report(1, Outcome::Failure, 3).unwrap();
    }
    assert_eq!((health.update(3), health.gone()), (LiveSet::Changed, vec![1]));

    // Without the failure in between the late reply changes nothing.
    let mut health = self::health(OnFailure::Remap, 2, 10_000, 3);
    for _ in 0..2 {
        health.report(0, Outcome::Failure, 0).unwrap();
    }
    health.report(0, Outcome::Reply, 1).unwrap();
    for _ in 0..2 {
        health.report(1, Outcome::Failure, 3).unwrap();
    }
    health.update(3);
    assert_eq!(health.gone(), [0, 1]);
}

#[test]
fn a_failure_of_one_that_is_out_puts_it_off() {
    let mut health = health(OnFailure::Remap, 1, 1000, 2);
    health.report(0, Outcome::Failure, 0).unwrap();
    health.report(0, Outcome::Failure, 500 * MS).unwrap();
    health.update(0);
    assert_eq!(health.update(1000 * MS + 1), LiveSet::Same);
    assert_eq!(health.update(1500 * MS + 1), LiveSet::Changed);
    let postponed = Event::Postponed { index: 0, at: 500 * MS, until: 1500 * MS };
    assert_eq!(health.take_events()[..2], [ejected(0, 0, 1000 * MS), postponed]);
}

/// All gone: the ring stays what it was, nobody is asked, and who comes back first is alone on the ring.
#[test]
fn the_stale_ring() {
    let mut health = health(OnFailure::Remap, 1, 1000, 2);
    health.report(0, Outcome::Failure, 0).unwrap();
    assert_eq!((health.update(0), health.gone()), (LiveSet::Changed, vec![0]));
    health.report(1, Outcome::Failure, 300 * MS).unwrap();
    for now in [300 * MS, 1000 * MS] {
        assert_eq!((health.update(now), health.gone()), (LiveSet::Empty, vec![0]));
    }
    assert!(health.is_all_gone());
    assert_eq!(health.all_gone().code(), "pool.ejected");
    let now = 1000 * MS + 1;
    assert_eq!((health.update(now), health.gone()), (LiveSet::Changed, vec![1]));
    health.report(0, Outcome::Reply, now).unwrap();
    assert_eq!((health.update(1300 * MS + 1), health.gone()), (LiveSet::Changed, vec![]));
    assert_eq!(
        health.take_events(),
        [
            ejected(0, 0, 1000 * MS),
            ejected(1, 300 * MS, 1300 * MS),
            Event::AllGone { at: 300 * MS, until: 1000 * MS },
            returned(0, now, now, true),
            returned(1, 1300 * MS + 1, 1000 * MS + 1, true),
        ]
    );
}

/// A pool of one: nothing was written elsewhere, and nothing is said to have been.
#[test]
fn a_pool_of_one_loses_nothing() {
    let mut health = health(OnFailure::Remap, 1, 1000, 1);
    health.report(0, Outcome::Failure, 0).unwrap();
    assert_eq!(health.update(1), LiveSet::Empty);
    assert_eq!(health.update(1000 * MS + 1), LiveSet::Same);
    assert_eq!(health.take_events().last(), Some(&returned(0, 1000 * MS + 1, 1000 * MS + 1, false)));
}

#[test]
fn without_auto_eject_hosts_nothing_happens() {
    let rules = Rules { auto_eject_hosts: false, ..rules(OnFailure::Remap, 1, 1000) };
    let mut health = Health::new(rules, 2).unwrap();
    for now in 0..100 {
        health.report(0, Outcome::Failure, now).unwrap();
        assert_eq!(health.update(now), LiveSet::Same);
    }
    assert_eq!(health, Health::new(rules, 2).unwrap());
}

#[test]
fn fail_refuses_and_tries_again() {
    let mut health = health(OnFailure::Fail, 2, 1500, 2);
    let mut seen = String::new();
    for request in 0..14 {
        let now = 10_000_000 + request * 300 * MS;
        assert_eq!((health.update(now), health.gone()), (LiveSet::Same, vec![]));
        match health.admit(0, now) {
            Ok(()) => {
                health.report(0, Outcome::Failure, now + 100).unwrap();
                seen.push('e');
            }
            Err(error) => {
                assert_eq!(error.code(), "node.ejected");
                seen.push('.');
            }
        }
        health.admit(1, now).unwrap();
    }
    assert_eq!(seen, "ee.....ee.....");
    let events = health.take_events();
    assert_eq!(events[0], ejected(0, 10_300_100, 11_800_100));
    assert_eq!(events[1], returned(0, 12_100_000, 1_799_900, false), "nobody had its keys");
    let error = health.admit(0, 13_900_000).unwrap_err();
    assert_eq!(error.to_string(), "node 0 has failed and is left alone until 13900100 µs");
}

#[test]
fn fail_refuses_by_node_even_if_all_are_out() {
    let mut health = health(OnFailure::Fail, 1, 1000, 2);
    for index in [0, 1] {
        health.report(index, Outcome::Failure, 0).unwrap();
    }
    assert_eq!(health.update(1), LiveSet::Same);
    assert_eq!(health.admit(1, 1).unwrap_err().code(), "node.ejected");
    health.admit(1, 1000 * MS + 1).unwrap();
}

#[test]
fn probe_waits_for_a_check() {
    let mut health = health(OnFailure::Probe, 1, 1000, 3);
    health.report(2, Outcome::Failure, 0).unwrap();
    assert_eq!((health.update(0), health.gone()), (LiveSet::Changed, vec![2]));
    assert_eq!((health.next_check(), health.due_checks(999 * MS)), (Some(1000 * MS), vec![]));
    assert_eq!(health.due_checks(1000 * MS), [2]);
    assert_eq!(health.due_checks(1001 * MS), [0_usize; 0], "it was handed out");
    health.report(2, Outcome::CheckFailed, 1100 * MS).unwrap();
    assert_eq!(health.next_check(), Some(2100 * MS));
    // Nothing is heard of the next check: it is due again.
    assert_eq!(health.due_checks(2100 * MS), [2]);
    assert_eq!(health.due_checks(3100 * MS), [2]);
    assert_eq!(health.update(3200 * MS), LiveSet::Same, "time alone brings nobody back");
    health.report(2, Outcome::CheckPassed, 3200 * MS).unwrap();
    assert_eq!((health.update(3200 * MS), health.gone()), (LiveSet::Changed, vec![]));
    assert_eq!((health.next_check(), health.due_checks(9000 * MS)), (None, vec![]));
    let events = health.take_events();
    assert_eq!(events.first(), Some(&ejected(2, 0, 1000 * MS)));
    assert_eq!(events.last(), Some(&returned(2, 3200 * MS, 3200 * MS, true)));
}

/// Two go before anybody asks, and the second is the last: the owner was told of neither. Its placement is that of all
/// nodes, then, and what is compared with at the return.
#[test]
fn all_gone_between_two_requests() {
    let gone = || {
        let mut health = health(OnFailure::Remap, 1, 1000, 2);
        health.report(1, Outcome::Failure, 200 * MS).unwrap();
        health.report(0, Outcome::Failure, 500 * MS).unwrap();
        assert_eq!((health.update(600 * MS), health.gone()), (LiveSet::Empty, vec![]));
        health
    };
    // The one that went first is back first, and alone.
    let mut health = gone();
    assert_eq!((health.update(1200 * MS + 1), health.gone()), (LiveSet::Changed, vec![0]));
    assert_eq!((health.update(1500 * MS + 1), health.gone()), (LiveSet::Changed, vec![]));
    // It failed once more meanwhile: the other one is.
    let mut health = gone();
    health.report(1, Outcome::Failure, 700 * MS).unwrap();
    assert_eq!((health.update(1500 * MS + 1), health.gone()), (LiveSet::Changed, vec![1]));
    assert_eq!((health.update(1700 * MS + 1), health.gone()), (LiveSet::Changed, vec![]));
    // Both at once: nothing changes for the owner, and no key was placed elsewhere.
    let mut health = gone();
    let at = 1500 * MS + 1;
    assert_eq!((health.update(at), health.gone()), (LiveSet::Same, vec![]));
    let [.., first, second] = &health.take_events()[..] else { panic!("two went and came back") };
    assert_eq!(
        [*first, *second],
        [returned(0, at, 1000 * MS + 1, false), returned(1, at, 1300 * MS + 1, false)]
    );
}

#[test]
fn probe_with_all_gone() {
    let mut health = health(OnFailure::Probe, 1, 1000, 2);
    health.report(0, Outcome::Failure, 0).unwrap();
    health.report(1, Outcome::Failure, 0).unwrap();
    assert_eq!(health.update(50_000 * MS), LiveSet::Empty);
    assert_eq!(health.due_checks(50_000 * MS), [0, 1]);
    health.report(1, Outcome::CheckPassed, 50_001 * MS).unwrap();
    assert_eq!((health.update(50_002 * MS), health.gone()), (LiveSet::Changed, vec![0]));
}

fn pool(names: &[&str]) -> Router {
    let members = names.iter().map(|name| Member::from(Node::new(*name, *name))).collect();
    Router::new(Dialect::TWEMPROXY, &Options::new(), members).unwrap()
}

#[test]
fn a_reload_keeps_what_is_known() {
    let (old, new) = (pool(&["a", "b", "c"]), pool(&["c", "d", "b"]));
    let mut health = health(OnFailure::Remap, 1, 1000, 3);
    health.report(1, Outcome::Failure, 0).unwrap();
    health.update(1);
    health.take_events();
    let mut next = health.reloaded(*health.rules(), old.nodes(), new.nodes(), 2).unwrap();
    assert_eq!((next.live(), next.update(3), next.gone()), (2, LiveSet::Changed, vec![2]));
    assert_eq!(next.update(1000 * MS + 1), LiveSet::Changed);
    assert_eq!(next.take_events(), [returned(2, 1000 * MS + 1, 1000 * MS + 1, true)]);

    // Without ejection from now on, it is back at once.
    let rules = Rules { auto_eject_hosts: false, ..*health.rules() };
    let mut next = health.reloaded(rules, old.nodes(), new.nodes(), 2).unwrap();
    assert_eq!(
        (next.live(), next.update(3), next.take_events()),
        (3, LiveSet::Same, vec![returned(2, 2, 2, true)])
    );

    let error = health.reloaded(rules, &old.nodes()[..2], new.nodes(), 2).unwrap_err();
    assert_eq!((error.code(), error.detail()), ("argument.range", "this health has another number of nodes"));
}

#[test]
fn indexes_and_counts_out_of_range() {
    let mut health = health(OnFailure::Fail, 1, 1000, 3);
    let before = health.clone();
    let error = health.report(3, Outcome::Failure, 0).unwrap_err();
    assert_eq!(
        (error.code(), error.detail()),
        ("argument.range", "there is no node 3; indexes go from 0 to 2")
    );
    assert_eq!(health.admit(usize::MAX, 0).unwrap_err().code(), "argument.range");
    assert_eq!(health, before, "nothing half-applied");
    assert!(!health.is_live(3));
    let of = |count| Health::new(Rules::default(), count).map(|_| ()).map_err(|error| error.code());
    assert_eq!((of(0), of(65_535), of(65_536)), (Err("pool.empty"), Ok(()), Err("config.nodes")));

    let router = pool(&["a", "b"]);
    let error = router.without_indexes(&[1, 2]).unwrap_err();
    assert_eq!((error.code(), error.position()), ("argument.range", Some(1)));
    assert_eq!(router.without_indexes(&[0, 1]).unwrap_err().code(), "pool.empty");
    assert!(!router.without_indexes(&[1, 1]).unwrap().is_live(1));
}

/// Nobody takes the events: the latest are kept.
#[test]
fn events_do_not_pile_up() {
    let mut health = health(OnFailure::Remap, 1, 1, 2);
    for round in 0..5000 {
        let now = round * 10 * MS;
        health.update(now);
        health.report(0, Outcome::Failure, now).unwrap();
    }
    let events = health.take_events();
    assert_eq!((events.len(), events.last()), (1024, Some(&ejected(0, 49_990 * MS, 49_991 * MS))));
}

#[test]
fn a_state_in_json() {
    let mut health = health(OnFailure::Probe, 1, 1000, 2);
    health.report(1, Outcome::Failure, 7).unwrap();
    health.update(8);
    assert_eq!(
        serde_json::to_string(&health).unwrap(),
        r#"{"rules":{"on_failure":"probe","auto_eject_hosts":true,"server_failure_limit":1,"server_retry_timeout":1000},"live":1,"next_rebuild":1000007,"nodes":[{"failure_count":0,"next_retry":null,"ejected_at":null,"ejections":0,"away_since":null,"keys_elsewhere":false},{"failure_count":0,"next_retry":1000007,"ejected_at":7,"ejections":1,"away_since":7,"keys_elsewhere":true}]}"#
    );
    assert_eq!(
        serde_json::to_string(&health.take_events()).unwrap(),
        r#"[{"event":"ejected","index":1,"at":7,"until":1000007}]"#
    );
}
