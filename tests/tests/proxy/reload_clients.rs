//! What a reload means for clients that have something on a server: a transaction, a command that waits, subscriptions,
//! requests under way; and for what is known of a server's health.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use keyhome_live::{
    Pool, Proxy, RedisServer, Scratch,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::{dice::Dice, doors::CommandDoor};

use crate::{
    fleet::POOL,
    reload::{Ends, pool_of, router, wait_until},
};

/// Three servers, of which all but the last are served at first.
struct Growing {
    servers: Vec<RedisServer>,
    proxy: Proxy,
    _scratch: Scratch,
}

const TWO: &[(usize, u32)] = &[(0, 1), (1, 1)];
const SECOND: &[(usize, u32)] = &[(1, 1)];
const THREE: &[(usize, u32)] = &[(0, 1), (1, 1), (2, 1)];

impl Growing {
    fn start(pool: impl Fn(&[RedisServer]) -> Pool) -> Self {
        let scratch = Scratch::new().unwrap();
        let servers: Vec<RedisServer> = (0..3).map(|_| RedisServer::start(&scratch).unwrap()).collect();
        let pools = [pool(&servers)];
        let proxy = Proxy::start(&scratch, CommandDoor::new().program(), &pools, &[]).unwrap();
        Self { servers, proxy, _scratch: scratch }
    }

    fn two() -> Self {
        Self::start(|servers| pool_of(servers, TWO))
    }

    fn serve(&mut self, members: &[(usize, u32)]) {
        let pool = pool_of(&self.servers, members);
        self.proxy.reload(&[pool]).unwrap();
    }

    fn connect(&self) -> Connection {
        self.proxy.connect(POOL).unwrap()
    }

    /// Keys whose homes, with two servers and with three, are the servers of these numbers.
    fn key(&self, members: [(&[(usize, u32)], usize); 2]) -> String {
        let homes = members.map(|(members, server)| {
            let text = pool_of(&self.servers, members).yaml("127.0.0.1:1");
            let router = keyhome::config::Config::parse(&text).unwrap().pool(None).unwrap().router().unwrap();
            (router, format!("server-{server}"))
        });
        let is_it = |key: &String| {
            homes.iter().all(|(router, name)| router.nodes()[router.index(key).unwrap()].name == *name)
        };
        (0..100_000).map(|number| format!("key:{number}")).find(is_it).unwrap()
    }
}

fn simple(text: &str) -> Reply {
    Reply::Simple(text.into())
}

fn bulk(text: &str) -> Reply {
    Reply::Bulk(Some(text.as_bytes().to_vec()))
}

fn array(values: Vec<Reply>) -> Reply {
    Reply::Array(Some(values))
}

#[test]
fn transactions_and_waiting_commands_on_servers_that_stay_go_on() {
    let mut it = Growing::two();
    let key = it.key([(TWO, 0), (THREE, 0)]);
    let key = key.as_bytes();
    let mut transaction = it.connect();
    assert_eq!(transaction.call(&[b"WATCH", key]).unwrap(), simple("OK"));
    assert_eq!(transaction.call(&[b"MULTI"]).unwrap(), simple("OK"));
    assert_eq!(transaction.call(&[b"INCR", key]).unwrap(), simple("QUEUED"));
    let mut waits = it.connect();
    let list = [key, b":list"].concat();
    let home = router(&it.proxy).index(&list).unwrap();
    waits.send(&encode(&[b"BLPOP", &list, b"0"])).unwrap();
    let mut server = it.servers[home].connect().unwrap();
    wait_until("it waits", || {
        let clients = server.call(&[b"INFO", b"clients"]).unwrap().text().unwrap();
        clients.contains("blocked_clients:1")
    });
    it.serve(THREE);
    assert_eq!(transaction.call(&[b"INCR", key]).unwrap(), simple("QUEUED"));
    let done = transaction.call(&[b"EXEC"]).unwrap();
    assert_eq!(done, array(vec![Reply::Integer(1), Reply::Integer(2)]));
    server.call(&[b"RPUSH", &list, b"x"]).unwrap();
    assert_eq!(waits.receive().unwrap(), array(vec![bulk(std::str::from_utf8(&list).unwrap()), bulk("x")]));
    assert_eq!(waits.call(&[b"PING"]).unwrap(), simple("PONG"));
}

#[test]
fn transactions_and_waiting_commands_on_servers_that_are_gone_end_with_an_error() {
    let mut it = Growing::two();
    let key = it.key([(TWO, 0), (SECOND, 1)]);
    let key = key.as_bytes();
    let mut transaction = it.connect();
    transaction.send(&encode(&[b"MULTI"])).unwrap();
    assert_eq!(transaction.receive().unwrap(), simple("OK"));
    assert_eq!(transaction.call(&[b"INCR", key]).unwrap(), simple("QUEUED"));
    let mut waits = it.connect();
    waits.send(&encode(&[b"BLPOP", key, b"0"])).unwrap();
    let mut server = it.servers[0].connect().unwrap();
    wait_until("it waits", || {
        let clients = server.call(&[b"INFO", b"clients"]).unwrap().text().unwrap();
        clients.contains("blocked_clients:1")
    });
    it.serve(SECOND);
    let text = waits.receive().unwrap().error().unwrap();
    assert!(text.starts_with("UNBLOCKED "), "{text}");
    let text = transaction.call(&[b"EXEC"]).unwrap().error().unwrap();
    assert!(text.starts_with("EXECABORT "), "{text}");
    for connection in [&mut waits, &mut transaction] {
        assert_eq!(connection.call(&[b"SET", key, b"x"]).unwrap(), simple("OK"));
    }
    assert_eq!(server.call(&[b"EXISTS", key]).unwrap(), Reply::Integer(0));
    wait_until("the connections to it are closed", || {
        let clients = server.call(&[b"CLIENT", b"LIST"]).unwrap().text().unwrap();
        clients.lines().count() == 1
    });
}

#[test]
fn who_listens_hears_what_is_published_wherever_the_channel_is() {
    let mut it = Growing::two();
    let stays = it.key([(TWO, 0), (THREE, 0)]);
    let moves = it.key([(TWO, 1), (THREE, 2)]);
    let mut listener = it.connect();
    let mut patterns = it.connect();
    for channel in [&stays, &moves] {
        listener.call(&[b"SUBSCRIBE", channel.as_bytes()]).unwrap();
    }
    patterns.call(&[b"PSUBSCRIBE", b"key:*"]).unwrap();
    let mut publisher = it.connect();
    let mut hear = |it: &Growing, text: &str| {
        for channel in [&stays, &moves] {
            // Connections are made while others go on.
            let home = router(&it.proxy).nodes()[router(&it.proxy).index(channel).unwrap()].name.clone();
            wait_until("both listen there, and nobody elsewhere", || {
                it.servers.iter().enumerate().all(|(number, server)| {
                    let here = home == format!("server-{number}");
                    listeners(server, channel) == i64::from(here) && (!here || patterns_on(server) == 1)
                })
            });
            let heard = publisher.call(&[b"PUBLISH", channel.as_bytes(), text.as_bytes()]).unwrap();
            assert_eq!(heard, Reply::Integer(2), "{channel}");
            assert_eq!(listener.receive().unwrap(), array(vec![bulk("message"), bulk(channel), bulk(text)]));
            let pattern = array(vec![bulk("pmessage"), bulk("key:*"), bulk(channel), bulk(text)]);
            assert_eq!(patterns.receive().unwrap(), pattern);
        }
    };
    hear(&it, "two");
    it.serve(THREE);
    hear(&it, "three");
    it.serve(&[(2, 1), (1, 1)]);
    hear(&it, "others");
}

/// How many listen to this channel on this server, patterns aside.
fn listeners(server: &RedisServer, channel: &str) -> i64 {
    let reply = server.connect().unwrap().call(&[b"PUBSUB", b"NUMSUB", channel.as_bytes()]).unwrap();
    match reply {
        Reply::Array(Some(values)) => match values[..] {
            [_, Reply::Integer(count)] => count,
            _ => panic!("{values:?}"),
        },
        reply => panic!("{reply:?}"),
    }
}

/// Changes what it listens to, and is told of each change once, in order; messages may come between.
fn change_subscriptions(port: u16, seed: u64, changes: &AtomicU64, done: &AtomicBool) {
    const COMMANDS: [&str; 4] = ["subscribe", "unsubscribe", "psubscribe", "punsubscribe"];
    let mut dice = Dice::new(seed);
    let mut connection = Connection::open(port).unwrap();
    while !done.load(Ordering::Relaxed) {
        let command = dice.one_of(&COMMANDS);
        let name = format!("channel:{}", dice.below(6));
        connection.send(&encode(&[command.as_bytes(), name.as_bytes()])).unwrap();
        loop {
            let Reply::Array(Some(words)) = connection.receive().unwrap() else { panic!("no array") };
            let kind = words.first().and_then(Reply::bytes).unwrap();
            if !kind.ends_with(b"message") {
                assert_eq!(kind, command.as_bytes());
                assert_eq!(words[1], bulk(&name));
                break;
            }
        }
        changes.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn who_changes_its_subscriptions_meanwhile_is_told_of_each_change_and_never_dropped() {
    let mut it = Growing::two();
    let port = it.proxy.port(POOL).unwrap();
    let (changes, done) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for seed in 0..4 {
            let (changes, done) = (&changes, &done);
            scope.spawn(move || change_subscriptions(port, seed, changes, done));
        }
        let _ends = Ends(&done);
        let mut publisher = it.connect();
        let others: &[(usize, u32)] = &[(2, 1), (1, 3)];
        for members in [THREE, SECOND, TWO, others].into_iter().cycle().take(16) {
            let before = changes.load(Ordering::Relaxed);
            it.serve(members);
            wait_until("nobody is told", || {
                let number = changes.load(Ordering::Relaxed);
                let channel = format!("channel:{}", number % 6);
                publisher.call(&[b"PUBLISH", channel.as_bytes(), b"text"]).unwrap();
                number > before + 40
            });
        }
    });
}

fn patterns_on(server: &RedisServer) -> i64 {
    match server.connect().unwrap().call(&[b"PUBSUB", b"NUMPAT"]).unwrap() {
        Reply::Integer(count) => count,
        reply => panic!("{reply:?}"),
    }
}

#[test]
fn a_server_that_moves_answers_what_it_was_asked_and_is_asked_no_more() {
    let it = Growing::start(|servers| Pool::new(POOL).server(format!("{}:1 name", servers[0].address())));
    let mut asks = it.connect();
    asks.call(&[b"SET", b"key", b"old"]).unwrap().ok().unwrap();
    let mut new = it.servers[1].connect().unwrap();
    new.call(&[b"SET", b"key", b"new"]).unwrap().ok().unwrap();
    it.servers[0].pause().unwrap();
    asks.send(&encode(&[b"GET", b"key"])).unwrap();
    wait_until("it was asked", || it.proxy.stats().unwrap().contains("\"out_queue\":1"));
    let moved = Pool::new(POOL).server(format!("{}:1 name", it.servers[1].address()));
    it.proxy.reload_text(&moved.yaml(&format!("127.0.0.1:{}", it.proxy.port(POOL).unwrap()))).unwrap();
    // While the old server is still at it, others have the new one; this client's requests are done in their order.
    asks.send(&encode(&[b"GET", b"key"])).unwrap();
    assert_eq!(it.connect().call(&[b"GET", b"key"]).unwrap(), bulk("new"));
    new.call(&[b"SET", b"key", b"newer"]).unwrap().ok().unwrap();
    it.servers[0].resume().unwrap();
    assert_eq!(asks.receive().unwrap(), bulk("old"));
    assert_eq!(asks.receive().unwrap(), bulk("newer"));
    let mut old = it.servers[0].connect().unwrap();
    wait_until("the connections to it are closed", || {
        let clients = old.call(&[b"CLIENT", b"LIST"]).unwrap().text().unwrap();
        clients.lines().count() == 1
    });
}

#[test]
fn passwords_and_databases_change_with_the_config() {
    let it = Growing::two();
    let mut before = it.connect();
    before.call(&[b"SET", b"key", b"zero"]).unwrap().ok().unwrap();
    for server in &it.servers {
        let set = server.connect().unwrap().call(&[b"CONFIG", b"SET", b"requirepass", b"secret"]).unwrap();
        assert_eq!(set, simple("OK"));
    }
    let pool = pool_of(&it.servers, TWO).set("redis_auth", "secret").set("redis_db", "1");
    it.proxy.reload_text(&pool.yaml(&format!("127.0.0.1:{}", it.proxy.port(POOL).unwrap()))).unwrap();
    // Who was there stays; who comes says the password. Both are in database 1.
    assert_eq!(before.call(&[b"GET", b"key"]).unwrap(), Reply::Bulk(None));
    before.call(&[b"SET", b"key", b"one"]).unwrap().ok().unwrap();
    let mut after = it.connect();
    let text = after.call(&[b"GET", b"key"]).unwrap().error().unwrap();
    assert!(text.starts_with("NOAUTH "), "{text}");
    assert_eq!(after.call(&[b"AUTH", b"secret"]).unwrap(), simple("OK"));
    assert_eq!(after.call(&[b"GET", b"key"]).unwrap(), bulk("one"));
}

#[test]
fn a_server_that_is_out_stays_out() {
    let ejecting = |servers: &[RedisServer], members: &[(usize, u32)]| {
        pool_of(servers, members)
            .set("auto_eject_hosts", "true")
            .set("server_failure_limit", "1")
            .set("server_retry_timeout", "600000")
    };
    let mut it = Growing::start(|servers| ejecting(servers, TWO));
    let key = it.key([(TWO, 1), (THREE, 1)]);
    it.servers[1].kill().unwrap();
    let mut connection = it.connect();
    let text = connection.call(&[b"GET", key.as_bytes()]).unwrap().error().unwrap();
    assert_eq!(text, "ERR Connection refused");
    connection.call(&[b"SET", key.as_bytes(), b"elsewhere"]).unwrap().ok().unwrap();
    let pool = ejecting(&it.servers, THREE);
    it.proxy.reload(&[pool]).unwrap();
    // Nobody finds out again that it is dead.
    for key in (0..50).map(|number| format!("key:{number}")).chain([key]) {
        connection.call(&[b"SET", key.as_bytes(), b"x"]).unwrap().ok().unwrap();
    }
    let stats: serde_json::Value = serde_json::from_str(&it.proxy.stats().unwrap()).unwrap();
    let of_pool = &stats[POOL];
    assert_eq!(
        (&of_pool["server_ejects"], &of_pool["server-1"]["server_err"]),
        (&1.into(), &1.into()),
        "{stats}"
    );
    assert!(of_pool["server-1"]["server_ejected_at"].as_u64().unwrap() > 0, "{stats}");
    assert!(of_pool["server-2"]["requests"].as_u64().unwrap() > 0, "{stats}");
}
