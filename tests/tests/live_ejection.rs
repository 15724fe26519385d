//! A real nutcracker whose servers are killed, paused and started again, beside health: before every request health says
//! who serves it, or that nobody is asked, and so it must be.
//!
//! Decisions hang on times that only nutcracker knows to the microsecond. So no request is sent close to a moment at
//! which a server comes back, and a run in which the machine was too slow to tell is done again.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use keyhome::{Health, Outcome, Router, config::Config, health::LiveSet};
use keyhome_live::{
    Nutcracker, Pool, RedisServer, Scratch,
    resp::{Connection, Reply},
};

const SERVERS: usize = 3;
const KEYS: usize = 12;
/// A machine that does much else disturbs most of them.
const ATTEMPTS: usize = 20;

/// Milliseconds.
const TIMEOUT: u64 = 150;
const RETRY: u64 = 1000;

/// No request is sent within this of a return, and none may take so much longer than it should. Milliseconds.
const MARGIN: u64 = 120;

/// The machine was too slow to tell.
#[derive(Debug)]
struct Disturbed;

struct Run {
    scratch: Scratch,
    servers: Vec<RedisServer>,
    nutcracker: Nutcracker,
    client: Connection,
    all: Router,
    router: Router,
    health: Health,
    start: Instant,
    well: [bool; SERVERS],
    /// Whether nutcracker has a connection to it.
    connected: [bool; SERVERS],
    /// What was seen: a letter a request.
    seen: String,
}

impl Run {
    fn new(limit: u32) -> Self {
        let scratch = Scratch::new().unwrap();
        let servers: Vec<RedisServer> = (0..SERVERS).map(|_| RedisServer::start(&scratch).unwrap()).collect();
        let mut pool = Pool::new("ejecting")
            .set("hash", "md5")
            .set("auto_eject_hosts", "true")
            .set("server_failure_limit", limit.to_string())
            .set("server_retry_timeout", RETRY.to_string())
            .set("timeout", TIMEOUT.to_string());
        for (number, server) in servers.iter().enumerate() {
            pool = pool.server(format!("{}:{} n{number}", server.address(), number + 1));
            fill(server, number);
        }
        let nutcracker = Nutcracker::start(&scratch, std::slice::from_ref(&pool)).unwrap();
        let config = Config::parse(&fs::read_to_string(nutcracker.config()).unwrap()).unwrap();
        let pool = config.pool(None).unwrap();
        let all = pool.router().unwrap();
        Self {
            client: nutcracker.connect("ejecting").unwrap(),
            health: Health::new(pool.settings.health_rules(), SERVERS).unwrap(),
            router: all.clone(),
            scratch,
            servers,
            nutcracker,
            all,
            start: Instant::now(),
            well: [true; SERVERS],
            connected: [false; SERVERS],
            seen: String::new(),
        }
    }

    fn now(&self) -> u64 {
        1_000_000 + self.start.elapsed().as_micros() as u64
    }

    /// When the next server comes back, if one is out.
    fn next_return(&self) -> Option<u64> {
        serde_json::to_value(&self.health).unwrap()["next_rebuild"].as_u64()
    }

    fn wait_past_returns(&self) {
        let returns = serde_json::to_value(&self.health).unwrap();
        let last =
            returns["nodes"].as_array().unwrap().iter().filter_map(|node| node["next_retry"].as_u64()).max();
        if let Some(last) = last {
            sleep_until(self, last + MARGIN * 1000);
        }
    }

    fn kill(&mut self, index: usize) -> Result<(), Disturbed> {
        let before = self.now();
        self.servers[index].kill().unwrap();
        self.well[index] = false;
        // nutcracker sees the end of its idle connection: that is a failure too.
        if std::mem::take(&mut self.connected[index]) {
            self.health.report(index, Outcome::Failure, self.now()).unwrap();
        }
        // When it answers, it has seen that, too.
        self.client.call(&[b"PING"]).unwrap();
        if self.now() - before > MARGIN / 2 * 1000 {
            return Err(Disturbed);
        }
        thread::sleep(Duration::from_millis(MARGIN));
        Ok(())
    }

    fn start_again(&mut self, index: usize) {
        self.servers[index].start_again(&self.scratch).unwrap();
        fill(&self.servers[index], index);
        self.well[index] = true;
    }

    /// One request for each key.
    fn requests(&mut self) -> Result<(), Disturbed> {
        (0..KEYS).try_for_each(|key| self.request(&key_of(key)))
    }

    fn request(&mut self, key: &[u8]) -> Result<(), Disturbed> {
        if let Some(next) = self.next_return().filter(|next| self.now().abs_diff(*next) < MARGIN * 1000) {
            sleep_until(self, next + MARGIN * 1000);
        }
        let sent = self.now();
        let live = self.health.update(sent);
        if live == LiveSet::Changed {
            self.router = self.all.without_indexes(&self.health.gone()).unwrap();
        }
        let home = (live != LiveSet::Empty).then(|| self.router.index(key).unwrap());
        let reply = self.client.call(&[b"GET", key]).unwrap();
        let over = self.now();
        let paused = home.is_some_and(|home| !self.well[home] && self.servers[home].connect().is_ok());
        if over - sent > (MARGIN / 2 + if paused { TIMEOUT } else { 0 }) * 1000 {
            return Err(Disturbed);
        }
        let Some(home) = home else {
            assert_eq!(
                reply,
                Reply::Error("ERR Connection refused".to_owned()),
                "nobody is asked: {}",
                self.seen
            );
            self.seen.push('-');
            return Ok(());
        };
        if self.well[home] {
            let server =
                reply.text().unwrap_or_else(|error| panic!("{error} of n{home} after {}", self.seen));
            assert_eq!(server, format!("n{home}"), "after {}", self.seen);
            self.health.report(home, Outcome::Reply, over).unwrap();
        } else {
            assert!(
                matches!(reply, Reply::Error(_)),
                "{reply:?} of n{home}, which is dead, after {}",
                self.seen
            );
            self.health.report(home, Outcome::Failure, over).unwrap();
        }
        self.connected[home] = self.well[home];
        self.seen.push(if self.well[home] { (b'0' + home as u8) as char } else { 'e' });
        Ok(())
    }

    fn script(&mut self) -> Result<(), Disturbed> {
        self.requests()?;
        // One dies, is out, is tried again in vain, and comes back.
        self.kill(1)?;
        self.requests()?;
        self.requests()?;
        self.wait_past_returns();
        self.requests()?;
        self.start_again(1);
        self.requests()?;
        self.wait_past_returns();
        self.requests()?;
        // One hangs.
        self.servers[2].pause().unwrap();
        self.well[2] = false;
        self.requests()?;
        self.requests()?;
        self.servers[2].resume().unwrap();
        self.well[2] = true;
        self.wait_past_returns();
        self.requests()?;
        // All die: after the last ejection nobody is asked; then whoever comes back first is alone.
        (0..SERVERS).try_for_each(|index| self.kill(index))?;
        for _ in 0..3 {
            self.requests()?;
        }
        (0..SERVERS).for_each(|index| self.start_again(index));
        self.wait_past_returns();
        self.requests()?;
        self.wait_past_returns();
        self.requests()
    }

    /// How often nutcracker says that it has ejected a server.
    fn ejects(&mut self) -> u64 {
        // It hands over what it counts once this was asked for, at the next request.
        self.nutcracker.stats().unwrap();
        self.client.call(&[b"GET", &key_of(0)]).unwrap();
        let stats = self.nutcracker.stats().unwrap();
        let stats: serde_json::Value =
            serde_json::from_str(&stats).unwrap_or_else(|error| panic!("{error}: {stats}"));
        stats["ejecting"]["server_ejects"].as_u64().expect("server_ejects")
    }

    fn counted(&self) -> u64 {
        let health = serde_json::to_value(&self.health).unwrap();
        health["nodes"].as_array().unwrap().iter().map(|node| node["ejections"].as_u64().unwrap()).sum()
    }
}

fn sleep_until(run: &Run, time: u64) {
    thread::sleep(Duration::from_micros(time.saturating_sub(run.now())));
}

fn key_of(number: usize) -> Vec<u8> {
    format!("user:{}:{number}", number * 7919).into_bytes()
}

/// Every server holds every key; the value says whose it is.
fn fill(server: &RedisServer, number: usize) {
    let mut connection = server.connect().unwrap();
    for key in 0..KEYS {
        let name = format!("n{number}").into_bytes();
        connection.call(&[b"SET", &key_of(key), &name]).unwrap().ok().unwrap();
    }
}

fn beside_nutcracker(limit: u32) {
    for attempt in 1..=ATTEMPTS {
        let mut run = Run::new(limit);
        let Err(Disturbed) = run.script() else {
            println!("limit {limit}, {} requests, {} ejections: {}", run.seen.len(), run.counted(), run.seen);
            for what in ['e', '-', '0', '1', '2'] {
                assert!(run.seen.contains(what), "no {what} in {}", run.seen);
            }
            assert_eq!(run.counted(), run.ejects());
            return;
        };
        println!("limit {limit}, attempt {attempt}: the machine was too slow to tell, after {}", run.seen);
    }
    panic!("the machine was too slow to tell {ATTEMPTS} times");
}

#[test]
fn limit_1() {
    beside_nutcracker(1);
}

#[test]
fn limit_2() {
    beside_nutcracker(2);
}

#[test]
fn limit_3() {
    beside_nutcracker(3);
}
