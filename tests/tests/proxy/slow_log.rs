//! SLOWLOG, as the proxy answers it.

use std::{thread, time::Duration};

use keyhome_live::{
    lease,
    resp::{Connection, Reply, encode},
};

use crate::{
    fleet::{Fleet, NAMES},
    metrics::scraped,
    reload::wait_until,
    running::busy,
};

fn text(reply: &Reply) -> String {
    reply.clone().text().unwrap()
}

/// The words of an entry.
fn words(entry: &Reply) -> Vec<String> {
    entry.clone().list().unwrap()[3].clone().list().unwrap().iter().map(text).collect()
}

#[test]
fn requests_are_kept_as_redis_keeps_its_own() {
    let fleet = Fleet::start_with(&["--slowlog-slower-than", "0", "--slowlog-max-len", "4"]);
    let mut connection = fleet.connect();
    connection.call(&[b"CLIENT", b"SETNAME", b"writer"]).unwrap().ok().unwrap();
    // What redis itself keeps of the same commands.
    let mut redis = fleet.servers[0].connect().unwrap();
    redis.call(&[b"CONFIG", b"SET", b"slowlog-log-slower-than", b"0"]).unwrap().ok().unwrap();
    let long = [b'v'; 700];
    let many: Vec<Vec<u8>> = (0..40).map(|number| format!("member:{number}").into_bytes()).collect();
    let sadd: Vec<&[u8]> =
        [b"SADD".as_slice(), b"{tag}set"].into_iter().chain(many.iter().map(Vec::as_slice)).collect();
    let requests: [&[&[u8]]; 5] =
        [&[b"GET", b"gone"], &[b"set", b"key", b"v"], &[b"SET", b"key", &long], &sadd, &[b"GET", b"\xff"]];
    for request in requests {
        connection.call(request).unwrap();
        redis.call(request).unwrap();
    }
    let of = |connection: &mut Connection, count: &[u8]| {
        connection.call(&[b"SLOWLOG", b"GET", count]).unwrap().list().unwrap()
    };
    let (ours, theirs) = (of(&mut connection, b"4"), of(&mut redis, b"4"));
    assert_eq!(ours.len(), 4, "the last four are kept: {ours:?}");
    let fields: Vec<_> = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| (a.clone().list().unwrap(), b.clone().list().unwrap()))
        .collect();
    for (number, (ours, theirs)) in fields.iter().enumerate() {
        assert_eq!((ours.len(), theirs.len()), (6, 6));
        assert_eq!(ours[0], Reply::Integer(4 - number as i64));
        assert!(matches!(ours[1], Reply::Integer(1_700_000_000..)), "{ours:?}");
        assert!(matches!(ours[2], Reply::Integer(0..20_000_000)), "{ours:?}");
        assert_eq!(ours[3], theirs[3]);
        assert!(text(&ours[4]).starts_with("127.0.0.1:"), "{ours:?}");
        assert_eq!(text(&ours[5]), "writer");
    }
    assert_eq!(words(&ours[1]).last().unwrap(), "... (11 more arguments)");
    assert_eq!(connection.call(&[b"SLOWLOG", b"LEN"]).unwrap(), Reply::Integer(4));
    assert_eq!(of(&mut connection, b"1").len(), 1);
    assert_eq!(of(&mut connection, b"-1").len(), 4);
    for wrong in [b"-2".as_slice(), b"x"] {
        let ours = connection.call(&[b"SLOWLOG", b"GET", wrong]).unwrap();
        assert_eq!(ours, redis.call(&[b"SLOWLOG", b"GET", wrong]).unwrap());
    }
    let with_servers = connection.call(&[b"KEYHOME", b"SLOWLOG", b"-1"]).unwrap().list().unwrap();
    assert_eq!(with_servers.len(), 4);
    for (entry, known) in with_servers.into_iter().zip(&fields) {
        let entry = entry.list().unwrap();
        assert_eq!((&entry[..6], entry.len()), (&known.0[..], 7));
        assert!(NAMES.contains(&text(&entry[6]).as_str()), "{entry:?}");
    }
    connection.call(&[b"SLOWLOG", b"RESET"]).unwrap().ok().unwrap();
    assert_eq!(connection.call(&[b"SLOWLOG", b"LEN"]).unwrap(), Reply::Integer(0));
}

#[test]
fn only_what_is_slow_is_kept_and_what_waits_on_purpose_is_not() {
    let fleet = Fleet::start_with(&["--slowlog-slower-than", "200000"]);
    let mut connection = fleet.connect();
    let slow = busy(250);
    let slow = slow.as_bytes();
    connection.call(&[b"EVAL", slow, b"1", b"key"]).unwrap();
    let waits = connection.call(&[b"BLPOP", b"nothing", b"0.3"]).unwrap();
    assert_eq!(waits, Reply::Array(None));
    let entries = connection.call(&[b"SLOWLOG", b"GET"]).unwrap().list().unwrap();
    let commands: Vec<String> = entries.iter().map(|entry| words(entry)[0].clone()).collect();
    assert!(commands.contains(&"EVAL".to_owned()) && !commands.contains(&"BLPOP".to_owned()), "{commands:?}");
    let fleet = Fleet::start_with(&["--slowlog-slower-than", "-1"]);
    let mut connection = fleet.connect();
    connection.call(&[b"EVAL", slow, b"1", b"key"]).unwrap();
    assert_eq!(connection.call(&[b"SLOWLOG", b"LEN"]).unwrap(), Reply::Integer(0));
}

#[test]
fn a_reload_forgets_nothing_of_what_was_seen() {
    let metrics = lease().unwrap();
    let port = metrics.to_string();
    let arguments = ["--slowlog-slower-than", "0", "--hot-keys", "8", "--metrics-port", &port];
    let fleet = Fleet::start_with(&arguments);
    let mut connection = fleet.connect();
    for _ in 0..9 {
        connection.call(&[b"GET", b"key"]).unwrap();
    }
    for _ in 0..5 {
        connection.call(&[b"KEYHOME", b"RELOAD"]).unwrap().ok().unwrap();
    }
    connection.call(&[b"GET", b"key"]).unwrap();
    assert_eq!(connection.call(&[b"SLOWLOG", b"LEN"]).unwrap(), Reply::Integer(10));
    let hottest = connection.call(&[b"KEYHOME", b"HOTKEYS"]).unwrap().list().unwrap();
    let hottest = hottest[0].clone().list().unwrap();
    // Halved, if a minute has just begun.
    assert!(
        hottest[0].bytes() == Some(b"key") && matches!(hottest[2], Reply::Integer(5..=10)),
        "{hottest:?}"
    );
    let (text, samples) = scraped(metrics);
    // Those above, and this one.
    assert_eq!(samples["keyhome_pool_requests_total{pool=\"pool\"}"] as u64, 17, "{text}");
    let counts = NAMES.map(|name| {
        samples[&format!("keyhome_server_latency_seconds_count{{pool=\"pool\",server=\"{name}\"}}")]
    });
    assert_eq!(counts.iter().sum::<f64>() as u64, 10, "{text}");
}

/// Those that nobody answers are the slowest of all.
#[test]
fn what_was_given_up_is_kept_too() {
    let mut fleet = Fleet::start_with(&["--slowlog-slower-than", "100000"]);
    let mut connection = fleet.connect();
    for server in &fleet.servers {
        server.pause().unwrap();
    }
    connection.send(&encode(&[b"GET", b"key"])).unwrap();
    wait_until("it was asked", || fleet.proxy.stats().unwrap().contains("\"out_queue\":1"));
    thread::sleep(Duration::from_millis(150));
    for server in &mut fleet.servers {
        server.kill().unwrap();
    }
    assert!(matches!(connection.receive().unwrap(), Reply::Error(_)));
    let entries = connection.call(&[b"SLOWLOG", b"GET"]).unwrap().list().unwrap();
    assert_eq!(entries.iter().map(words).collect::<Vec<_>>(), [["GET", "key"]]);
}
