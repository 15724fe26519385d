//! The port for statistics, beside the real nutcracker's.

use std::{
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    Nutcracker, Proxy, Scratch, lease,
    resp::{Connection, Reply},
};
use keyhome_tests::doors::CommandDoor;
use serde_json::{Map, Value};

use crate::fleet::{PATIENT, POOL, pool, servers};

/// Members that are a matter of time, of the program, or differ on purpose (docs/proxy.md).
const OTHERS: [&str; 7] = [
    "version",
    "uptime",
    "timestamp",
    "total_connections",
    "curr_connections",
    "fragments",
    "server_ejected_at",
];

/// The text without its numbers, and the version and name of the host in it: its members, their order and spacing.
fn shape(stats: &str) -> String {
    let mut shape = String::new();
    let mut letters = stats.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() && shape.ends_with(':') {
            while letters.peek().is_some_and(char::is_ascii_digit) {
                letters.next();
            }
            shape.push('N');
        } else {
            shape.push(letter);
        }
    }
    let (start, rest) = shape.split_once("\"version\":\"").unwrap();
    let (_, rest) = rest.split_once('"').unwrap();
    format!("{start}\"version\":\"\"{rest}")
}

/// Every number, by where it is, but for `OTHERS`.
fn numbers(stats: &str) -> Vec<(String, u64)> {
    fn walk(path: &str, members: &Map<String, Value>, found: &mut Vec<(String, u64)>) {
        for (name, value) in members {
            let path = format!("{path}/{name}");
            match value {
                Value::Object(members) => walk(&path, members, found),
                Value::Number(number) if !OTHERS.contains(&name.as_str()) => {
                    found.push((path, number.as_u64().unwrap()));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk("", serde_json::from_str::<Value>(stats).unwrap().as_object().unwrap(), &mut found);
    found
}

/// The same requests to both.
fn ask(connections: &mut [Connection; 2], request: &[&[u8]]) -> Reply {
    let [old, new] = connections.each_mut().map(|connection| connection.call(request).unwrap());
    assert_eq!(old, new);
    new
}

#[test]
fn members_and_numbers_are_those_of_nutcracker() {
    let scratch = Scratch::new().unwrap();
    let [mut behind_old, mut behind_new] = [servers(&scratch), servers(&scratch)];
    let nobody = lease().unwrap();
    let pools = |servers: &[keyhome_live::RedisServer]| {
        let other = keyhome_live::Pool::new("other").server(format!("{}:1", servers[0].address()));
        let ejecting = pool(servers, PATIENT)
            .set("auto_eject_hosts", "true")
            .set("server_failure_limit", "1")
            .set("server_retry_timeout", "600000");
        let dead = keyhome_live::Pool::new("dead").server(format!("127.0.0.1:{nobody}:1 nobody"));
        let dead = dead.server("127.0.0.1:1:1 none").server("127.0.0.1:1:1 a-long-name");
        [ejecting, other, dead]
    };
    let nutcracker = Nutcracker::start(&scratch, &pools(&behind_old)).unwrap();
    let program = CommandDoor::new();
    let proxy = Proxy::start(&scratch, program.program(), &pools(&behind_new), &[]).unwrap();
    // An unnamed server has its port for a name.
    let addresses = [behind_old[0].address(), behind_new[0].address()];
    let named = |stats: &str| stats.replace(&addresses[0], "SERVER").replace(&addresses[1], "SERVER");
    let both = || {
        // nutcracker gives what it had counted when it was last asked, or served somebody.
        nutcracker.stats().unwrap();
        Connection::open(nutcracker.port("other").unwrap()).unwrap().call(&[b"PING"]).unwrap();
        Connection::open(proxy.port("other").unwrap()).unwrap().call(&[b"PING"]).unwrap();
        [named(&nutcracker.stats().unwrap()), named(&proxy.stats().unwrap())]
    };
    // Neither has always seen yet that a connection was closed.
    let same_with = |expected: &str| {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let [old, new] = both();
            assert_eq!(shape(&old), shape(&new));
            if numbers(&old) == numbers(&new) && new.contains(expected) {
                return numbers(&new).len();
            }
            assert!(Instant::now() < deadline, "expected {expected}\nnutcracker {old}\nkeyhome    {new}");
            thread::sleep(Duration::from_millis(20));
        }
    };
    assert!(same_with("\"requests\":0") > 50);

    let mut connections = [nutcracker.connect(POOL).unwrap(), proxy.connect(POOL).unwrap()];
    for number in 0..60 {
        let key = format!("key:{number}");
        ask(&mut connections, &[b"SET", key.as_bytes(), b"value"]).ok().unwrap();
        ask(&mut connections, &[b"GET", key.as_bytes()]);
    }
    ask(&mut connections, &[b"MGET", b"key:1", b"key:2", b"key:3", b"key:4", b"key:5"]);
    ask(&mut connections, &[b"DEL", b"key:1", b"key:2", b"key:3", b"none"]);
    ask(&mut connections, &[b"LPUSH", b"key:9", b"wrong"]);
    same_with("\"server_ejects\":0");

    // Servers that refuse: an error each time, and the clients are still there.
    let mut refused = [nutcracker.connect("dead").unwrap(), proxy.connect("dead").unwrap()];
    for number in 0..20 {
        let key = format!("key:{number}");
        assert!(matches!(ask(&mut refused, &[b"GET", key.as_bytes()]), Reply::Error(_)));
    }
    same_with("\"forward_error\":20");

    // One of the servers is gone: that closes a connection to it, and ejects it.
    behind_old[2].kill().unwrap();
    behind_new[2].kill().unwrap();
    same_with("\"server_ejects\":1");
    for number in 0..60 {
        ask(&mut connections, &[b"SET", format!("key:{number}").as_bytes(), b"value"]).ok().unwrap();
    }
    same_with("\"server_ejects\":1");
    drop(connections);
    same_with("\"server_ejects\":1");
}
