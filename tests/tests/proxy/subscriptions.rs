//! Who listens hears what is published while servers go out and come back.

use keyhome::Router;
use keyhome_live::resp::{Connection, Reply};

use crate::{
    ejecting::{Ejecting, TIMEOUT},
    fleet::{NAMES, POOL},
    reload::wait_until,
};

/// Modula moves nearly all keys when a server is out, for `retry` milliseconds.
fn start(retry: &str) -> Ejecting {
    Ejecting::start(TIMEOUT, &[("distribution", "modula"), ("server_retry_timeout", retry)], "2")
}

fn key(is_it: impl Fn(&str) -> bool) -> String {
    (0..10_000).map(|number| format!("key:{number}")).find(|key| is_it(key)).unwrap()
}

fn home<'r>(router: &'r Router, key: &str) -> &'r str {
    &router.nodes()[router.index(key).unwrap()].name
}

/// Publishes until this many hear it, and takes what they hear.
fn publish(publisher: &mut Connection, channel: &str, text: &str, hearers: &mut [&mut Connection]) {
    wait_until("they hear it", || {
        let heard = publisher.call(&[b"PUBLISH", channel.as_bytes(), text.as_bytes()]).unwrap();
        heard == Reply::Integer(hearers.len() as i64)
    });
    for hearer in hearers {
        loop {
            let Reply::Array(Some(message)) = hearer.receive().unwrap() else { panic!("no message") };
            if message.last().and_then(Reply::bytes) == Some(text.as_bytes()) {
                assert_eq!(message[message.len() - 2].bytes(), Some(channel.as_bytes()));
                break;
            }
        }
    }
}

#[test]
fn who_listens_follows_its_channels_when_a_server_is_out_and_back() {
    // Long enough for what is to happen while it is out.
    let mut run = start("8000");
    let without = run.router.without(&[NAMES[2]]).unwrap();
    let channel = key(|key| {
        let (before, after) = (home(&run.router, key), home(&without, key));
        before != NAMES[2] && before != after
    });
    let on_dead = key(|key| home(&run.router, key) == NAMES[2]);
    let mut listener = run.proxy.connect(POOL).unwrap();
    listener.call(&[b"SUBSCRIBE", channel.as_bytes()]).unwrap();
    let mut publisher = run.proxy.connect(POOL).unwrap();
    publish(&mut publisher, &channel, "all", &mut [&mut listener]);
    run.servers[2].kill().unwrap();
    wait_until("it is out", || publisher.call(&[b"SET", on_dead.as_bytes(), b"x"]).unwrap().ok().is_ok());
    publish(&mut publisher, &channel, "two", &mut [&mut listener]);
    // A pattern is listened for on those that are there, and on the other one when it is back.
    let mut patterns = run.proxy.connect(POOL).unwrap();
    patterns.call(&[b"PSUBSCRIBE", b"key:*"]).unwrap();
    publish(&mut publisher, &channel, "patterns", &mut [&mut listener, &mut patterns]);
    run.servers[2].start_again(&run.scratch).unwrap();
    let mut back = run.servers[2].connect().unwrap();
    wait_until("it is back", || {
        let set = publisher.call(&[b"SET", on_dead.as_bytes(), b"y"]).unwrap();
        set.ok().is_ok() && back.call(&[b"EXISTS", on_dead.as_bytes()]).unwrap() == Reply::Integer(1)
    });
    publish(&mut publisher, &channel, "back", &mut [&mut listener, &mut patterns]);
    publish(&mut publisher, &on_dead, "from the one that is back", &mut [&mut patterns]);
}

#[test]
fn a_server_that_hangs_is_not_waited_for_by_who_listens_to_it() {
    let run = start("1000");
    let channel = key(|key| home(&run.router, key) == NAMES[2]);
    let mut listener = run.proxy.connect(POOL).unwrap();
    listener.call(&[b"SUBSCRIBE", channel.as_bytes()]).unwrap();
    let mut publisher = run.proxy.connect(POOL).unwrap();
    publish(&mut publisher, &channel, "all", &mut [&mut listener]);
    run.servers[2].pause().unwrap();
    wait_until("it is out", || publisher.call(&[b"SET", channel.as_bytes(), b"x"]).unwrap().ok().is_ok());
    // It is tried again each second, and hangs still: the channel stays where it is heard.
    for round in 0..6 {
        publish(&mut publisher, &channel, &format!("round {round}"), &mut [&mut listener]);
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    run.servers[2].resume().unwrap();
    let mut back = run.servers[2].connect().unwrap();
    wait_until("it is back", || {
        let set = publisher.call(&[b"SET", channel.as_bytes(), b"y"]).unwrap();
        set.ok().is_ok()
            && back.call(&[b"GET", channel.as_bytes()]).unwrap() == Reply::Bulk(Some(b"y".to_vec()))
    });
    publish(&mut publisher, &channel, "back", &mut [&mut listener]);
}
