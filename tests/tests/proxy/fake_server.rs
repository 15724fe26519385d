//! Servers that do what a test says, right or wrong.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use keyhome_live::{Proxy, Scratch, resp::Connection};
use keyhome_tests::doors::CommandDoor;

use crate::fleet::{NAMES, POOL};

/// A server that does what it is told with each connection, in a thread of its own.
pub(crate) struct FakeServer {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl FakeServer {
    /// `behave` is given the number of the connection, from 0, and the connection.
    pub(crate) fn start(behave: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (behave, counter) = (Arc::new(behave), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let number = counter.fetch_add(1, Ordering::Relaxed);
                let behave = Arc::clone(&behave);
                thread::spawn(move || behave(number, stream.unwrap()));
            }
        });
        Self { port, connections }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Reads a request, and gives its words; None at the end.
pub(crate) fn request(stream: &mut TcpStream) -> Option<Vec<String>> {
    let mut line = || {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            line.push(byte[0]);
        }
        line.truncate(line.len() - 2);
        String::from_utf8(line).ok()
    };
    let count: usize = line()?.strip_prefix('*')?.parse().ok()?;
    (0..count)
        .map(|_| {
            line()?;
            line()
        })
        .collect()
}

/// Answers every request with its last word, as a server that has `key` under `key` answers GET.
pub(crate) fn echo(stream: &mut TcpStream) {
    while let Some(words) = request(stream) {
        answer(stream, words.last().unwrap());
    }
}

/// Answers one request with a text.
pub(crate) fn answer(stream: &mut TcpStream, text: &str) {
    // The proxy may have hung up.
    let _ = write!(stream, "${}\r\n{text}\r\n", text.len());
}

/// A proxy in front of servers at these addresses.
pub(crate) struct Front {
    pub(crate) proxy: Proxy,
    _scratch: Scratch,
}

impl Front {
    /// The timeout is in milliseconds.
    pub(crate) fn of(addresses: &[String], timeout: u64, arguments: &[&str]) -> Self {
        let scratch = Scratch::new().unwrap();
        let mut pool = keyhome_live::Pool::new(POOL)
            .set("hash", "md5")
            .set("hash_tag", "\"{}\"")
            .set("timeout", timeout.to_string());
        for (address, name) in addresses.iter().zip(NAMES) {
            pool = pool.server(format!("{address}:1 {name}"));
        }
        let program = CommandDoor::new();
        let proxy = Proxy::start(&scratch, program.program(), &[pool], arguments).unwrap();
        Self { proxy, _scratch: scratch }
    }

    pub(crate) fn connect(&self) -> Connection {
        self.proxy.connect(POOL).unwrap()
    }
}
