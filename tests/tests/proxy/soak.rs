//! All that clients do, right and wrong, for as long as `KEYHOME_SOAK_SECONDS` says, while servers die and come back: each
//! gets its own replies, and memory and open files do not grow.

use std::{
    env, fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use keyhome_live::{
    Proxy, Scratch,
    resp::{Connection, Reply, encode},
};
use keyhome_tests::{dice::Dice, doors::CommandDoor};

use crate::{
    fleet::{POOL, pool, servers},
    limits::resident,
    reload::wait_until,
};

/// Enough to see that it works; `cargo xtask test-long` takes longer.
const SECONDS: u64 = 6;

const CLIENTS: u64 = 6;
const MB: usize = 1 << 20;

/// A client of many: what it does next is by chance, and its keys are its own.
struct Client<'a> {
    number: u64,
    port: u16,
    dice: Dice,
    answered: &'a AtomicU64,
    failed: &'a AtomicU64,
}

impl Client<'_> {
    fn open(&self) -> Connection {
        Connection::open(self.port).unwrap()
    }

    fn key(&mut self) -> String {
        format!("c{}:{}", self.number, self.dice.below(300))
    }

    /// Sends a request, and gives what is no error.
    fn ask(&self, connection: &mut Connection, words: &[&[u8]]) -> Option<Reply> {
        self.answered.fetch_add(1, Ordering::Relaxed);
        match connection.call(words).unwrap() {
            Reply::Error(text) => {
                let known = ["ERR ", "EXECABORT ", "CROSSSLOT "].iter().any(|code| text.starts_with(code));
                assert!(known, "{text}");
                self.failed.fetch_add(1, Ordering::Relaxed);
                None
            }
            reply => Some(reply),
        }
    }

    fn live_once(&mut self) {
        match self.dice.below(8) {
            0 => drop(self.open()),
            1..=3 => self.write_and_read(),
            4 => self.ask_for_several(),
            5 => self.transact(),
            6 => self.wait_and_listen(),
            _ => self.leave_halfway(),
        }
    }

    fn write_and_read(&mut self) {
        let mut connection = self.open();
        for _ in 0..self.dice.below(60) {
            let key = self.key();
            let length = if self.dice.once_in(20) { self.dice.below(MB) } else { self.dice.below(200) };
            let value = format!("{key}={}", "v".repeat(length));
            self.ask(&mut connection, &[b"SET", key.as_bytes(), value.as_bytes()]);
            if let Some(Reply::Bulk(Some(found))) = self.ask(&mut connection, &[b"GET", key.as_bytes()]) {
                assert!(found.starts_with(format!("{key}=").as_bytes()), "{key}");
            }
        }
    }

    fn ask_for_several(&mut self) {
        let mut connection = self.open();
        for _ in 0..self.dice.below(20) {
            let keys: Vec<String> = (0..=self.dice.below(10)).map(|_| self.key()).collect();
            let words: Vec<&[u8]> =
                [b"MGET".as_slice()].into_iter().chain(keys.iter().map(String::as_bytes)).collect();
            let Some(reply) = self.ask(&mut connection, &words) else { continue };
            let Reply::Array(Some(values)) = reply else { panic!("no array") };
            assert_eq!(values.len(), keys.len());
            for (key, value) in keys.iter().zip(values) {
                let own = |value: &[u8]| value.starts_with(format!("{key}=").as_bytes());
                assert!(value.bytes().is_none_or(own), "{key}");
            }
        }
    }

    fn transact(&mut self) {
        let mut connection = self.open();
        let key = self.key();
        let counter = format!("{{{key}}}:count");
        self.ask(&mut connection, &[b"WATCH", key.as_bytes()]);
        self.ask(&mut connection, &[b"MULTI"]);
        self.ask(&mut connection, &[b"INCR", counter.as_bytes()]);
        self.ask(&mut connection, &[b"PEXPIRE", counter.as_bytes(), b"1000"]);
        if !self.dice.once_in(4) {
            self.ask(&mut connection, &[b"EXEC"]);
        }
    }

    fn wait_and_listen(&mut self) {
        let list = format!("list:{}", self.number);
        let mut connection = self.open();
        if self.dice.once_in(2) {
            self.ask(&mut self.open(), &[b"RPUSH", list.as_bytes(), b"x"]);
        }
        self.ask(&mut connection, &[b"BLPOP", list.as_bytes(), b"0.05"]);
        connection.send(&encode(&[b"SUBSCRIBE", list.as_bytes()])).unwrap();
        // Where a server has gone it is closed: a listener cannot be told otherwise.
        if let Ok(Reply::Array(Some(_))) = connection.receive() {
            self.ask(&mut self.open(), &[b"PUBLISH", list.as_bytes(), &vec![b'm'; 1000]]);
        }
    }

    fn leave_halfway(&mut self) {
        let mut connection = self.open();
        let key = self.key();
        let value = vec![b'v'; self.dice.below(MB)];
        let bytes = match self.dice.below(3) {
            0 => {
                let whole = encode(&[b"SET", key.as_bytes(), &value]);
                whole[..self.dice.below(whole.len())].to_vec()
            }
            1 => encode(&[b"GET", key.as_bytes()]).repeat(200),
            _ => b"*3\r\n$3\r\nSET\r\nrubbish".to_vec(),
        };
        let _ = connection.send(&bytes);
    }
}

fn open_files(proxy: &mut Proxy) -> usize {
    fs::read_dir(format!("/proc/{}/fd", proxy.process().id())).unwrap().count()
}

#[test]
fn memory_and_open_files_do_not_grow() {
    let seconds = env::var("KEYHOME_SOAK_SECONDS").map_or(SECONDS, |text| text.parse().unwrap());
    let scratch = Scratch::new().unwrap();
    let mut servers = servers(&scratch);
    let pool = pool(&servers, 1000)
        .set("auto_eject_hosts", "true")
        .set("server_failure_limit", "2")
        .set("server_retry_timeout", "500");
    let program = CommandDoor::new();
    let mut proxy = Proxy::start(&scratch, program.program(), &[pool], &["--threads", "2"]).unwrap();
    let port = proxy.port(POOL).unwrap();
    let (answered, failed, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let mut sizes = Vec::new();
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (answered, failed, done) = (&answered, &failed, &done);
            scope.spawn(move || {
                let mut client = Client { number, port, dice: Dice::new(number), answered, failed };
                while !done.load(Ordering::Relaxed) {
                    client.live_once();
                }
            });
        }
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut round = 0;
        while Instant::now() < end {
            let which = round % servers.len();
            if round % 2 == 0 {
                servers[which].kill().unwrap();
                servers[which].start_again(&scratch).unwrap();
            } else {
                servers[which].pause().unwrap();
                thread::sleep(Duration::from_millis(100));
                servers[which].resume().unwrap();
            }
            round += 1;
            for _ in 0..10 {
                thread::sleep(Duration::from_millis(100));
                sizes.push(resident(&mut proxy));
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    let (answered, failed) = (answered.into_inner(), failed.into_inner());
    let third = sizes.len() / 3;
    let most = |sizes: &[usize]| sizes.iter().copied().max().unwrap_or_default();
    let (middle, last) = (most(&sizes[third..2 * third]), most(&sizes[2 * third..]));
    println!("{answered} requests, {failed} errors; {} MB, then {} MB", middle / MB, last / MB);
    assert!(answered > 100 * seconds && failed < answered / 2, "{failed} of {answered}");
    assert!(last < middle / 2 * 3 + 64 * MB, "{} MB, then {} MB", middle / MB, last / MB);
    // All that is left are connections to servers, each of which stays for the next client.
    wait_until("no client is left", || {
        proxy.stats().unwrap().contains("\"client_connections\":0,") && open_files(&mut proxy) < 500
    });
}
