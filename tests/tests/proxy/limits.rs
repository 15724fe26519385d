//! What clients may hold: their number, their requests, what they leave unread, how long they are silent.

use std::{
    fs,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    Proxy,
    resp::{Connection, Reply, encode},
};

use crate::{
    fake_server::Front,
    fleet::{Fleet, PATIENT},
};

const MB: usize = 1 << 20;

/// The most memory that a process has had at one time, in bytes.
pub(crate) fn peak(proxy: &mut Proxy) -> usize {
    memory(proxy, "VmHWM:")
}

/// The memory that a process has now, in bytes.
pub(crate) fn resident(proxy: &mut Proxy) -> usize {
    memory(proxy, "VmRSS:")
}

fn memory(proxy: &mut Proxy, which: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", proxy.process().id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(which)).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

/// Whether the connection ends: nothing comes any more, whatever came before.
fn ends(connection: &mut Connection) -> bool {
    for _ in 0..100_000 {
        match connection.receive() {
            Ok(_) => {}
            Err(error) => {
                return !matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
            }
        }
    }
    false
}

fn ping(connection: &mut Connection) -> std::io::Result<Reply> {
    connection.call(&[b"PING"])
}

#[test]
fn one_client_too_many_is_told_so() {
    let fleet = Fleet::start_with(&["--max-clients", "3", "--threads", "2"]);
    let deadline = Instant::now() + Duration::from_secs(20);
    // The fixture's own connection may be there for a moment.
    let mut clients = Vec::new();
    while clients.len() < 3 {
        assert!(Instant::now() < deadline);
        let mut client = fleet.connect();
        match ping(&mut client) {
            Ok(Reply::Simple(_)) => clients.push(client),
            refused => drop(refused),
        }
    }
    let mut refused = fleet.connect();
    assert_eq!(refused.receive().unwrap(), Reply::Error("ERR max number of clients reached".into()));
    assert!(ends(&mut refused));
    clients.pop();
    while !matches!(ping(&mut fleet.connect()), Ok(Reply::Simple(_))) {
        assert!(Instant::now() < deadline, "there is room again");
    }
    for client in &mut clients {
        assert_eq!(ping(client).unwrap(), Reply::Simple("PONG".into()));
    }
}

#[test]
fn a_request_that_is_too_large_is_an_error() {
    let fleet = Fleet::start_with(&["--max-request-bytes", "64kb"]);
    let mut other = fleet.connect();
    for value in [vec![b'v'; 64 << 10], vec![b'v'; 10 * MB]] {
        let mut connection = fleet.connect();
        // What comes after the limit may find nobody.
        let _ = connection.send(&encode(&[b"SET", b"key", &value]));
        match connection.receive() {
            Ok(reply) => {
                let text = "ERR Protocol error: the request is larger than the limit";
                assert_eq!(reply, Reply::Error(text.into()));
                assert!(ends(&mut connection));
            }
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
        }
        assert_eq!(ping(&mut other).unwrap(), Reply::Simple("PONG".into()));
    }
    assert_eq!(other.call(&[b"EXISTS", b"key"]).unwrap(), Reply::Integer(0));
    other.call(&[b"SET", b"key", &vec![b'v'; 60 << 10]]).unwrap().ok().unwrap();
}

#[test]
fn a_client_that_asks_for_nothing_is_closed_and_one_that_waits_is_not() {
    let fleet = Fleet::start_with(&["--idle-timeout", "3"]);
    let (mut idle, mut listener, mut blocked) = (fleet.connect(), fleet.connect(), fleet.connect());
    ping(&mut idle).unwrap();
    listener.call(&[b"SUBSCRIBE", b"news"]).unwrap();
    blocked.send(&encode(&[b"BLPOP", b"list", b"0"])).unwrap();
    assert!(ends(&mut idle));
    thread::sleep(Duration::from_millis(3500));
    let mut busy = fleet.connect();
    assert_eq!(busy.call(&[b"PUBLISH", b"news", b"x"]).unwrap(), Reply::Integer(1));
    busy.call(&[b"RPUSH", b"list", b"x"]).unwrap();
    assert!(matches!(listener.receive().unwrap(), Reply::Array(Some(_))));
    assert!(matches!(blocked.receive().unwrap(), Reply::Array(Some(_))));
}

/// 500 values of 1 MB are asked for, and not read.
#[test]
fn a_slow_reader_gets_everything_and_takes_little_memory() {
    const COUNT: usize = 500;
    let mut fleet = Fleet::start();
    let value = vec![b'v'; MB];
    fleet.connect().call(&[b"SET", b"large", &value]).unwrap().ok().unwrap();
    let mut slow = fleet.connect();
    slow.send(&encode(&[b"GET", b"large"]).repeat(COUNT)).unwrap();
    // Meanwhile, all others are served.
    let mut other = fleet.connect();
    for number in 0..2000 {
        let key = format!("key:{number}");
        other.call(&[b"SET", key.as_bytes(), key.as_bytes()]).unwrap().ok().unwrap();
        assert_eq!(other.call(&[b"GET", key.as_bytes()]).unwrap().bytes(), Some(key.as_bytes()));
    }
    for _ in 0..COUNT {
        assert!(slow.receive().unwrap().bytes() == Some(value.as_slice()));
    }
    let peak = peak(&mut fleet.proxy);
    assert!(peak < 200 * MB, "{} MB", peak / MB);
}

#[test]
fn a_client_that_reads_nothing_is_closed_before_it_takes_much_memory() {
    let mut fleet = Fleet::start_with(&["--client-output-limit", "8mb"]);
    fleet.connect().call(&[b"SET", b"large", &vec![b'v'; MB]]).unwrap().ok().unwrap();
    let mut slow = fleet.connect();
    slow.send(&encode(&[b"GET", b"large"]).repeat(500)).unwrap();
    // A listener is the other kind that others can fill.
    let mut listener = fleet.connect();
    listener.call(&[b"SUBSCRIBE", b"news"]).unwrap();
    let mut other = fleet.connect();
    let message = vec![b'm'; MB];
    let deadline = Instant::now() + Duration::from_secs(60);
    while other.call(&[b"PUBLISH", b"news", &message]).unwrap() == Reply::Integer(1) {
        assert!(Instant::now() < deadline, "a listener that reads nothing stays");
    }
    // Neither has read anything until then.
    while !fleet.proxy.stats().unwrap().contains("\"client_err\":2,") {
        assert!(Instant::now() < deadline, "{}", fleet.proxy.stats().unwrap());
        thread::sleep(Duration::from_millis(20));
    }
    assert!(ends(&mut slow) && ends(&mut listener));
    let peak = peak(&mut fleet.proxy);
    assert!(peak < 200 * MB, "{} MB", peak / MB);
}

#[test]
fn where_too_much_is_buffered_in_all_the_largest_goes() {
    let mut fleet = Fleet::start_with(&["--buffered-limit", "32mb"]);
    let mut other = fleet.connect();
    let giant = vec![b'v'; 100 * MB];
    for server in &fleet.servers {
        server.connect().unwrap().call(&[b"SET", b"giant", &giant]).unwrap().ok().unwrap();
    }
    // A request that does not fit, and a reply.
    let mut writer = fleet.connect();
    let _ = writer.send(&encode(&[b"SET", b"other", &giant]));
    assert!(ends(&mut writer));
    let mut reader = fleet.connect();
    match reader.call(&[b"GET", b"giant"]) {
        Ok(reply) => assert_eq!(reply, Reply::Error("ERR the proxy holds more than it may".into())),
        Err(error) => assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock),
    }
    assert_eq!(other.call(&[b"EXISTS", b"other", b"giant"]).unwrap(), Reply::Integer(1));
    let peak = peak(&mut fleet.proxy);
    assert!(peak < 150 * MB, "{} MB", peak / MB);
}

#[test]
fn lengths_that_are_only_claimed_take_no_memory() {
    let mut fleet = Fleet::start();
    let mut clients: Vec<Connection> = (0..500).map(|_| fleet.connect()).collect();
    for client in &mut clients {
        client.send(b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$536870912\r\nv").unwrap();
    }
    for client in &mut clients {
        client.send(b"v").unwrap();
    }
    ping(&mut fleet.connect()).unwrap();
    let peak = peak(&mut fleet.proxy);
    assert!(peak < 80 * MB, "{} MB", peak / MB);
}

/// How many open files a proxy may have from now on.
fn allow_files(proxy: &mut Proxy, limit: &str) {
    let process = format!("--pid={}", proxy.process().id());
    let set = Command::new("prlimit").arg(process).arg(format!("--nofile={limit}:")).status();
    assert!(set.unwrap().success());
}

/// As when others have taken all files of the system.
#[test]
fn who_connects_while_there_are_no_files_waits_and_is_served_when_there_are() {
    let mut fleet = Fleet::start();
    let mut before = fleet.connect();
    before.call(&[b"MGET", b"a", b"b", b"c", b"d", b"e", b"f"]).unwrap();
    allow_files(&mut fleet.proxy, "5");
    let mut waiting = fleet.connect();
    waiting.send(&encode(&[b"PING"])).unwrap();
    for number in 0..200 {
        before.call(&[b"SET", format!("key:{number}").as_bytes(), b"value"]).unwrap().ok().unwrap();
    }
    let deadline = Instant::now() + Duration::from_secs(20);
    while !fleet.proxy.process().log_end().contains("clients have to wait") {
        assert!(Instant::now() < deadline, "{}", fleet.proxy.process().log_end());
        thread::sleep(Duration::from_millis(10));
    }
    allow_files(&mut fleet.proxy, "1000");
    assert_eq!(waiting.receive().unwrap(), Reply::Simple("PONG".into()));
}

#[test]
fn a_proxy_without_files_for_servers_blames_none() {
    let server = keyhome_live::Scratch::new().unwrap();
    let redis = keyhome_live::RedisServer::start(&server).unwrap();
    let mut front = Front::of(&[redis.address()], PATIENT, &[]);
    let mut connection = front.connect();
    ping(&mut connection).unwrap();
    allow_files(&mut front.proxy, "5");
    assert_eq!(connection.call(&[b"GET", b"key"]).unwrap(), Reply::Error("ERR Too many open files".into()));
    allow_files(&mut front.proxy, "1000");
    assert_eq!(connection.call(&[b"GET", b"key"]).unwrap(), Reply::Bulk(None));
}

#[test]
fn a_transaction_that_never_names_a_key_is_not_kept_without_bound() {
    let mut fleet = Fleet::start();
    let mut connection = fleet.connect();
    connection.call(&[b"MULTI"]).unwrap().ok().unwrap();
    let text = vec![b't'; 10_000];
    let replies: Vec<Reply> = (0..100).map(|_| connection.call(&[b"ECHO", &text]).unwrap()).collect();
    assert_eq!(replies[0], Reply::Simple("QUEUED".into()));
    assert_eq!(replies[99], Reply::Error("ERR too much is queued before the first key".into()));
    let text = connection.call(&[b"EXEC"]).unwrap().error().unwrap();
    assert!(text.starts_with("EXECABORT"), "{text}");
    assert!(fleet.proxy.process().is_running().unwrap());
}

/// 16 MB to and fro, three times over, on a proxy of one thread.
#[test]
fn giant_values_let_the_others_through() {
    const GIANT: usize = 16 * MB;
    const CLIENTS: usize = 3;
    let fleet = Fleet::start();
    let value: Vec<u8> = (0..GIANT).map(|at| (at % 251) as u8).collect();
    let mut served = 0;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (fleet, value) = (&fleet, &value);
                scope.spawn(move || {
                    let mut connection = fleet.connect();
                    let key = format!("giant:{number}");
                    connection.call(&[b"SET", key.as_bytes(), value]).unwrap().ok().unwrap();
                    let reply = connection.call(&[b"GET", key.as_bytes()]).unwrap();
                    assert!(reply.bytes() == Some(value.as_slice()), "{number}");
                })
            })
            .collect();
        let mut other = fleet.connect();
        while clients.iter().any(|client| !client.is_finished()) {
            assert_eq!(ping(&mut other).unwrap(), Reply::Simple("PONG".into()));
            served += 1;
        }
    });
    println!("{served} requests were answered meanwhile");
    assert!(served > 20, "{served}");
}
