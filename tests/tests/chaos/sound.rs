//! Histories that keyhome may leave behind, odd as some of them look.

use keyhome_tests::chaos::{
    checker::Mode::{self, Fail, Remap},
    history::Target,
};

use crate::told::{PROXIED, Told};

fn assert_sound(told: &Told) {
    assert_eq!(told.checked().violations, []);
}

#[test]
fn what_was_written_is_read() {
    for mode in [Fail, Remap] {
        let told = Told::new(mode)
            .get("a", None, 0, 1)
            .set("a", 1, 2, 3)
            .get("a", Some("a|1"), 4, 5)
            .by(PROXIED)
            .incr("c", 1, "1", 4, 5)
            .count("c", Some("1"), 6, 7);
        assert_sound(&told);
        assert_eq!(told.checked().held_to_writes, 4);
    }
}

#[test]
fn who_asks_at_the_same_time_may_see_it_or_not() {
    for reply in ["a|1", "a|2"] {
        assert_sound(&Told::new(Fail).set("a", 1, 0, 1).set("a", 2, 10, 20).get("a", Some(reply), 15, 25));
    }
}

#[test]
fn a_server_that_was_killed_has_nothing() {
    let killed = || Told::new(Fail).set("a", 1, 0, 1).incr("c", 1, "1", 0, 1).killed(0, 100, 200);
    let after = |told: Told| told.get("a", None, 300, 301).by(PROXIED).get("a", None, 302, 303);
    assert_sound(&after(killed()));
    assert_sound(&after(killed()).incr("c", 2, "1", 310, 311));
    // Who asks while it is killed may have been first.
    assert_sound(
        &killed()
            .get("a", Some("a|1"), 99, 101)
            .get("a", None, 300, 301)
            .by(PROXIED)
            .get("a", None, 302, 303),
    );
}

#[test]
fn a_write_that_failed_is_done_or_not_or_later() {
    let failed = |mode: Mode| Told::new(mode).set("a", 1, 0, 1).set_failed("a", 2, 2, 402);
    assert_sound(&failed(Fail).get("a", Some("a|1"), 410, 411));
    assert_sound(&failed(Fail).get("a", Some("a|2"), 410, 411));
    // The server was paused, and takes what it has been sent in any order when it goes on.
    let told = failed(Fail)
        .harmed(Target::Server(0), 1, 800)
        .set("a", 3, 790, 810)
        .get("a", Some("a|2"), 820, 821)
        .get("a", Some("a|2"), 820, 821)
        .by(PROXIED);
    assert_sound(&told);
    assert_eq!(told.checked().late_effects, 2);
}

#[test]
fn a_count_may_have_what_failed() {
    let told = Told::new(Fail).incr("c", 1, "1", 0, 1).set("a", 1, 0, 1);
    assert_sound(&told.count("c", Some("1"), 2, 3));
}

#[test]
fn while_a_server_is_out_keys_live_elsewhere() {
    let told = Told::new(Remap)
        .set("a", 1, 0, 1)
        .harmed(Target::Server(0), 100, 500)
        .get("a", None, 300, 301)
        .set("a", 2, 310, 311)
        .get("a", Some("a|2"), 320, 321)
        .get("a", Some("a|1"), 600, 601)
        .by(PROXIED)
        .get("a", Some("a|1"), 600, 601)
        .get("a", Some("a|1"), 4000, 4001);
    assert_sound(&told);
    let verdict = told.checked();
    assert_eq!((verdict.held_to_writes, verdict.held_to_key), (1, 4));
}

#[test]
fn who_is_not_run_takes_longer() {
    let slow = Told::new(Fail).get("a", None, 0, 10_000);
    assert_eq!(slow.checked().violations.len(), 1);
    assert_sound(&slow.starved(1000, 9000));
}

#[test]
fn a_fault_that_the_next_one_cuts_short_says_nothing() {
    let told = Told::new(Fail)
        .harmed(Target::Server(0), 0, 100)
        .harmed(Target::Server(0), 200, 300)
        .get("a", None, 1500, 1501)
        .get("a", None, 1500, 1501)
        .by(PROXIED);
    assert_sound(&told);
    let verdict = told.checked();
    assert_eq!((verdict.recoveries.len(), verdict.interrupted), (2, 2));
}

#[test]
fn keys_at_home_and_servers_that_are_back() {
    let told = Told::new(Fail).set("a", 1, 0, 1).set("b", 1, 0, 1).found(0, "a").found(1, "b");
    let told = told.event(0, true, 2).event(0, false, 700).get("a", Some("a|1"), 9000, 9001);
    assert_sound(&told);
    // Where keys move, they lie about.
    assert_sound(&Told::new(Remap).set("b", 1, 0, 1).found(0, "b"));
}
