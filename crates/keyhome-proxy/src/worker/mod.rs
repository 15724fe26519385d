//! One thread: its clients, its connections to servers, and the loop that waits for either.
//!
//! What has come from all that are ready is taken first; what that leads to is written afterwards, to each connection at
//! once. So many clients' requests go to a server in one call, and a pipeline's replies to its client in another: nearly
//! all the time of a proxy is spent in such calls.

mod accepting;
mod blocking;
mod checks;
mod closing;
mod connecting;
mod holding;
mod keyhome_command;
mod own;
mod parts;
mod pinning;
mod private;
mod reload;
mod requests;
mod resubscriptions;
mod routing;
mod servers;
mod slow_requests;
mod splitting;
mod subscriptions;
mod survey;
mod timeouts;
mod transactions;
mod turns;
mod unblocking;

use std::{
    io,
    sync::{
        Arc,
        mpsc::{Receiver, Sender},
    },
    time::{Duration, Instant},
};

use keyhome_resp::Limits as FrameLimits;
use mio::{Poll, Token, Waker};
use slab::Slab;

use closing::Why;
pub(crate) use survey::Question;

use self::{accepting::Accepting, splitting::Splitting};
use crate::{
    buffers::{Stock, Written},
    client::Client,
    control::{Control, Line, Snapshot, Wish},
    counters::PoolCounters,
    limits::{Held, Limits},
    listener::Listener,
    log_limit::LogLimit,
    pool::{Pool, PoolView},
    proxy::{Options, Shared},
    registration::Errand,
    resolver::Resolver,
    server::{ServerConnection, Waiting},
};

/// Bytes that are read at once.
const READ: usize = 64 * 1024;

/// Times that one connection is read from in a turn, so that no other waits for it long.
const MOST_READS: usize = 2;

/// To a client that waits for something to happen.
const STOPS: &str = "UNBLOCKED the proxy stops while the command waits";

/// What is ready, by the lowest bits of its token.
const LISTENER: usize = 0;
const CLIENT: usize = 1;
const SERVER: usize = 2;
const CONTROL: usize = 3;

fn token(kind: usize, index: usize) -> Token {
    Token(index << 2 | kind)
}

/// The connections to one server, by protocol: RESP2, then RESP3.
#[derive(Clone, Default)]
struct ToServer {
    /// Those that all clients share.
    shared: [Vec<Option<usize>>; 2],
    /// Those that were one client's alone and wait for the next.
    idle: [Vec<usize>; 2],
    /// The one by which others are unblocked.
    unblocks: Option<usize>,
    log: LogLimit,
}

impl ToServer {
    fn of_pool(pool: &Pool) -> Vec<Self> {
        let none = vec![None; pool.settings.server_connections.get() as usize];
        let to_server = Self { shared: [none.clone(), none], ..Self::default() };
        vec![to_server; pool.all().nodes().len()]
    }
}

/// One thread's share of the proxy.
#[allow(clippy::struct_excessive_bools, reason = "each is asked alone")]
pub(crate) struct Worker {
    poll: Poll,
    /// Which of the workers it is.
    number: usize,
    listeners: Slab<Listener>,
    clients: Slab<Client>,
    generation: u32,
    next_id: u64,
    servers: Slab<ServerConnection>,
    /// Those that are served, as many as `served`, and behind them those of before a reload that something still needs.
    pools: Vec<PoolView>,
    served: usize,
    counters: Vec<PoolCounters>,
    /// By pool and server.
    to_servers: Vec<Vec<ToServer>>,
    stock: Stock,
    /// What is read into.
    scratch: Vec<u8>,
    /// Positions of keys and the servers of these, of one request.
    homes: Vec<(usize, usize)>,
    splitting: Splitting,
    frame_limits: FrameLimits,
    limits: Limits,
    /// What all threads hold.
    held: Arc<Held>,
    resolver: Arc<Resolver>,
    /// The way to this worker.
    line: Arc<Line>,
    threads: usize,
    /// What this one told that it holds, and what it has read since.
    told_held: usize,
    read_since_count: usize,
    /// When it is counted next at the latest.
    count_at: u64,
    accepting: Accepting,
    start: Instant,
    /// Microseconds since `start`, read once a turn of the loop.
    now: u64,
    due_clients: Vec<usize>,
    due_servers: Vec<usize>,
    /// Clients of whom more is to be read, though nothing new has come; servers likewise.
    unread: Vec<usize>,
    unread_servers: Vec<usize>,
    /// Clients that were held up and are not any more.
    resumed: Vec<usize>,
    total_connections: u64,
    /// No more clients are taken; the worker ends when there are none.
    stopping: bool,
    control: Receiver<Control>,
    wishes: Sender<Wish>,
    /// Of the registrar, if there is one.
    errands: Option<Sender<Errand>>,
    /// The ways to all threads.
    lines: Arc<Vec<Line>>,
    /// Replies that clients of other threads were promised, and which threads.
    promised: Slab<(usize, Waiting)>,
    /// Whether it is the one that checks servers which are out.
    checks: bool,
    /// When it is next looked whether channels have moved.
    next_follow: u64,
    /// How often it is looked whether something has taken too long: a part of the shortest timeout of all pools.
    tick: Duration,
    /// When it is looked next.
    look_at: u64,
    /// FLUSHDB and FLUSHALL are passed on.
    allow_flush: bool,
}

impl Worker {
    /// The worker, and the way to talk to it. Number 0 checks servers that are out.
    pub(crate) fn new(
        number: usize,
        listeners: Vec<Listener>,
        pools: &[Arc<Pool>],
        options: &Options,
        shared: &Shared,
        start: Instant,
        wishes: Sender<Wish>,
    ) -> io::Result<(Self, Line)> {
        let poll = Poll::new()?;
        let (line, control) = Line::new(Arc::new(Waker::new(poll.registry(), token(CONTROL, 0))?));
        let mut worker = Self {
            poll,
            number,
            listeners: Slab::new(),
            clients: Slab::new(),
            generation: 0,
            next_id: number as u64 + 1,
            servers: Slab::new(),
            to_servers: pools.iter().map(|pool| ToServer::of_pool(pool)).collect(),
            next_follow: 0,
            tick: timeouts::MOST_TICK,
            look_at: 0,
            counters: pools.iter().map(|pool| PoolCounters::new(pool.all().nodes().len())).collect(),
            pools: pools.iter().cloned().map(PoolView::new).collect(),
            served: pools.len(),
            stock: Stock::new(),
            scratch: vec![0; READ],
            homes: Vec::new(),
            splitting: Splitting::default(),
            frame_limits: FrameLimits {
                request_bytes: options.limits.request_bytes,
                ..FrameLimits::default()
            },
            limits: options.limits,
            held: Arc::clone(&shared.held),
            resolver: Arc::clone(&shared.resolver),
            line: Arc::new(line.another()),
            threads: options.threads.max(1),
            told_held: 0,
            read_since_count: 0,
            count_at: 0,
            accepting: Accepting::default(),
            start,
            now: 0,
            due_clients: Vec::new(),
            due_servers: Vec::new(),
            unread: Vec::new(),
            unread_servers: Vec::new(),
            resumed: Vec::new(),
            total_connections: 0,
            stopping: false,
            checks: number == 0,
            control,
            wishes,
            errands: shared.errands.clone(),
            allow_flush: options.allow_flush,
            lines: Arc::new(Vec::new()),
            promised: Slab::new(),
        };
        for listener in listeners {
            worker.listen(listener)?;
        }
        worker.set_tick();
        Ok((worker, line))
    }

    fn listen(&mut self, mut listener: Listener) -> io::Result<()> {
        let entry = self.listeners.vacant_entry();
        listener.register(self.poll.registry(), token(LISTENER, entry.key()))?;
        entry.insert(listener);
        Ok(())
    }

    fn count(&self) -> Snapshot {
        let mut counters = self.counters.clone();
        for (_, connection) in &self.servers {
            connection.count_into(&mut counters[connection.pool].servers[connection.server]);
        }
        let served = self.pools.iter().take(self.served).map(|view| Arc::clone(&view.pool));
        let pools = served.zip(counters).collect();
        let open = self.listeners.len() + self.clients.len() + self.servers.len();
        Snapshot {
            pools,
            buffered: self.told_held as u64,
            total_connections: self.total_connections,
            connections: open as u64,
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        for (_, mut listener) in std::mem::take(&mut self.listeners) {
            listener.deregister(self.poll.registry());
        }
        let all: Vec<usize> = self.clients.iter().map(|(index, _)| index).collect();
        for index in all {
            self.let_go(index, STOPS);
        }
    }

    /// Written to at the end of this turn.
    fn client_is_due(&mut self, index: usize) {
        if let Some(client) = self.clients.get_mut(index)
            && !client.is_due
        {
            client.is_due = true;
            self.due_clients.push(index);
        }
    }

    fn write_to_clients(&mut self) {
        let mut due = std::mem::take(&mut self.due_clients);
        for index in due.drain(..) {
            let Some(client) = self.clients.get_mut(index) else { continue };
            client.is_due = false;
            let waits = client.output.len();
            let written = client.output.write_to(&mut client.stream, &mut self.stock);
            self.counters[client.pool].sent += (waits - client.output.len()) as u64;
            match written {
                Ok(written) => {
                    if written == Written::More {
                        self.client_is_due(index);
                    } else if written == Written::All && client.closing && client.replies.is_empty() {
                        self.close_client(index, Why::Done);
                    } else if client.paused && client.may_go_on() {
                        client.paused = false;
                        self.resumed.push(index);
                    } else if written == Written::Blocked && self.has_too_much_unread(index) {
                        self.close_unreading(index);
                    }
                }
                Err(_) => self.close_client(index, Why::Error),
            }
        }
        due.append(&mut self.due_clients);
        self.due_clients = due;
    }
}
