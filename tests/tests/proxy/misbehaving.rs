//! Servers that refuse, hang, talk rubbish, die in mid-reply, hang up halfway, say too much: who asked gets the right reply
//! or an error, in order; nothing is sent twice; and the next request is served.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    Pool, Proxy, Scratch, lease,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::doors::CommandDoor;

use crate::{
    fake_server::{FakeServer, Front, answer, echo, request},
    fleet::{PATIENT, POOL},
    reload::wait_until,
};

/// Milliseconds.
const TIMEOUT: u64 = 300;

fn get(connection: &mut Connection, key: &str) -> Reply {
    connection.call(&[b"GET", key.as_bytes()]).unwrap()
}

fn value(text: &str) -> Reply {
    Reply::Bulk(Some(text.into()))
}

fn error(text: &str) -> Reply {
    Reply::Error(text.into())
}

/// The replies to GETs of `keys` that are sent at once.
fn get_all(connection: &mut Connection, keys: &[&str]) -> Vec<Reply> {
    let requests: Vec<u8> = keys.iter().flat_map(|key| encode(&[b"GET", key.as_bytes()])).collect();
    connection.send(&requests).unwrap();
    keys.iter().map(|_| connection.receive().unwrap()).collect()
}

/// A server whose first connection is served by `first`, and the others as they should be.
fn wrong_once(first: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> (FakeServer, Front) {
    let server = FakeServer::start(move |number, mut stream| {
        if number == 0 {
            first(&mut stream);
        } else {
            echo(&mut stream);
        }
    });
    let front = Front::of(&[server.address()], PATIENT, &[]);
    (server, front)
}

#[test]
fn rubbish_is_an_error_to_all_who_wait_and_the_next_request_is_served() {
    for rubbish in ["HTTP/1.1 400 Bad Request\r\n\r\n", "$-7\r\n", "*x\r\n", "\0\0\0\0", "$3\r\nabcdef\r\n"] {
        let (server, front) = wrong_once(|stream| {
            for _ in 0..3 {
                request(stream);
            }
            answer(stream, "a");
            stream.write_all(rubbish.as_bytes()).unwrap();
            // The proxy hangs up.
            while matches!(stream.read(&mut [0; 100]), Ok(1..)) {}
        });
        let mut connection = front.connect();
        let replies = get_all(&mut connection, &["a", "b", "c"]);
        let wrong = error("ERR Invalid argument");
        assert_eq!(replies, [value("a"), wrong.clone(), wrong], "{rubbish:?}");
        assert_eq!(get(&mut connection, "d"), value("d"));
        assert_eq!(server.connections(), 2);
    }
}

#[test]
fn a_reply_that_is_cut_short_is_an_error() {
    for half in ["$100\r\nabc", "$3\r\nabc", "*2\r\n$1\r\na\r\n", "+O", "$"] {
        let (_server, front) = wrong_once(|stream| {
            for _ in 0..3 {
                request(stream);
            }
            answer(stream, "a");
            stream.write_all(half.as_bytes()).unwrap();
        });
        let mut connection = front.connect();
        let replies = get_all(&mut connection, &["a", "b", "c"]);
        assert_eq!(replies, [value("a"), error("ERR unknown"), error("ERR unknown")], "{half:?}");
        assert_eq!(get(&mut connection, "d"), value("d"));
    }
}

#[test]
fn a_server_that_says_no_more_but_listens_is_left() {
    let (server, front) = wrong_once(|stream| {
        request(stream);
        answer(stream, "a");
        stream.shutdown(Shutdown::Write).unwrap();
        while request(stream).is_some() {}
    });
    let mut connection = front.connect();
    assert_eq!(get(&mut connection, "a"), value("a"));
    // Sooner or later the end is noticed; until then, a request that was sent is lost, and said to be.
    for _ in 0..3 {
        let reply = get(&mut connection, "b");
        assert!(reply == value("b") || reply == error("ERR unknown"), "{reply:?}");
    }
    assert_eq!(get(&mut connection, "c"), value("c"));
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_reply_too_many_is_nobodys() {
    for late in [false, true] {
        let (server, front) = wrong_once(move |stream| {
            request(stream);
            if late {
                answer(stream, "a");
                thread::sleep(Duration::from_millis(20));
                answer(stream, "somebody else's");
            } else {
                stream.write_all(b"$1\r\na\r\n$15\r\nsomebody else's\r\n").unwrap();
            }
            echo(stream);
        });
        let mut connection = front.connect();
        assert_eq!(get(&mut connection, "a"), value("a"));
        // When the connection has been given up, the next request makes another.
        while server.connections() < 2 {
            let reply = get(&mut front.connect(), "b");
            let allowed = [value("b"), error("ERR Invalid argument"), error("ERR unknown")];
            // On the wire already when the surplus one came: nobody can tell that from a reply.
            let crossed = late && reply == value("somebody else's");
            assert!(allowed.contains(&reply) || crossed, "{reply:?}");
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(get(&mut connection, "c"), value("c"));
    }
}

#[test]
fn a_server_that_refuses_the_connection_in_words_is_quoted() {
    let (_server, front) = wrong_once(|stream| {
        stream.write_all(b"-ERR max number of clients reached\r\n").unwrap();
        thread::sleep(Duration::from_millis(200));
    });
    let mut connection = front.connect();
    let replies = get_all(&mut connection, &["a", "b"]);
    assert_eq!(replies[0], error("ERR max number of clients reached"), "{replies:?}");
    assert!(matches!(replies[1], Reply::Error(_)), "{replies:?}");
    assert_eq!(get(&mut connection, "c"), value("c"));
}

#[test]
fn nothing_is_sent_twice() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&seen);
    // It does what it is asked, and dies before it says so.
    let server = FakeServer::start(move |_, mut stream| {
        while let Some(words) = request(&mut stream) {
            counter.fetch_add(1, Ordering::Relaxed);
            if words[0] == "INCR" {
                return;
            }
            answer(&mut stream, words.last().unwrap());
        }
    });
    let front = Front::of(&[server.address()], PATIENT, &[]);
    let mut connection = front.connect();
    for round in 1..=20 {
        assert_eq!(connection.call(&[b"INCR", b"n"]).unwrap(), error("ERR unknown"));
        assert_eq!(seen.load(Ordering::Relaxed), round);
    }
}

#[test]
fn a_server_that_is_not_there_or_hangs_makes_one_error_of_a_split_request() {
    let well = FakeServer::start(|_, mut stream| {
        while let Some(words) = request(&mut stream) {
            let mut values = Vec::new();
            for key in &words[1..] {
                keyhome_resp::bulk(&mut values, key.as_bytes());
            }
            write!(stream, "*{}\r\n", words.len() - 1).unwrap();
            stream.write_all(&values).unwrap();
        }
    });
    let hangs = FakeServer::start(|_, mut stream| while request(&mut stream).is_some() {});
    let dead = format!("127.0.0.1:{}", lease().unwrap());
    for (other, timeout, said) in
        [(dead, PATIENT, "ERR Connection refused"), (hangs.address(), TIMEOUT, "ERR Connection timed out")]
    {
        let front = Front::of(&[well.address(), other], timeout, &[]);
        let mut connection = front.connect();
        let keys: Vec<String> = (0..20).map(|number| format!("key:{number}")).collect();
        let words: Vec<&[u8]> =
            [b"MGET".as_slice()].into_iter().chain(keys.iter().map(String::as_bytes)).collect();
        for _ in 0..3 {
            let requests = [encode(&words), encode(&[b"PING"])].concat();
            connection.send(&requests).unwrap();
            assert_eq!(connection.receive().unwrap(), error(said));
            assert_eq!(connection.receive().unwrap(), Reply::Simple("PONG".into()));
        }
    }
}

/// On loopback a connection is made at once, unless the queue of a server that accepts nobody is full.
#[test]
fn who_waits_for_a_connection_waits_no_longer_than_the_timeout() {
    use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
    let deaf = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&deaf, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    listen(&deaf, 0).unwrap();
    let address = SocketAddrV4::try_from(getsockname(&deaf).unwrap()).unwrap();
    let _in_the_queue: Vec<TcpStream> = (0..3)
        .map_while(|_| TcpStream::connect_timeout(&address.into(), Duration::from_millis(200)).ok())
        .collect();
    let front = Front::of(&[address.to_string()], TIMEOUT, &[]);
    for words in [
        &[b"GET".as_slice(), b"a"][..],
        &[b"BLPOP", b"a", b"0"],
        &[b"XREAD", b"BLOCK", b"0", b"STREAMS", b"a", b"$"],
        &[b"WATCH", b"a"],
        &[b"DBSIZE"],
        &[b"SCAN", b"0"],
    ] {
        let reply = front.connect().call(words).unwrap();
        assert_eq!(reply, error("ERR Connection timed out"), "{}", words[0].escape_ascii());
    }
    // A subscriber cannot be told anything else: its connection ends.
    let mut listener = front.connect();
    listener.send(&encode(&[b"SUBSCRIBE", b"channel"])).unwrap();
    assert!(listener.receive().is_err());
}

#[test]
fn a_client_that_says_no_more_gets_its_replies_and_then_the_end() {
    let server = FakeServer::start(|_, mut stream| echo(&mut stream));
    let front = Front::of(&[server.address()], PATIENT, &[]);
    let port = front.proxy.port(POOL).unwrap();
    for _ in 0..100 {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(b"PING\r\nGET key\r\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut replies = String::new();
        stream.read_to_string(&mut replies).unwrap();
        assert_eq!(replies, "+PONG\r\n$3\r\nkey\r\n");
    }
}

/// A server that hangs is told from one where nothing happens by the time that the command itself gives.
#[test]
fn who_waits_for_something_to_happen_on_a_server_that_hangs_waits_no_longer_than_it_said() {
    let hangs = FakeServer::start(|_, mut stream| while request(&mut stream).is_some() {});
    let front = Front::of(&[hangs.address()], TIMEOUT, &[]);
    let mut for_ever = front.connect();
    for_ever.send(&encode(&[b"BLPOP", b"list", b"0"])).unwrap();
    for words in [
        &[b"BLPOP".as_slice(), b"list", b"0.1"][..],
        &[b"BLMPOP", b"0.1", b"1", b"list", b"LEFT"],
        &[b"XREAD", b"BLOCK", b"100", b"STREAMS", b"a", b"$"],
        &[b"WAIT", b"1", b"100"],
        &[b"WATCH", b"a"],
    ] {
        let reply = front.connect().call(words).unwrap();
        assert_eq!(reply, error("ERR Connection timed out"), "{}", words[0].escape_ascii());
    }
    let mut listener = front.connect();
    listener.send(&encode(&[b"SUBSCRIBE", b"channel"])).unwrap();
    assert!(listener.receive().is_err(), "it is closed, as its subscription is not confirmed");
    for_ever.send(&encode(&[b"PING"])).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    // The one that waits for ever is there, as it may.
    while !front.proxy.stats().unwrap().contains("\"client_connections\":1,") {
        assert!(Instant::now() < deadline, "{}", front.proxy.stats().unwrap());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn servers_may_have_names_and_a_name_that_nobody_knows_holds_up_nobody() {
    let well = FakeServer::start(|_, mut stream| echo(&mut stream));
    // Of the addresses of this name, the IPv6 one may come first, where nobody listens.
    let named = well.address().replace("127.0.0.1", "localhost");
    let front = Front::of(&[named, "no-such-host.invalid:6379".into()], 10_000, &[]);
    let mut connection = front.connect();
    let keys: Vec<String> = (0..40).map(|number| format!("key:{number}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    for _ in 0..2 {
        let replies = get_all(&mut connection, &keys);
        let found = keys.iter().zip(&replies).filter(|(key, reply)| **reply == value(key)).count();
        // Where there is nobody to ask for names, that takes its time.
        let said = [error("ERR Host is down"), error("ERR Connection timed out")];
        let failed = replies.iter().filter(|reply| said.contains(reply)).count();
        assert!(found > 5 && failed > 5 && found + failed == keys.len(), "{replies:?}");
    }
}

/// With `timeout: 0` requests may take for ever; checks may not, or with each there would be one connection more.
#[test]
fn checks_that_hang_are_given_up() {
    let given_up = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&given_up);
    let server = FakeServer::start(move |number, mut stream| {
        request(&mut stream);
        if number > 0 {
            while matches!(stream.read(&mut [0; 100]), Ok(1..)) {}
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let pool = Pool::new(POOL).set("timeout", "0").set("auto_eject_hosts", "true").set("on_failure", "probe");
    let pool = pool.set("server_failure_limit", "1").set("server_retry_timeout", "100");
    let pool = pool.server(format!("{}:1 one", server.address()));
    let scratch = Scratch::new().unwrap();
    let proxy = Proxy::start(&scratch, CommandDoor::new().program(), &[pool], &[]).unwrap();
    let mut connection = proxy.connect(POOL).unwrap();
    assert_eq!(get(&mut connection, "a"), error("ERR unknown"));
    wait_until("they are given up", || given_up.load(Ordering::Relaxed) > 2);
    assert_eq!(get(&mut connection, "a"), error("ERR Connection refused"));
}

#[test]
fn a_dead_server_does_not_fill_the_log() {
    let dead = format!("127.0.0.1:{}", lease().unwrap());
    let front = Front::of(&[dead], PATIENT, &[]);
    let mut connection = front.connect();
    let start = Instant::now();
    for number in 0..1000 {
        let reply = get(&mut connection, &format!("key:{number}"));
        assert!(matches!(reply, Reply::Error(_)), "{reply:?}");
    }
    let log = std::fs::read_to_string(front.proxy.config().with_file_name("log")).unwrap();
    let lines = log.lines().count() as u64;
    assert!(lines <= 10 + 2 * start.elapsed().as_secs(), "{lines} lines:\n{log}");
    assert!(log.contains("Connection refused"), "{log}");
}
