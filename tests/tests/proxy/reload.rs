//! Another config while clients are served: nobody is dropped, no reply is wrong, and a config that is not in order
//! changes nothing.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use keyhome::{Router, config::Config};
use keyhome_live::{
    Pool, Proxy, RedisServer, Scratch, lease,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::{dice::Dice, doors::CommandDoor};

use crate::{
    fleet::{Fleet, PATIENT, POOL, pool},
    running::busy,
};

/// A pool of some of these servers, by number, with their weights.
pub(crate) fn pool_of(servers: &[RedisServer], members: &[(usize, u32)]) -> Pool {
    // With the default hash, keys that differ in their last digits only are neighbours.
    let pool = Pool::new(POOL).set("hash", "md5").set("timeout", PATIENT.to_string());
    members.iter().fold(pool, |pool, (number, weight)| {
        pool.server(format!("{}:{weight} server-{number}", servers[*number].address()))
    })
}

pub(crate) fn router(proxy: &Proxy) -> Router {
    let text = fs::read_to_string(proxy.config()).unwrap();
    Config::parse(&text).unwrap().pool(Some(POOL)).unwrap().router().unwrap()
}

/// Tells threads to end, also when a test fails that they would wait for.
pub(crate) struct Ends<'a>(pub(crate) &'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks until it holds: what another process does takes its time.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn hang_up(fleet: &mut Fleet) {
    fleet.proxy.process().signal("-HUP").unwrap();
}

fn value(key: &str) -> Vec<u8> {
    format!("{key}={}", "v".repeat(key.len() * 7 % 60)).into_bytes()
}

/// One pipeline: every reply is its own, and none is an error.
fn ask(connection: &mut Connection, client: usize, dice: &mut Dice) -> usize {
    let count = 1 + dice.below(12);
    let requests: Vec<(bool, Vec<String>)> = (0..count)
        .map(|_| {
            let keys = 1 + dice.below(5) * dice.below(2);
            (dice.once_in(2), (0..keys).map(|_| format!("c{client}:{}", dice.below(100))).collect())
        })
        .collect();
    let mut bytes = Vec::new();
    for (writes, keys) in &requests {
        let values: Vec<Vec<u8>> = keys.iter().map(|key| value(key)).collect();
        let mut words: Vec<&[u8]> = vec![if *writes { b"MSET" } else { b"MGET" }];
        for (key, value) in keys.iter().zip(&values) {
            words.push(key.as_bytes());
            if *writes {
                words.push(value);
            }
        }
        bytes.extend(encode(&words));
    }
    connection.send(&bytes).unwrap();
    for (writes, keys) in &requests {
        match connection.receive().unwrap() {
            Reply::Simple(text) => assert!(*writes && text == "OK", "{text}"),
            Reply::Array(Some(values)) => {
                assert!(!writes && values.len() == keys.len());
                for (key, found) in keys.iter().zip(values) {
                    // The home may be another than when it was written.
                    let own = found == Reply::Bulk(None) || found == Reply::Bulk(Some(value(key)));
                    assert!(own, "{key}: {found:?}");
                }
            }
            reply => panic!("{reply:?}"),
        }
    }
    count
}

#[test]
fn fifty_clients_go_on_while_the_config_changes_twenty_times() {
    const CLIENTS: usize = 50;
    let scratch = Scratch::new().unwrap();
    let servers: Vec<RedisServer> = (0..4).map(|_| RedisServer::start(&scratch).unwrap()).collect();
    let program = CommandDoor::new();
    let start = pool_of(&servers, &[(0, 1), (1, 1), (2, 1)]);
    let mut proxy =
        Proxy::start(&scratch, program.program(), std::slice::from_ref(&start), &["--threads", "2"]).unwrap();
    let port = proxy.port(POOL).unwrap();
    let (asked, done) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (asked, done) = (&asked, &done);
            scope.spawn(move || {
                let mut dice = Dice::new(client as u64);
                let mut connection = Connection::open(port).unwrap();
                while !done.load(Ordering::Relaxed) {
                    let count = ask(&mut connection, client, &mut dice);
                    asked.fetch_add(count as u64, Ordering::Relaxed);
                }
            });
        }
        let configs: [&[(usize, u32)]; 5] = [
            &[(0, 1), (1, 1), (2, 1), (3, 1)],
            &[(0, 3), (1, 1), (2, 1), (3, 2)],
            &[(3, 1), (1, 5)],
            &[(2, 1), (0, 1)],
            &[(0, 1), (1, 1), (2, 1)],
        ];
        let _ends = Ends(&done);
        for round in 0..20 {
            let before = asked.load(Ordering::Relaxed);
            let pool = pool_of(&servers, configs[round % configs.len()]);
            let pool = pool.set("server_connections", (1 + round % 3).to_string());
            proxy.reload(&[pool]).unwrap();
            // Requests go on between any two.
            wait_until("nobody is served", || asked.load(Ordering::Relaxed) > before + 100);
        }
    });
    let router = router(&proxy);
    let mut connection = proxy.connect(POOL).unwrap();
    for number in 0..100 {
        let key = format!("after:{number}");
        connection.call(&[b"SET", key.as_bytes(), b"x"]).unwrap().ok().unwrap();
        let home = router.index(&key).unwrap();
        let name = &router.nodes()[home].name;
        let server = &servers[name.strip_prefix("server-").unwrap().parse::<usize>().unwrap()];
        let found = server.connect().unwrap().call(&[b"GET", key.as_bytes()]).unwrap();
        assert_eq!(found, Reply::Bulk(Some(b"x".to_vec())), "{key} is on {name}");
    }
    println!("{} requests", asked.into_inner());
}

#[test]
fn a_config_that_is_not_in_order_changes_nothing_and_the_reply_and_the_log_say_why() {
    let mut fleet = Fleet::start();
    let text = fs::read_to_string(fleet.proxy.config()).unwrap();
    let mut connection = fleet.connect();
    connection.call(&[b"SET", b"key", b"value"]).unwrap().ok().unwrap();
    let refused = |fleet: &Fleet, text: &str| fleet.proxy.reload_text(text).unwrap_err().to_string();
    let why = refused(&fleet, &text.replace("hash: md5", "hash: md6"));
    assert!(why.contains("the config is as it was") && why.contains("`md6`"), "{why}");
    let why = refused(&fleet, &text.replace("redis: true", "redis: false"));
    assert!(why.contains("memcached"), "{why}");
    // A place that another program has: the new pool before it is not served, either.
    let (free, taken) = (lease().unwrap(), fleet.servers[0].port());
    let more = |name: &str, port: u16| {
        text.replace(POOL, name).replace(&fleet.proxy.port(POOL).unwrap().to_string(), &port.to_string())
    };
    let why = refused(&fleet, &format!("{}{}{text}", more("free", free), more("taken", taken)));
    assert!(why.contains(&format!("pool `taken` cannot listen on 127.0.0.1:{taken}")), "{why}");
    assert!(Connection::open(free).is_err());
    fs::write(fleet.proxy.config(), "nonsense").unwrap();
    hang_up(&mut fleet);
    let process = fleet.proxy.process();
    wait_until("the log says why", || process.log_end().contains("the config is not taken"));
    assert_eq!(connection.call(&[b"GET", b"key"]).unwrap(), Reply::Bulk(Some(b"value".to_vec())));
}

#[test]
fn a_hangup_reads_the_config_anew() {
    let mut fleet = Fleet::start();
    let mut connection = fleet.connect();
    let text = fs::read_to_string(fleet.proxy.config()).unwrap();
    // The server that owns the key is taken out of the config.
    let home = router(&fleet.proxy).index("key").unwrap();
    let name = router(&fleet.proxy).nodes()[home].name.clone();
    let without: Vec<&str> = text.lines().filter(|line| !line.ends_with(&format!(" {name}"))).collect();
    fs::write(fleet.proxy.config(), format!("{}\n", without.join("\n"))).unwrap();
    connection.call(&[b"SET", b"key", b"before"]).unwrap().ok().unwrap();
    hang_up(&mut fleet);
    wait_until("the key has moved", || connection.call(&[b"GET", b"key"]).unwrap() == Reply::Bulk(None));
    assert!(fleet.proxy.process().is_running().unwrap());
}

#[test]
fn pools_come_and_go_and_who_is_owed_a_reply_has_it() {
    let mut fleet = Fleet::start();
    let mut stays = fleet.connect();
    let first = pool(&fleet.servers, PATIENT);
    let second = Pool::new("second").server(format!("{}:1 one", fleet.servers[0].address()));
    fleet.proxy.reload(&[first.clone(), second]).unwrap();
    let mut idle = fleet.proxy.connect("second").unwrap();
    idle.call(&[b"SET", b"key", b"value"]).unwrap().ok().unwrap();
    let mut waits = fleet.proxy.connect("second").unwrap();
    let slow = busy(2000);
    waits.send(&encode(&[b"EVAL", slow.as_bytes(), b"1", b"key"])).unwrap();
    wait_until("the script was sent", || fleet.proxy.stats().unwrap().contains("\"out_queue\":1"));
    let port = fleet.proxy.port("second").unwrap();
    fleet.proxy.reload(&[first]).unwrap();
    assert!(Connection::open(port).is_err(), "nobody listens there any more");
    assert!(idle.receive().is_err(), "who waits for nothing is let go");
    assert_eq!(waits.receive().unwrap(), Reply::Bulk(Some(b"done".to_vec())));
    assert!(waits.receive().is_err(), "and who has waited, after its reply");
    assert_eq!(stays.call(&[b"PING"]).unwrap(), Reply::Simple("PONG".into()));
}
