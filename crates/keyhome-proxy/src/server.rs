//! A connection to a server, which many clients share: replies come in the order of the requests.

use std::{collections::VecDeque, io, net::SocketAddr, path::Path};

use keyhome_resp::{ReplyReader, request};
use mio::net::{TcpStream, UnixStream};

use crate::{
    buffers::{Input, Output, Stock, Written},
    counters::ServerCounters,
    sent_requests::SentRequests,
    stream::Stream,
};

/// Where a request goes back to.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) client: u32,
    pub(crate) generation: u32,
    /// The number of the request among those of its client.
    pub(crate) number: u32,
    /// Which part of it this is.
    pub(crate) part: u32,
    /// Bytes of the request.
    bytes: u32,
    /// How long it waited to be written, in microseconds.
    queued: u32,
    /// When it was queued, in microseconds of the worker's clock.
    pub(crate) since: u64,
}

impl Waiting {
    /// A request of a client, or a part of one.
    #[inline]
    pub(crate) fn of(client: usize, generation: u32, number: u32, part: u32, since: u64) -> Self {
        Self { client: client as u32, generation, number, part, bytes: 0, queued: 0, since }
    }

    /// A request that the proxy makes for itself.
    pub(crate) fn own(since: u64) -> Self {
        Self::of(NOBODY as usize, 0, 0, 0, since)
    }

    /// CLIENT ID, which the proxy asks for itself.
    pub(crate) fn for_id(since: u64) -> Self {
        Self::of(NOBODY as usize, 0, 0, ID, since)
    }

    pub(crate) fn is_for_id(&self) -> bool {
        self.client == NOBODY && self.part == ID
    }

    pub(crate) fn is_for_database(&self) -> bool {
        self.client == NOBODY && self.part == DATABASE
    }

    /// A request for a client of another thread: it was promised the reply under this number.
    pub(crate) fn promised(number: usize, since: u64) -> Self {
        Self::of(ELSEWHERE as usize, 0, number as u32, 0, since)
    }

    /// Microseconds since it was written.
    #[inline]
    pub(crate) fn written_for(&self, now: u64) -> u64 {
        now.saturating_sub(self.since + u64::from(self.queued))
    }
}

/// So many bytes are worth a call of their own.
const MUCH: usize = 32 * 1024;

/// The client of requests that the proxy makes for itself.
pub(crate) const NOBODY: u32 = u32::MAX;

/// The client of requests whose replies other threads get.
pub(crate) const ELSEWHERE: u32 = u32::MAX - 1;

/// The parts that tell CLIENT ID and SELECT from the other requests of the proxy's own.
const ID: u32 = 1;
const DATABASE: u32 = 2;

/// What is waited for on a connection is to come to an end.
#[derive(Clone, Copy)]
pub(crate) struct Ending {
    /// What the client is told, if nothing has come before.
    pub(crate) text: &'static str,
    /// When the server is not asked any more.
    pub(crate) until: u64,
}

/// A connection to a server.
#[allow(clippy::struct_excessive_bools, reason = "each is asked alone")]
pub(crate) struct ServerConnection {
    pub(crate) stream: Stream,
    pub(crate) pool: usize,
    pub(crate) server: usize,
    /// It speaks RESP3.
    pub(crate) resp3: bool,
    /// The client, by index and generation, whose alone it is.
    pub(crate) owner: Option<(u32, u32)>,
    /// What comes is not a reply, but what its owner has subscribed to.
    pub(crate) listens: bool,
    /// It finds out whether a server that is out is well again.
    pub(crate) checks: bool,
    /// What it waits for may take longer than the pool's timeout.
    pub(crate) patient: bool,
    /// When it was or is to be answered where it is patient, but for the pool's timeout; none: that is not known.
    pub(crate) wait_ends: Option<u64>,
    /// What the server calls it: CLIENT ID. It is known of those on which something is waited for.
    pub(crate) id: Option<i64>,
    pub(crate) ending: Option<Ending>,
    pub(crate) connected: bool,
    /// No new request goes over it: its server, its password or its database is another since a reload.
    pub(crate) leaves: bool,
    /// When it began to connect, in microseconds of the worker's clock.
    pub(crate) since: u64,
    /// Tells it from others that had its place before.
    pub(crate) serial: u64,
    /// Addresses of the server's name that were not tried yet, the next one last.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The end of what comes can be read: news of that come once.
    pub(crate) has_hung_up: bool,
    /// What was wrong when it was written to early.
    broken: Option<io::Error>,
    /// What it says first, where the server must have chosen a database before it gets what is in `output`.
    greeting: Output,
    pub(crate) output: Output,
    /// Nothing of `output` is written before the server has said so.
    chooses_database: bool,
    /// What its owner asks is the same in all databases: a server in which a script runs refuses to choose one.
    pub(crate) needs_no_database: bool,
    pub(crate) waiting: VecDeque<Waiting>,
    /// What the requests in `waiting` are, where there is a slow log.
    sent: Option<Box<SentRequests>>,
    /// How many of `waiting` have bytes in `output`, or fewer have.
    unwritten: usize,
    /// Bytes of the requests in `waiting`.
    waiting_bytes: u64,
    pub(crate) input: Input,
    pub(crate) reader: ReplyReader,
    pub(crate) is_due: bool,
}

/// Starts to connect to `host:port` or `/path`. For the address of a name, somebody else has to be asked.
pub(crate) fn connect(address: &str) -> io::Result<Stream> {
    if address.starts_with('/') {
        return UnixStream::connect(Path::new(address)).map(Stream::Unix);
    }
    address.parse().map_or(Ok(Stream::Unresolved), connect_to)
}

/// Starts to connect.
pub(crate) fn connect_to(address: SocketAddr) -> io::Result<Stream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(Stream::Tcp(stream))
}

impl ServerConnection {
    /// `keeps_requests`: so that [`last_words`](Self::last_words) knows them.
    pub(crate) fn new(stream: Stream, pool: usize, server: usize, resp3: bool, keeps_requests: bool) -> Self {
        Self {
            stream,
            pool,
            server,
            resp3,
            owner: None,
            listens: false,
            checks: false,
            patient: false,
            wait_ends: None,
            id: None,
            ending: None,
            connected: false,
            leaves: false,
            since: 0,
            serial: 0,
            addresses: Vec::new(),
            has_hung_up: false,
            broken: None,
            greeting: Output::default(),
            output: Output::default(),
            chooses_database: false,
            needs_no_database: false,
            waiting: VecDeque::new(),
            sent: keeps_requests.then(Box::default),
            unwritten: 0,
            waiting_bytes: 0,
            input: Input::default(),
            reader: ReplyReader::default(),
            is_due: false,
        }
    }

    /// Says what a new connection says first: password, protocol, database.
    ///
    /// The password goes before the database, unlike in twemproxy, whose SELECT fails then, so that data lies in database 0.
    /// For the same reason a request waits until the database is chosen: a server may refuse it, as where it has fewer.
    pub(crate) fn greet(&mut self, password: Option<&str>, database: u32, stock: &mut Stock) {
        self.chooses_database = database > 0;
        let greeting = if self.chooses_database { &mut self.greeting } else { &mut self.output };
        let out = greeting.buffer(stock);
        let mut said = |words: &[&str], part| {
            request(out, words);
            self.waiting.push_back(Waiting::of(NOBODY as usize, 0, 0, part, self.since));
        };
        if let Some(password) = password {
            said(&["AUTH", password], 0);
        }
        if self.resp3 {
            said(&["HELLO", "3"], 0);
        }
        if database > 0 {
            said(&["SELECT", &database.to_string()], DATABASE);
        }
    }

    /// The server has chosen the database.
    pub(crate) fn has_database(&mut self) {
        self.chooses_database = false;
    }

    /// Adds a request, and who waits for its reply. The bytes that it took.
    #[inline]
    pub(crate) fn add(
        &mut self,
        mut waiting: Waiting,
        stock: &mut Stock,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> u64 {
        let out = self.output.buffer(stock);
        let before = out.len();
        write(out);
        let bytes = out.len() - before;
        if let (Some(sent), Some(frame)) = (&mut self.sent, out.get(before..)) {
            sent.push(frame);
        }
        waiting.bytes = bytes as u32;
        self.waiting.push_back(waiting);
        self.unwritten += 1;
        self.waiting_bytes += bytes as u64;
        bytes as u64
    }

    /// Nobody needs it any more.
    #[inline]
    pub(crate) fn has_left(&self) -> bool {
        self.leaves && self.waiting.is_empty() && self.owner.is_none()
    }

    /// It has been asked for its id, and has not said it yet.
    pub(crate) fn waits_for_id(&self) -> bool {
        self.waiting.iter().any(Waiting::is_for_id)
    }

    /// Who waits for the reply that has come.
    #[inline]
    pub(crate) fn next_waiting(&mut self) -> Option<Waiting> {
        let waiting = self.waiting.pop_front()?;
        self.waiting_bytes -= u64::from(waiting.bytes);
        if let Some(sent) = &mut self.sent {
            sent.pop(waiting.bytes);
        }
        Some(waiting)
    }

    /// The words of the request for whose reply `waiting` waited last.
    pub(crate) fn last_words(&self, waiting: &Waiting) -> Vec<Vec<u8>> {
        self.sent.as_ref().map(|sent| sent.last_words(waiting.bytes)).unwrap_or_default()
    }

    /// Whether none of the requests that wait was written, so that what comes is the reply to none.
    #[inline]
    pub(crate) fn is_unasked(&self) -> bool {
        self.waiting.len() <= self.unwritten && self.output.is_whole()
    }

    /// Bytes of memory.
    pub(crate) fn held_bytes(&self) -> usize {
        let sent = self.sent.as_ref().map_or(0, |sent| sent.held_bytes());
        self.input.held_bytes() + self.output.held_bytes() + sent
    }

    /// Writes before the end of a turn where much waits, so that what waits is never large and its memory is used again.
    #[inline]
    pub(crate) fn write_early(&mut self, stock: &mut Stock, now: u64) {
        if self.output.len() >= MUCH && self.connected && self.broken.is_none() {
            self.broken = self.write(stock, now).err();
        }
    }

    /// Writes what waits to be written. Requests count as written when all that wait are, at `now`.
    pub(crate) fn write(&mut self, stock: &mut Stock, now: u64) -> io::Result<Written> {
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        if self.chooses_database {
            let written = self.greeting.write_to(&mut self.stream, stock)?;
            return Ok(if written == Written::More { written } else { Written::Blocked });
        }
        let written = self.output.write_to(&mut self.stream, stock)?;
        if written == Written::All {
            let written = self.waiting.len().saturating_sub(self.unwritten);
            for waiting in self.waiting.range_mut(written..) {
                waiting.queued = now.saturating_sub(waiting.since) as u32;
            }
            self.unwritten = 0;
        }
        Ok(written)
    }

    /// Adds what waits here.
    pub(crate) fn count_into(&self, counters: &mut ServerCounters) {
        let unwritten = self.unwritten.min(self.waiting.len()) as u64;
        let unwritten_bytes = (self.output.len() as u64).min(self.waiting_bytes);
        counters.server_connections += u64::from(self.connected);
        counters.in_queue += unwritten;
        counters.in_queue_bytes += unwritten_bytes;
        counters.out_queue += self.waiting.len() as u64 - unwritten;
        counters.out_queue_bytes += self.waiting_bytes - unwritten_bytes;
    }
}
