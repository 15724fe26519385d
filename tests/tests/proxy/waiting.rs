//! Clients that wait for something to happen, and what ends that: CLIENT UNBLOCK, a server that is taken out of the config,
//! the end of the proxy. What a server hands out meanwhile is never lost.

use std::{
    io::Write,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use keyhome_live::{
    Proxy, RedisServer, Scratch,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::doors::CommandDoor;

use crate::{
    fake_server::{FakeServer, Front, answer, request},
    fleet::{Fleet, NAMES, POOL},
    reload::{Ends, pool_of, wait_until},
    running::terminate,
};

const LIST: &[u8] = b"list";

/// What is put in a list for who is to take no more.
const END: &[u8] = b"end";

/// So many wait on these servers.
fn wait_for_blocked(servers: &[RedisServer], count: usize) {
    let blocked = |server: &RedisServer| -> usize {
        let clients = server.connect().unwrap().call(&[b"INFO", b"clients"]).unwrap().text().unwrap();
        let line = clients.lines().find_map(|line| line.strip_prefix("blocked_clients:"));
        line.unwrap().parse().unwrap()
    };
    wait_until("they wait", || servers.iter().map(blocked).sum::<usize>() == count);
}

fn id(connection: &mut Connection) -> Vec<u8> {
    match connection.call(&[b"CLIENT", b"ID"]).unwrap() {
        Reply::Integer(id) => id.to_string().into_bytes(),
        reply => panic!("{reply:?}"),
    }
}

#[test]
fn clients_of_all_threads_are_unblocked_by_their_ids() {
    let fleet = Fleet::start_with(&["--threads", "3"]);
    let mut other = fleet.connect();
    let commands: [(&[&[u8]], Reply); 4] = [
        (&[b"BLPOP", LIST, b"0"], Reply::Array(None)),
        (&[b"XREAD", b"BLOCK", b"0", b"STREAMS", b"stream", b"$"], Reply::Array(None)),
        (&[b"BLMOVE", b"{a}1", b"{a}2", b"LEFT", b"RIGHT", b"0"], Reply::Array(None)),
        (&[b"WAIT", b"1", b"0"], Reply::Integer(0)),
    ];
    let unblocked = Reply::Error("UNBLOCKED client unblocked via CLIENT UNBLOCK".into());
    for round in 0..6 {
        for (command, nothing) in &commands {
            let mut waits = fleet.connect();
            let id = id(&mut waits);
            assert_eq!(other.call(&[b"CLIENT", b"UNBLOCK", &id]).unwrap(), Reply::Integer(0), "not yet");
            waits.send(&encode(command)).unwrap();
            let servers = if command[0] == b"WAIT" { 3 } else { 1 };
            wait_for_blocked(&fleet.servers, servers);
            let error = round % 2 == 1;
            let words: &[&[u8]] =
                if error { &[b"CLIENT", b"UNBLOCK", &id, b"error"] } else { &[b"client", b"unblock", &id] };
            // The server may have it while the proxy has not heard of that.
            wait_until("it is unblocked", || match other.call(words).unwrap() {
                Reply::Integer(count) => count == 1,
                reply => panic!("{reply:?}"),
            });
            assert_eq!(waits.receive().unwrap(), if error { unblocked.clone() } else { nothing.clone() });
            assert_eq!(other.call(words).unwrap(), Reply::Integer(0), "it waits no more");
            assert_eq!(waits.call(&[b"PING"]).unwrap(), Reply::Simple("PONG".into()));
            assert_eq!(
                waits.call(&[b"CLIENT", b"UNBLOCK", &id]).unwrap(),
                Reply::Integer(0),
                "who asks does not wait"
            );
        }
    }
    let stats: serde_json::Value = serde_json::from_str(&fleet.proxy.stats().unwrap()).unwrap();
    for name in NAMES {
        let server = &stats[POOL][name];
        assert_eq!(server["requests"], server["responses"], "{name}");
    }
}

/// Consumers may be called as options are: who waits for them waits alone.
#[test]
fn a_consumer_that_is_called_streams_holds_up_nobody() {
    let fleet = Fleet::start();
    let mut other = fleet.connect();
    let group: [&[u8]; 6] = [b"XGROUP", b"CREATE", b"stream", b"g", b"$", b"MKSTREAM"];
    other.call(&group).unwrap().ok().unwrap();
    let mut waits = fleet.connect();
    let reads = "XREADGROUP GROUP g streams BLOCK 0 STREAMS stream >";
    waits.send(&encode(&reads.split(' ').map(str::as_bytes).collect::<Vec<_>>())).unwrap();
    wait_for_blocked(&fleet.servers, 1);
    assert_eq!(other.call(&[b"XLEN", b"stream"]).unwrap(), Reply::Integer(0));
    assert!(matches!(other.call(&[b"XADD", b"stream", b"1-1", b"a", b"b"]).unwrap(), Reply::Bulk(Some(_))));
    assert_eq!(waits.receive().unwrap().list().unwrap().len(), 1);
}

/// Clients that take from a list on a server, of which none may be lost.
struct Taking {
    server: RedisServer,
    other: RedisServer,
    scratch: Scratch,
}

impl Taking {
    const CLIENTS: usize = 20;

    fn new() -> Self {
        let scratch = Scratch::new().unwrap();
        let start = || RedisServer::start(&scratch).unwrap();
        Self { server: start(), other: start(), scratch }
    }

    fn proxy(&self) -> Proxy {
        let pools = [pool_of(std::slice::from_ref(&self.server), &[(0, 1)])];
        Proxy::start(&self.scratch, CommandDoor::new().program(), &pools, &["--threads", "2"]).unwrap()
    }

    /// Fills the list, and has clients take from it, until `end` has been done. Those who wait at that moment are told so.
    /// All that was put in was taken, or is there.
    fn take_until(&self, proxy: &mut Proxy, stops: bool, end: impl FnOnce(&mut Proxy)) {
        let (done, taken, told) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let ending = AtomicBool::new(false);
        let port = proxy.port(POOL).unwrap();
        let put = thread::scope(|scope| {
            let takers: Vec<_> = (0..Self::CLIENTS)
                .map(|_| {
                    let (taken, told) = (&taken, &told);
                    scope.spawn(move || {
                        let mut connection = Connection::open(port).unwrap();
                        loop {
                            match connection.call(&[b"BLPOP", LIST, b"0"]) {
                                Ok(Reply::Array(Some(values))) if values[1].bytes() == Some(END) => return,
                                Ok(Reply::Array(Some(_))) => taken.fetch_add(1, Ordering::Relaxed),
                                Ok(Reply::Error(text)) if text.starts_with("UNBLOCKED the ") => {
                                    told.fetch_add(1, Ordering::Relaxed);
                                    return;
                                }
                                // It waited for nothing when the proxy stopped.
                                Err(_) if stops => return,
                                problem => panic!("{problem:?}"),
                            };
                        }
                    })
                })
                .collect();
            wait_for_blocked(std::slice::from_ref(&self.server), Self::CLIENTS);
            let puts = scope.spawn(|| {
                let mut connection = self.server.connect().unwrap();
                let (mut put, mut left) = (0, 2);
                while !done.load(Ordering::Relaxed) {
                    // Fewer than there are clients, so that some wait at any time.
                    if put > taken.load(Ordering::Relaxed) + 6 {
                        thread::sleep(Duration::from_micros(100));
                        continue;
                    }
                    // Or on a busy machine all of them would get something before they are told.
                    if ending.load(Ordering::Relaxed) {
                        if left == 0 {
                            break;
                        }
                        left -= 1;
                    }
                    let pushed = connection.call(&[b"RPUSH", LIST, b"a", b"b", b"c"]).unwrap();
                    assert!(matches!(pushed, Reply::Integer(_)), "{pushed:?}");
                    put += 3;
                }
                put
            });
            let _ends = Ends(&done);
            wait_until("some are taken", || taken.load(Ordering::Relaxed) > 200);
            ending.store(true, Ordering::Relaxed);
            end(proxy);
            // Who had just taken something asks the other server next.
            let mut other = self.other.connect().unwrap();
            let ends = [END; Self::CLIENTS];
            other.call(&[[b"RPUSH", LIST].as_slice(), &ends].concat()).unwrap();
            for taker in takers {
                taker.join().unwrap();
            }
            done.store(true, Ordering::Relaxed);
            other.call(&[b"DEL", LIST]).unwrap();
            puts.join().unwrap()
        });
        let mut connection = self.server.connect().unwrap();
        let Reply::Integer(left) = connection.call(&[b"LLEN", LIST]).unwrap() else { panic!("no length") };
        let taken = taken.into_inner();
        assert_eq!(taken + left as u64, put, "{taken} were taken, {left} are there");
        connection.call(&[b"DEL", LIST]).unwrap();
        assert!(told.into_inner() > 0, "nobody waited");
    }
}

#[test]
fn nothing_is_lost_when_a_server_is_taken_out() {
    let it = Taking::new();
    let mut proxy = it.proxy();
    for _ in 0..6 {
        it.take_until(&mut proxy, false, |proxy| {
            proxy.reload(&[pool_of(std::slice::from_ref(&it.other), &[(0, 1)])]).unwrap();
        });
        proxy.reload(&[pool_of(std::slice::from_ref(&it.server), &[(0, 1)])]).unwrap();
    }
}

#[test]
fn nothing_is_lost_when_the_proxy_stops_gently() {
    let it = Taking::new();
    for _ in 0..4 {
        let mut proxy = it.proxy();
        it.take_until(&mut proxy, true, terminate);
        wait_until("it has ended", || !proxy.process().is_running().unwrap());
    }
}

#[test]
fn a_server_that_hangs_keeps_nobody_waiting_for_the_end() {
    let it = Taking::new();
    let mut proxy = it.proxy();
    let mut waits = proxy.connect(POOL).unwrap();
    waits.send(&encode(&[b"BLPOP", LIST, b"0"])).unwrap();
    wait_for_blocked(std::slice::from_ref(&it.server), 1);
    it.server.pause().unwrap();
    proxy.reload(&[pool_of(std::slice::from_ref(&it.other), &[(0, 1)])]).unwrap();
    let text = waits.receive().unwrap().error().unwrap();
    assert!(text.starts_with("UNBLOCKED the server was taken out"), "{text}");
    assert_eq!(waits.call(&[b"PING"]).unwrap(), Reply::Simple("PONG".into()));
    it.server.resume().unwrap();
}

/// As before Redis 5.
#[test]
fn a_server_that_does_not_number_its_clients_is_left_without_being_asked() {
    let server = FakeServer::start(|_, mut stream| {
        while let Some(words) = request(&mut stream) {
            match words[0].as_str() {
                "CLIENT" => {
                    assert_eq!(words, ["CLIENT", "ID"]);
                    stream.write_all(b"-ERR unknown command\r\n").unwrap();
                }
                "GET" => answer(&mut stream, "value"),
                _ => {}
            }
        }
    });
    let mut front = Front::of(&[server.address()], 0, &[]);
    let (mut waits, mut other) = (front.connect(), front.connect());
    let id = id(&mut waits);
    waits.send(&encode(&[b"BLPOP", LIST, b"0"])).unwrap();
    wait_until("it waits", || front.proxy.stats().unwrap().contains("\"out_queue\":1,"));
    assert_eq!(other.call(&[b"CLIENT", b"UNBLOCK", &id]).unwrap(), Reply::Integer(0));
    assert_eq!(other.call(&[b"GET", b"key"]).unwrap(), Reply::Bulk(Some(b"value".to_vec())));
    terminate(&mut front.proxy);
    assert_eq!(
        waits.receive().unwrap(),
        Reply::Error("UNBLOCKED the proxy stops while the command waits".into())
    );
    wait_until("it has ended", || !front.proxy.process().is_running().unwrap());
}
