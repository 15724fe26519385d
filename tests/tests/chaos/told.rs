//! Histories to be checked: two clients, two servers. Times are milliseconds.

use keyhome_tests::chaos::{
    checker::{Mode, Rules, Verdict, check},
    history::{Asks, Client, Fault, History, Kind, Operation, Starved, Target, Told as Event, Via},
};

/// A client that asks the servers.
pub(crate) const DIRECT: usize = 0;
/// A client that asks the proxy.
pub(crate) const PROXIED: usize = 1;

const TIMEOUT: u64 = 400;
const RETRY: u64 = 600;
const MARGIN: u64 = 2000;

/// When all that is told of begins.
const EPOCH: u64 = 1_000_000_000;

fn at(milliseconds: u64) -> u64 {
    EPOCH + milliseconds * 1000
}

/// Tells a history. Keys that begin with `b` live on server 1, all others on server 0.
pub(crate) struct Told {
    mode: Mode,
    history: History,
}

impl Told {
    pub(crate) fn new(mode: Mode) -> Self {
        let client = |name: &str, asks| Client { name: name.to_owned(), asks, bound: TIMEOUT * 1000 };
        let clients = vec![client("direct", Asks::Servers), client("proxied", Asks::Proxy)];
        Self { mode, history: History { clients, ..History::default() } }
    }

    fn add(&mut self, kind: Kind, key: &str, number: Option<u64>, begin: u64, end: u64) -> &mut Operation {
        let via = match kind {
            Kind::Get | Kind::Count => Via::Get,
            Kind::Set => Via::Set,
            Kind::Incr => Via::Incr,
        };
        self.history.operations.push(Operation {
            client: DIRECT,
            via,
            kind,
            key: key.to_owned(),
            number,
            reply: None,
            error: None,
            begin: at(begin),
            end: Some(at(end)),
        });
        self.history.operations.last_mut().unwrap()
    }

    /// A write that is acknowledged.
    pub(crate) fn set(mut self, key: &str, number: u64, begin: u64, end: u64) -> Self {
        self.add(Kind::Set, key, Some(number), begin, end).reply = Some("OK".to_owned());
        self
    }

    /// A write of which nothing is known.
    pub(crate) fn set_failed(mut self, key: &str, number: u64, begin: u64, end: u64) -> Self {
        self.add(Kind::Set, key, Some(number), begin, end).error = Some("timeout".to_owned());
        self
    }

    /// A read, and what comes.
    pub(crate) fn get(mut self, key: &str, reply: Option<&str>, begin: u64, end: u64) -> Self {
        self.add(Kind::Get, key, None, begin, end).reply = reply.map(str::to_owned);
        self
    }

    /// One more, and what comes.
    pub(crate) fn incr(mut self, key: &str, number: u64, reply: &str, begin: u64, end: u64) -> Self {
        self.add(Kind::Incr, key, Some(number), begin, end).reply = Some(reply.to_owned());
        self
    }

    /// A count, and what comes.
    pub(crate) fn count(mut self, key: &str, reply: Option<&str>, begin: u64, end: u64) -> Self {
        self.add(Kind::Count, key, None, begin, end).reply = reply.map(str::to_owned);
        self
    }

    /// A read that fails.
    pub(crate) fn get_failed(mut self, key: &str, error: &str, begin: u64, end: u64) -> Self {
        self.add(Kind::Get, key, None, begin, end).error = Some(error.to_owned());
        self
    }

    /// A read that has no end.
    pub(crate) fn get_endless(mut self, key: &str, begin: u64) -> Self {
        self.add(Kind::Get, key, None, begin, begin).end = None;
        self
    }

    /// The last operation is this client's.
    pub(crate) fn by(mut self, client: usize) -> Self {
        self.history.operations.last_mut().unwrap().client = client;
        self
    }

    /// A server that was killed, and started again empty.
    pub(crate) fn killed(mut self, server: usize, begin: u64, end: u64) -> Self {
        self.history.faults.push(Fault {
            what: "killed",
            target: Target::Server(server),
            begin: at(begin),
            end: at(end),
            emptied: Some((at(begin), at(begin + 1))),
        });
        self
    }

    /// Something else that was done.
    pub(crate) fn harmed(mut self, target: Target, begin: u64, end: u64) -> Self {
        self.history.faults.push(Fault {
            what: "paused",
            target,
            begin: at(begin),
            end: at(end),
            emptied: None,
        });
        self
    }

    /// The first client did not run.
    pub(crate) fn starved(mut self, begin: u64, end: u64) -> Self {
        let micros = (end - begin) * 1000;
        self.history.starved.push(Starved { client: Some(DIRECT), begin: at(begin), end: at(end), micros });
        self
    }

    /// The first client says that a server is out, or back.
    pub(crate) fn event(mut self, server: usize, is_out: bool, when: u64) -> Self {
        self.history.told.push(Event { client: DIRECT, server, is_out, at: at(when) });
        self
    }

    /// What a server has at the end.
    pub(crate) fn found(mut self, server: usize, key: &str) -> Self {
        self.history.found.push((server, key.to_owned()));
        self
    }

    /// What the checker says.
    pub(crate) fn checked(&self) -> Verdict {
        let rules =
            Rules { mode: self.mode, timeout: TIMEOUT * 1000, retry: RETRY * 1000, margin: MARGIN * 1000 };
        check(&self.history, &rules, |key| usize::from(key.starts_with('b')))
    }
}
