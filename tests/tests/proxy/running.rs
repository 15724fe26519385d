//! Flags, signals, statistics.

use std::{
    fs,
    io::Read,
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    Proxy, RedisServer, Scratch, lease,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::doors::CommandDoor;
use serde_json::Value;

use crate::{
    fleet::{Fleet, PATIENT, POOL, pool},
    reload::wait_until,
};

fn tested(config: &str) -> (i32, String) {
    let scratch = Scratch::new().unwrap();
    let path = scratch.path().join("nutcracker.yml");
    fs::write(&path, config).unwrap();
    let program = CommandDoor::new();
    let (exit, _, said) = program.run(&["proxy", "-t", "-c", path.to_str().unwrap()], b"");
    (exit, said)
}

#[test]
fn a_config_is_tested_without_being_served() {
    let good = "p:\n  listen: 127.0.0.1:22121\n  redis: true\n  servers:\n   - 127.0.0.1:6379:1\n";
    assert_eq!(tested(good).0, 0);
    let (exit, said) = tested(&good.replace("  redis: true\n", ""));
    assert!(exit == 1 && said.contains("memcached"), "{said}");
    let (exit, said) = tested(&good.replace("  listen: 127.0.0.1:22121\n", ""));
    assert!(exit == 1 && said.contains("`listen` is missing"), "{said}");
    let (exit, said) = tested(&good.replace("hash", "hosh").replace("redis: true", "hosh: md5"));
    assert!(exit == 1 && said.contains("did you mean `hash`?"), "{said}");
}

#[test]
fn a_place_that_is_taken_is_said() {
    let fleet = Fleet::start();
    let program = CommandDoor::new();
    let text = fs::read_to_string(fleet.proxy.config()).unwrap();
    let port = fleet.proxy.port(POOL).unwrap().to_string();
    let scratch = Scratch::new().unwrap();
    let config = scratch.path().join("nutcracker.yml");
    fs::write(&config, text.replace(&port, &lease().unwrap().to_string())).unwrap();
    let (config, stats) = (config.to_str().unwrap(), fleet.proxy.stats_port().to_string());
    let (exit, _, said) = program.run(&["proxy", "-c", config, "-a", "127.0.0.1", "-s", &stats], b"");
    assert!(exit == 1 && said.contains("the statistics cannot listen on"), "{exit}: {said}");
}

/// There, what is printed is lost.
#[test]
fn what_does_not_start_in_the_background_says_why_in_its_log() {
    let fleet = Fleet::start();
    let scratch = Scratch::new().unwrap();
    let log = scratch.path().join("log");
    let (config, stats) = (fleet.proxy.config().to_str().unwrap(), lease().unwrap().to_string());
    let arguments =
        ["proxy", "-d", "-c", config, "-a", "127.0.0.1", "-s", &stats, "-o", log.to_str().unwrap()];
    let (exit, _, said) = CommandDoor::new().run(&arguments, b"");
    assert_eq!(exit, 0, "{said}");
    wait_until("it says why", || {
        fs::read_to_string(&log).is_ok_and(|text| text.contains(&format!("pool `{POOL}` cannot listen on")))
    });
}

#[test]
fn a_file_that_cannot_be_written_is_said() {
    let fleet = Fleet::start();
    let scratch = Scratch::new().unwrap();
    let (config, path) = (scratch.path().join("nutcracker.yml"), scratch.path().join("nowhere/file"));
    let text = fs::read_to_string(fleet.proxy.config()).unwrap();
    let port = fleet.proxy.port(POOL).unwrap().to_string();
    fs::write(&config, text.replace(&port, &lease().unwrap().to_string())).unwrap();
    let (config, path) = (config.to_str().unwrap(), path.to_str().unwrap());
    for flag in ["-p", "-o"] {
        let stats = lease().unwrap().to_string();
        let arguments = ["proxy", "-c", config, "-a", "127.0.0.1", "-s", &stats, flag, path];
        let (exit, _, said) = CommandDoor::new().run(&arguments, b"");
        assert!(exit == 1 && said.contains(&format!("cannot write {path}: ")), "{exit}: {said}");
    }
}

#[test]
fn statistics_are_nutcrackers_and_of_this_moment() {
    let fleet = Fleet::start();
    let mut connection = fleet.connect();
    for number in 0..100 {
        connection.call(&[b"SET", format!("key:{number}").as_bytes(), b"value"]).unwrap();
    }
    let text = fleet.proxy.stats().unwrap();
    assert!(
        text.starts_with("{\"service\":\"nutcracker\", \"source\":\"") && text.ends_with("}\n"),
        "{text}"
    );
    let stats: Value = serde_json::from_str(&text).unwrap();
    let of_pool = &stats[POOL];
    // The fixture's own first connection has closed.
    assert_eq!((&of_pool["client_connections"], &of_pool["client_eof"]), (&1.into(), &1.into()), "{text}");
    let sum = |name: &str| -> u64 {
        ["one", "two", "three"].iter().map(|server| of_pool[server][name].as_u64().unwrap()).sum()
    };
    assert_eq!((sum("requests"), sum("responses"), sum("server_connections")), (100, 100, 3), "{text}");
    assert_eq!(sum("response_bytes"), 500);
    assert_eq!((sum("in_queue"), sum("out_queue"), sum("server_ejected_at")), (0, 0, 0), "{text}");
}

#[test]
fn who_stops_it_gently_gets_the_replies_that_are_owed() {
    let scratch = Scratch::new().unwrap();
    let servers = [RedisServer::start(&scratch).unwrap()];
    let (port, stats_port) = (lease().unwrap(), lease().unwrap());
    let config = scratch.path().join("nutcracker.yml");
    let pidfile = scratch.path().join("proxy.pid");
    let log = scratch.path().join("proxy.log");
    fs::write(&config, pool(&servers, PATIENT).yaml(&format!("127.0.0.1:{port}"))).unwrap();
    let program = CommandDoor::new();
    let mut process = Command::new(program.program())
        .args(["proxy", "-a", "127.0.0.1", "-s", &stats_port.to_string(), "-c"])
        .arg(&config)
        .arg("-p")
        .arg(&pidfile)
        .arg("-o")
        .arg(&log)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut connection = loop {
        match Connection::open(port) {
            Ok(connection) => break connection,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        thread::sleep(Duration::from_millis(10));
    };
    let mut idle = Connection::open(port).unwrap();
    idle.call(&[b"PING"]).unwrap();
    wait_until("its number is there", || {
        fs::read_to_string(&pidfile).is_ok_and(|text| text == process.id().to_string())
    });
    // A script that takes a while, and the signal while it runs.
    let slow = busy(2000);
    connection.send(&encode(&[b"EVAL", slow.as_bytes(), b"1", b"key"])).unwrap();
    wait_until("it was asked", || {
        let mut stats = String::new();
        TcpStream::connect(("127.0.0.1", stats_port)).unwrap().read_to_string(&mut stats).unwrap();
        stats.contains("\"out_queue\":1")
    });
    let killed = Command::new("kill").arg(process.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(connection.receive().unwrap(), Reply::Bulk(Some(b"done".to_vec())));
    assert!(connection.receive().is_err(), "it is closed after that");
    assert!(idle.receive().is_err(), "who waits for nothing is let go");
    assert_eq!(process.wait().unwrap().code(), Some(0));
    assert!(!pidfile.exists());
    let logged = fs::read_to_string(&log).unwrap();
    assert!(logged.contains("serves") && logged.contains("keyhome stops"), "{logged}");
}

/// A script that keeps its server busy for so many milliseconds.
pub(crate) fn busy(milliseconds: u32) -> String {
    format!(
        "local t = redis.call('TIME') local e = t[1] * 1000000 + t[2] + {milliseconds} * 1000 \
         repeat t = redis.call('TIME') until t[1] * 1000000 + t[2] > e return 'done'"
    )
}

#[test]
fn a_transaction_that_is_being_done_is_owed_a_reply_too() {
    let mut fleet = Fleet::start();
    let mut connection = fleet.connect();
    let script = busy(500);
    let mut bytes = encode(&[b"MULTI"]);
    bytes.extend(encode(&[b"EVAL", script.as_bytes(), b"1", b"key"]));
    bytes.extend(encode(&[b"EXEC"]));
    connection.send(&bytes).unwrap();
    assert_eq!(connection.receive().unwrap(), Reply::Simple("OK".into()));
    assert_eq!(connection.receive().unwrap(), Reply::Simple("QUEUED".into()));
    terminate(&mut fleet.proxy);
    assert_eq!(connection.receive().unwrap(), Reply::Array(Some(vec![Reply::Bulk(Some(b"done".to_vec()))])));
    assert!(connection.receive().is_err(), "it is closed after that");
}

#[test]
fn who_stops_it_waits_no_longer_than_was_said() {
    let scratch = Scratch::new().unwrap();
    let servers = [RedisServer::start(&scratch).unwrap()];
    let arguments = ["--shutdown-timeout", "200"];
    let pools = [pool(&servers, 60_000)];
    let mut proxy = Proxy::start(&scratch, CommandDoor::new().program(), &pools, &arguments).unwrap();
    let mut connection = proxy.connect(POOL).unwrap();
    let script = busy(60_000);
    connection.send(&encode(&[b"EVAL", script.as_bytes(), b"1", b"key"])).unwrap();
    wait_until("it was asked", || proxy.stats().unwrap().contains("\"out_queue\":1"));
    terminate(&mut proxy);
    assert!(connection.receive().is_err(), "the server takes much longer");
    wait_until("it has ended", || !proxy.process().is_running().unwrap());
}

pub(crate) fn terminate(proxy: &mut Proxy) {
    proxy.process().signal("-TERM").unwrap();
}
