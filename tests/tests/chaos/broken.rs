//! What keyhome may never do: each is told by its name.

use keyhome_tests::chaos::{
    checker::{
        Mode::{self, Fail, Remap},
        Violation,
    },
    history::Target,
};

use crate::told::{PROXIED, Told};

/// There is this one violation, and no other.
macro_rules! assert_broken {
    ($told:expr, $violation:ident) => {
        let violations = $told.checked().violations;
        assert!(matches!(violations[..], [Violation::$violation { .. }]), "{violations:?}");
    };
}

fn written(mode: Mode) -> Told {
    Told::new(mode).set("a", 1, 0, 1).set("a", 2, 2, 3)
}

#[test]
fn a_reply_to_the_wrong_caller() {
    for mode in [Fail, Remap] {
        // Another key's value, though that has been written.
        assert_broken!(written(mode).set("b", 2, 0, 1).get("a", Some("b|2"), 4, 5), WrongCaller);
        // No value at all.
        for reply in ["OK", "3", "a|", "a|0", "a|x", ""] {
            assert_broken!(written(mode).get("a", Some(reply), 4, 5), WrongCaller);
        }
        // A value that nobody has written yet.
        assert_broken!(written(mode).set("a", 3, 10, 11).get("a", Some("a|3"), 4, 5), WrongCaller);
        // It says it for a write, and for a count.
        assert_broken!(written(mode).incr("c", 1, "a|1", 4, 5), WrongCaller);
        assert_broken!(written(mode).count("c", Some("a|1"), 4, 5), WrongCaller);
    }
    // Even while it is not certain where the key lives.
    let away = written(Remap).harmed(Target::Server(0), 4, 500).get("b", None, 600, 601);
    let away = away.get("a", None, 600, 601).get("a", None, 600, 601).by(PROXIED);
    assert_broken!(away.get("a", Some("b|1"), 610, 611), WrongCaller);
}

#[test]
fn a_lost_write() {
    for mode in [Fail, Remap] {
        assert_broken!(written(mode).get("a", None, 4, 5), Lost);
        assert_broken!(written(mode).incr("c", 1, "1", 0, 1).count("c", None, 4, 5), Lost);
        let counted = written(mode).incr("c", 1, "1", 0, 1).incr("c", 2, "1", 2, 3);
        assert_broken!(counted, Lost);
    }
}

#[test]
fn a_stale_read() {
    for mode in [Fail, Remap] {
        assert_broken!(written(mode).get("a", Some("a|1"), 4, 5).by(PROXIED), Lost);
    }
}

#[test]
fn a_write_is_lost_that_came_after_the_server_was_killed() {
    let told = Told::new(Fail).killed(0, 10, 20).set("a", 1, 30, 31).get("a", None, 40, 41).by(PROXIED);
    assert_broken!(told, Lost);
    // Or that was on another server.
    let told = Told::new(Fail).set("b", 1, 0, 1).killed(0, 10, 20).get("b", None, 40, 41);
    let told = told.get("a", None, 42, 43).get("a", None, 42, 43).by(PROXIED);
    assert_broken!(told, Lost);
}

#[test]
fn a_paused_server_loses_nothing() {
    let told = Told::new(Fail).set("a", 1, 0, 1).harmed(Target::Server(0), 10, 500);
    assert_broken!(told.get("a", None, 600, 601).get("a", Some("a|1"), 600, 601).by(PROXIED), Lost);
}

#[test]
fn keys_that_live_elsewhere_are_back_in_time() {
    let told = written(Remap).harmed(Target::Server(0), 10, 500).set("a", 3, 100, 101);
    let told = told.get("a", Some("a|2"), 600, 601).get("a", Some("a|2"), 600, 601).by(PROXIED);
    // What was written meanwhile is on another server, where nobody looks any more.
    assert_broken!(told.get("a", None, 4000, 4001), Lost);
}

#[test]
fn what_had_failed_comes_after_all_was_well_again() {
    let told = Told::new(Fail).set_failed("a", 1, 0, 400).set("a", 2, 5000, 5001);
    assert_broken!(told.get("a", Some("a|1"), 5010, 5011), Lost);
}

#[test]
fn a_count_that_is_too_high() {
    for mode in [Fail, Remap] {
        assert_broken!(Told::new(mode).incr("c", 1, "2", 0, 1), Twice);
        assert_broken!(Told::new(mode).incr("c", 1, "1", 0, 1).count("c", Some("2"), 2, 3), Twice);
    }
    let told = Told::new(Fail).incr("c", 1, "1", 0, 1).killed(0, 10, 20).incr("c", 2, "2", 40, 41);
    assert_broken!(told.get("a", None, 42, 43).by(PROXIED), Twice);
}

#[test]
fn a_key_away_from_home() {
    assert_broken!(written(Fail).found(0, "a").found(1, "a"), Misplaced);
}

#[test]
fn an_operation_that_is_stuck() {
    assert_broken!(Told::new(Fail).get_endless("a", 0), Stuck);
    assert_broken!(Told::new(Fail).get("a", None, 0, 2401), Stuck);
    assert_broken!(Told::new(Fail).get_failed("a", "timeout", 0, 2401), Stuck);
    // Somebody was not run, but not so long.
    assert_broken!(Told::new(Fail).get("a", None, 0, 5000).starved(0, 2500), Stuck);
}

#[test]
fn a_late_recovery() {
    let harmed = || Told::new(Fail).harmed(Target::Server(0), 0, 1000).get("a", None, 1100, 1101).by(PROXIED);
    assert_broken!(harmed().get("a", None, 4100, 4101), Late);
    // None at all; nor before the next fault, which comes late enough.
    assert_broken!(harmed().get_failed("a", "node.ejected", 4200, 4201), Late);
    let again = harmed().harmed(Target::Server(0), 4500, 5000);
    assert_broken!(again.get("a", None, 5100, 5101).get("a", None, 5100, 5101).by(PROXIED), Late);
    // Another server is no excuse.
    assert_broken!(
        harmed()
            .get("b", None, 1100, 1101)
            .harmed(Target::Server(1), 0, 1000)
            .get("b", None, 1102, 1103)
            .by(PROXIED)
            .get("b", None, 4200, 4201),
        Late
    );
    let proxy = Told::new(Fail).harmed(Target::Proxy, 0, 1000).get("a", None, 4100, 4101).by(PROXIED);
    assert_broken!(proxy, Late);
}

#[test]
fn a_server_with_which_all_fails_for_ever() {
    let told = |failures: u64, pause: u64| {
        let harmed = Told::new(Fail).harmed(Target::Server(0), 0, 1000);
        let recovered = harmed.get("a", None, 1100, 1101).get("a", None, 1100, 1101).by(PROXIED);
        (0..failures).fold(recovered.get("b", None, 4100, 4101), |told, number| {
            told.get_failed("a", "node.ejected", 4200 + number * pause, 4201 + number * pause)
        })
    };
    assert_broken!(told(4, 500), Late);
    // A few, or for a short time; or with a success among them; or nobody was run.
    assert_eq!(told(3, 700).checked().violations, []);
    assert_eq!(told(99, 10).checked().violations, []);
    assert_eq!(told(4, 500).get("a", None, 4950, 4951).checked().violations, []);
    assert_eq!(told(4, 500).starved(4300, 5000).checked().violations, []);
}

#[test]
fn a_server_that_is_thought_out_for_ever() {
    let told = Told::new(Remap).event(0, true, 100).get("a", None, 3200, 3201);
    assert_broken!(told, Late);
}

#[test]
fn an_error_that_nobody_should_see() {
    for error in ["unknown: x is not a function", "client.nodes", "reply: ERR Invalid argument"] {
        assert_broken!(Told::new(Fail).get_failed("a", error, 0, 1), UnknownError);
    }
}
