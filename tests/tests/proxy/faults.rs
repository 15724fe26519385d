//! Servers that die, hang and come back, under load: every request gets its own reply, or an error, in its order and in
//! time; and the three modes of `on_failure`.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use keyhome_live::resp::{Connection, Reply, encode};
use keyhome_tests::dice::Dice;

use crate::{
    ejecting::{Ejecting, TIMEOUT},
    fleet::POOL,
};

/// Milliseconds until a server that is out is tried again.
const RETRY: u64 = 1000;

fn start(timeout: u64, on_failure: &str, threads: &str) -> Ejecting {
    let settings = [("server_retry_timeout", "1000"), ("on_failure", on_failure)];
    Ejecting::start(timeout, &settings, threads)
}

fn get(connection: &mut Connection, key: &str) -> Reply {
    connection.call(&[b"GET", key.as_bytes()]).unwrap()
}

fn wait_for(connection: &mut Connection, key: &str, what: &str, wanted: impl Fn(&Reply) -> bool) -> Duration {
    let start = Instant::now();
    loop {
        let reply = get(connection, key);
        if wanted(&reply) {
            return start.elapsed();
        }
        assert!(start.elapsed() < Duration::from_secs(20), "not {what}, but {reply:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn remap_and_probe_take_a_dead_server_out_and_fail_keeps_its_keys() {
    for mode in ["remap", "probe", "fail"] {
        let mut run = start(3000, mode, "2");
        let mut connection = run.connect();
        let (dead, other) = (run.key_on(1), run.key_on(0));
        for key in [&dead, &other] {
            connection.call(&[b"SET", key.as_bytes(), key.as_bytes()]).unwrap().ok().unwrap();
        }
        run.servers[1].kill().unwrap();
        // The connection that was there ends, or the request on it fails: either is the one failure that is allowed.
        let first = get(&mut connection, &dead);
        if mode == "fail" {
            wait_for(&mut connection, &dead, "refused", |reply| {
                *reply == Reply::Error("ERR Connection refused".into())
            });
        } else {
            assert!(matches!(first, Reply::Error(_) | Reply::Bulk(None)), "{first:?}");
            wait_for(&mut connection, &dead, "on another server", |reply| *reply == Reply::Bulk(None));
        }
        assert_eq!(get(&mut connection, &other), Reply::Bulk(Some(other.clone().into_bytes())), "{mode}");
        run.servers[1].start_again(&run.scratch).unwrap();
        run.servers[1].connect().unwrap().call(&[b"SET", dead.as_bytes(), b"home"]).unwrap();
        let home = Reply::Bulk(Some(b"home".to_vec()));
        wait_for(&mut connection, &dead, "at home again", |reply| *reply == home);
    }
}

#[test]
fn a_server_that_hangs_holds_up_nobody_else() {
    let timeout = 3000;
    let run = start(timeout, "fail", "1");
    let (hung, other) = (run.key_on(1), run.key_on(0));
    let mut waiting = run.connect();
    get(&mut waiting, &hung);
    run.servers[1].pause().unwrap();
    let start = Instant::now();
    waiting.send(&encode(&[b"GET", hung.as_bytes()])).unwrap();
    let mut connection = run.connect();
    for _ in 0..100 {
        assert_eq!(get(&mut connection, &other), Reply::Bulk(None));
    }
    let meanwhile = start.elapsed();
    assert_eq!(waiting.receive().unwrap(), Reply::Error("ERR Connection timed out".into()));
    assert!(start.elapsed() >= Duration::from_millis(timeout) && meanwhile < start.elapsed());
    run.servers[1].resume().unwrap();
    let mut all = run.connect();
    wait_for(&mut all, &hung, "well again", |reply| *reply == Reply::Bulk(None));
}

/// Each client has keys of its own, and values that name the key.
#[test]
fn a_hundred_thousand_requests_under_faults_get_their_own_replies() {
    const CLIENTS: usize = 8;
    const REQUESTS: u64 = 100_000;
    let mut run = start(TIMEOUT, "remap", "2");
    let (asked, errors, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let port = run.proxy.port(POOL).unwrap();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (asked, errors, done) = (&asked, &errors, &done);
            scope.spawn(move || {
                let mut dice = Dice::new(client as u64);
                let mut connection = Connection::open(port).unwrap();
                while !done.load(Ordering::Relaxed) || asked.load(Ordering::Relaxed) < REQUESTS {
                    let count = 1 + dice.below(30);
                    let requests: Vec<(bool, Vec<String>)> = (0..count)
                        .map(|_| {
                            let keys = 1 + dice.below(6) * dice.below(2);
                            (
                                dice.once_in(3),
                                (0..keys).map(|_| format!("c{client}:{}", dice.below(200))).collect(),
                            )
                        })
                        .collect();
                    let mut bytes = Vec::new();
                    for (writes, keys) in &requests {
                        let value = |key: &String| format!("{key}={}", "v".repeat(key.len() * 7 % 50));
                        let values: Vec<String> = keys.iter().map(value).collect();
                        let mut words: Vec<&[u8]> = vec![if *writes { b"MSET" } else { b"MGET" }];
                        for (key, value) in keys.iter().zip(&values) {
                            words.push(key.as_bytes());
                            if *writes {
                                words.push(value.as_bytes());
                            }
                        }
                        bytes.extend(encode(&words));
                    }
                    let start = Instant::now();
                    connection.send(&bytes).unwrap();
                    for (writes, keys) in &requests {
                        match connection.receive().unwrap() {
                            Reply::Error(text) => {
                                assert!(text.starts_with("ERR "), "{text}");
                                errors.fetch_add(1, Ordering::Relaxed);
                            }
                            Reply::Simple(text) => assert!(*writes && text == "OK", "{text}"),
                            Reply::Array(Some(values)) => {
                                assert!(!writes && values.len() == keys.len());
                                for (key, value) in keys.iter().zip(values) {
                                    let Reply::Bulk(value) = value else { panic!("{value:?}") };
                                    let own = |it: &Vec<u8>| it.starts_with(format!("{key}=").as_bytes());
                                    assert!(value.as_ref().is_none_or(own), "{key}: {value:?}");
                                }
                            }
                            reply => panic!("{reply:?}"),
                        }
                    }
                    // A busy machine is given ten times what it may take.
                    assert!(
                        start.elapsed() < Duration::from_millis(TIMEOUT * 10 + RETRY),
                        "{:?}",
                        start.elapsed()
                    );
                    asked.fetch_add(count as u64, Ordering::Relaxed);
                }
            });
        }
        for round in 0..6 {
            thread::sleep(Duration::from_millis(500));
            let server = round % run.servers.len();
            if round % 2 == 0 {
                run.servers[server].kill().unwrap();
                thread::sleep(Duration::from_millis(500));
                run.servers[server].start_again(&run.scratch).unwrap();
            } else {
                run.servers[server].pause().unwrap();
                thread::sleep(Duration::from_millis(700));
                run.servers[server].resume().unwrap();
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    let (asked, errors) = (asked.into_inner(), errors.into_inner());
    println!("{asked} requests, {errors} errors");
    assert!(asked >= REQUESTS && errors > 0 && errors < asked / 2, "{errors} errors of {asked}");
    assert!(run.proxy.process().is_running().unwrap());
}
