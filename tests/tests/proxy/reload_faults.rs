//! The config changes while servers die, hang and come back, and subscribers come and go: everybody gets a reply to
//! everything, its own or an error, and nobody waits for ever.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use keyhome_live::{
    Proxy, RedisServer, Scratch,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::{dice::Dice, doors::CommandDoor};

use crate::{
    fleet::POOL,
    reload::{Ends, pool_of, wait_until},
};

/// Asks in pipelines, over one server and over several, with commands that wait and in transactions.
fn ask(port: u16, client: u64, asked: &AtomicU64, done: &AtomicBool) {
    let mut dice = Dice::new(client);
    let mut connection = Connection::open(port).unwrap();
    while !done.load(Ordering::Relaxed) {
        let key = format!("c{client}:{}", dice.below(50));
        let other = format!("c{client}:{}", dice.below(50));
        let (key, other) = (key.as_bytes(), other.as_bytes());
        let all: [Vec<&[u8]>; 6] = [
            vec![b"SET", key, key],
            vec![b"GET", key],
            vec![b"MGET", key, other],
            vec![b"BLPOP", b"nothing", b"0.01"],
            vec![b"WAIT", b"0", b"1"],
            vec![b"ECHO", key],
        ];
        let commands: Vec<&Vec<&[u8]>> = (0..=dice.below(6)).map(|_| &all[dice.below(all.len())]).collect();
        let bytes: Vec<u8> = commands.iter().flat_map(|command| encode(command)).collect();
        connection.send(&bytes).unwrap();
        for command in commands {
            let reply = connection.receive().unwrap();
            let right = match (&reply, command[0]) {
                (Reply::Error(text), _) => text.starts_with("ERR ") || text.starts_with("UNBLOCKED "),
                (Reply::Simple(text), b"SET") => text == "OK",
                (Reply::Bulk(value), b"GET") => value.as_deref().is_none_or(|value| value == key),
                (Reply::Array(Some(values)), b"MGET") => {
                    let own = |value: &Reply, key: &[u8]| value.bytes().is_none_or(|it| it == key);
                    values.len() == 2 && own(&values[0], key) && own(&values[1], other)
                }
                (Reply::Array(None), b"BLPOP") | (Reply::Integer(0), b"WAIT") => true,
                (Reply::Bulk(Some(text)), b"ECHO") => text == key,
                _ => false,
            };
            assert!(right, "{:?}: {reply:?}", command[0].escape_ascii().to_string());
        }
        asked.fetch_add(1, Ordering::Relaxed);
    }
}

/// Listens to one thing after the other, and connects again where a server was lost.
fn listen(port: u16, client: u64, done: &AtomicBool) {
    let mut dice = Dice::new(client);
    while !done.load(Ordering::Relaxed) {
        let mut connection = Connection::open(port).unwrap();
        for _ in 0..20 {
            let command = dice.one_of(&["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE"]);
            let channel = format!("channel:{}", dice.below(20));
            let sent = connection.send(&encode(&[command.as_bytes(), channel.as_bytes()]));
            match sent.and_then(|()| connection.receive()) {
                Ok(Reply::Array(Some(words))) => assert_eq!(words[1].bytes(), Some(channel.as_bytes())),
                Ok(Reply::Error(_)) => {}
                Ok(reply) => panic!("{reply:?}"),
                Err(_) => break,
            }
        }
    }
}

#[test]
fn nobody_waits_for_ever_while_the_config_changes_and_servers_die() {
    let scratch = Scratch::new().unwrap();
    let mut servers: Vec<RedisServer> = (0..4).map(|_| RedisServer::start(&scratch).unwrap()).collect();
    let configs: [&[(usize, u32)]; 4] =
        [&[(0, 1), (1, 1), (2, 1), (3, 1)], &[(1, 2), (2, 1)], &[(3, 1), (0, 1), (1, 1)], &[(2, 1), (3, 3)]];
    let pool = |servers: &[RedisServer], round: usize| {
        let pool = pool_of(servers, configs[round % configs.len()]).set("auto_eject_hosts", "true");
        let pool = pool.set("server_failure_limit", "1").set("server_retry_timeout", "300");
        pool.set("server_connections", (1 + round % 2).to_string())
    };
    let start = [pool(&servers, 0)];
    let program = CommandDoor::new();
    let mut proxy = Proxy::start(&scratch, program.program(), &start, &["--threads", "2"]).unwrap();
    let port = proxy.port(POOL).unwrap();
    let (asked, done) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let (asked, done) = (&asked, &done);
        for client in 0..8 {
            scope.spawn(move || ask(port, client, asked, done));
            scope.spawn(move || listen(port, client, done));
        }
        let _ends = Ends(done);
        for round in 1..24 {
            let before = asked.load(Ordering::Relaxed);
            let server = round % servers.len();
            servers[server].kill().unwrap();
            thread::sleep(Duration::from_millis(50));
            proxy.reload(&[pool(&servers, round)]).unwrap();
            thread::sleep(Duration::from_millis(100));
            servers[server].start_again(&scratch).unwrap();
            wait_until("nobody is served", || asked.load(Ordering::Relaxed) > before + 20);
        }
    });
}
