//! What was done, by whom, when, and what came of it; and what was done to the servers meanwhile.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use serde::Deserialize;

/// What an operation does to one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Reads a value.
    Get,
    /// Writes a value.
    Set,
    /// Adds one to a count.
    Incr,
    /// Reads a count.
    Count,
}

/// The command, or commands, that it was a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// GET
    Get,
    /// SET
    Set,
    /// INCR
    Incr,
    /// MGET of several keys
    Mget,
    /// MSET of several keys
    Mset,
    /// SET, GET and INCR in one pipeline
    Pipeline,
    /// The harness asks a server itself, at the end.
    Audit,
}

/// An operation on one key. A command with several keys is one for each, with the same times.
#[derive(Debug, Clone, Deserialize)]
pub struct Operation {
    /// Whose it is: an index of [`History::clients`].
    #[serde(skip)]
    pub client: usize,
    /// The command.
    pub via: Via,
    /// What it does.
    pub kind: Kind,
    /// To which key.
    pub key: String,
    /// Of a write: which one of its key it is, from 1 on.
    pub number: Option<u64>,
    /// What came, if no error did; `None` is null.
    #[serde(default)]
    pub reply: Option<String>,
    /// What it failed with.
    #[serde(default)]
    pub error: Option<String>,
    /// When it was asked.
    pub begin: u64,
    /// When it was answered, or failed. Nobody waited longer if it is `None`.
    pub end: Option<u64>,
}

impl Operation {
    /// Whether it was answered, and with no error.
    pub fn is_answered(&self) -> bool {
        self.end.is_some() && self.error.is_none()
    }
}

/// A time in which a process was not run, though it wanted to be.
#[derive(Debug, Clone)]
pub struct Starved {
    /// Whose process; `None` for the harness.
    pub client: Option<usize>,
    /// From when it was waited for ...
    pub begin: u64,
    /// ... to when it was run.
    pub end: u64,
    /// What of it was starvation.
    pub micros: u64,
}

/// A client says that a server is out, or back.
#[derive(Debug, Clone)]
pub struct Told {
    /// Who says so.
    pub client: usize,
    /// Which server.
    pub server: usize,
    /// Whether it is out.
    pub is_out: bool,
    /// When.
    pub at: u64,
}

/// To whom harm is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The server of an index.
    Server(usize),
    /// The proxy.
    Proxy,
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Such as `killed`.
    pub what: &'static str,
    /// To whom.
    pub target: Target,
    /// Before it was begun.
    pub begin: u64,
    /// After it was over: the server, or the proxy, answers again.
    pub end: u64,
    /// For a server that was killed: before it was, and after it was gone. It was started again empty.
    pub emptied: Option<(u64, u64)>,
}

/// Whom a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// The servers, by its own placement.
    Servers,
    /// The proxy.
    Proxy,
    /// Each key's home, once, when all is over: it is the harness itself.
    Homes,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Client {
    /// Such as `node-sharded`.
    pub name: String,
    /// Whom.
    pub asks: Asks,
    /// How long one of its operations may take, in microseconds.
    pub bound: u64,
}

/// All of it.
#[derive(Debug, Default)]
pub struct History {
    /// Who asked.
    pub clients: Vec<Client>,
    /// What they asked, in no order.
    pub operations: Vec<Operation>,
    /// When they could not.
    pub starved: Vec<Starved>,
    /// What they were told of servers.
    pub told: Vec<Told>,
    /// What was done to the servers.
    pub faults: Vec<Fault>,
    /// What the servers had at the end.
    pub found: Vec<(usize, String)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Operation(Operation),
    Event(Event),
}

#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Starved {
        begin: u64,
        end: u64,
        micros: u64,
    },
    Ejected {
        server: String,
        at: u64,
    },
    Returned {
        server: String,
        at: u64,
    },
    Postponed {},
    #[serde(rename = "keys_elsewhere")]
    KeysElsewhere {},
    Done {},
}

impl History {
    /// Adds what a client has written down. That it came to its end must be its last line.
    pub fn read(&mut self, client: usize, file: &Path, servers: &[String]) -> io::Result<()> {
        let find = |name: &str| {
            let found = servers.iter().position(|server| server == name);
            found.ok_or_else(|| io::Error::other(format!("no server is named {name}")))
        };
        let mut done = false;
        for line in BufReader::new(File::open(file)?).lines() {
            let line = line?;
            let read: Line =
                serde_json::from_str(&line).map_err(|error| io::Error::other(format!("{line}: {error}")))?;
            match read {
                Line::Operation(operation) => self.operations.push(Operation { client, ..operation }),
                Line::Event(Event::Starved { begin, end, micros }) => {
                    self.starved.push(Starved { client: Some(client), begin, end, micros });
                }
                Line::Event(Event::Ejected { server, at }) => {
                    self.told.push(Told { client, server: find(&server)?, is_out: true, at });
                }
                Line::Event(Event::Returned { server, at }) => {
                    self.told.push(Told { client, server: find(&server)?, is_out: false, at });
                }
                Line::Event(Event::Postponed {} | Event::KeysElsewhere {}) => {}
                Line::Event(Event::Done {}) => done = true,
            }
        }
        let name = &self.clients[client].name;
        if done { Ok(()) } else { Err(io::Error::other(format!("the history of {name} has no end"))) }
    }
}
