//! Connections to servers: made when a request needs one, shared by all clients of the thread.

use std::io::{self, ErrorKind, Read};

use keyhome::{Outcome, health::is_failure};
use keyhome_resp::error;

use super::{READ, SERVER, Worker, checks, slow_requests::note_if_slow, token};
use crate::server::{self, NOBODY, ServerConnection, Waiting};

impl Worker {
    /// A shared connection to a server, to be written to at the end of this turn. The requests of one client all go over
    /// the same one, so that they are done in their order.
    ///
    /// Errors are the text of the reply.
    #[inline]
    pub(super) fn shared(
        &mut self,
        pool: usize,
        server: usize,
        resp3: bool,
        client: usize,
    ) -> Result<usize, &'static str> {
        let places = &self.to_servers[pool][server].shared[usize::from(resp3)];
        let place = if places.len() == 1 { 0 } else { client % places.len() };
        let index = if let Some(index) = places[place] {
            index
        } else {
            let index = self.connect(pool, server, resp3)?;
            self.to_servers[pool][server].shared[usize::from(resp3)][place] = Some(index);
            index
        };
        self.server_is_due(index);
        Ok(index)
    }

    #[cold]
    pub(super) fn connect(&mut self, pool: usize, server: usize, resp3: bool) -> Result<usize, &'static str> {
        let view = &self.pools[pool];
        let node = &view.pool.all().nodes()[server];
        let entry = self.servers.vacant_entry();
        let index = entry.key();
        let connected = server::connect(&node.address).and_then(|mut stream| {
            stream.register(self.poll.registry(), token(SERVER, index))?;
            Ok(stream)
        });
        let stream = match connected {
            Ok(stream) => stream,
            Err(problem) => {
                let (pool, server_name) = (&view.pool.name, &node.name);
                tracing::warn!(pool, server = server_name, error = %problem, "no connection");
                view.pool.report(server, Outcome::Failure, self.now);
                return Err(text_of(&problem));
            }
        };
        let keeps_requests = view.pool.slow_log.is_on();
        let mut connection = ServerConnection::new(stream, pool, server, resp3, keeps_requests);
        let settings = &view.pool.settings;
        let out = connection.output.buffer(&mut self.stock);
        let own = server::greeting(out, settings.redis_auth.as_deref(), settings.redis_db, resp3);
        connection.waiting.extend(std::iter::repeat_n(Waiting::own(self.now), own));
        entry.insert(connection);
        self.total_connections += 1;
        self.server_is_due(index);
        Ok(index)
    }

    /// `preconnect`: servers have a connection before the first request. Where there can be none, that is a failure of the
    /// server like any other, as in twemproxy.
    pub(super) fn preconnect(&mut self) {
        for pool in 0..self.served {
            if !self.pools[pool].pool.settings.preconnect {
                continue;
            }
            for server in 0..self.to_servers[pool].len() {
                if self.to_servers[pool][server].shared[0].first() == Some(&None)
                    && let Ok(index) = self.connect(pool, server, false)
                {
                    self.to_servers[pool][server].shared[0][0] = Some(index);
                }
            }
        }
    }

    pub(super) fn server_is_writable(&mut self, index: usize) {
        let Some(connection) = self.servers.get_mut(index) else { return };
        if !connection.connected {
            match connection.stream.take_error() {
                Ok(None) => connection.connected = true,
                Ok(Some(problem)) | Err(problem) => return self.close_server(index, text_of(&problem)),
            }
        }
        if !connection.is_due {
            connection.is_due = true;
            self.due_servers.push(index);
        }
    }

    pub(super) fn write_to_servers(&mut self) {
        let mut due = std::mem::take(&mut self.due_servers);
        if due.is_empty() {
            return;
        }
        let now = self.start.elapsed().as_micros() as u64;
        for index in due.drain(..) {
            let Some(connection) = self.servers.get_mut(index) else { continue };
            connection.is_due = false;
            if !connection.connected {
                continue;
            }
            if let Err(problem) = connection.write(&mut self.stock, now) {
                self.close_server(index, text_of(&problem));
            }
        }
        self.due_servers = due;
    }

    pub(super) fn read_server(&mut self, index: usize) {
        loop {
            let Some(connection) = self.servers.get_mut(index) else { return };
            let apart = connection.input.bytes.is_empty();
            let read = if apart {
                connection.stream.read(&mut self.scratch)
            } else {
                connection.input.read_from(&mut connection.stream, READ)
            };
            let outcome = match read {
                Ok(0) => Err(END),
                Ok(count) => match self.take_replies(index, apart.then_some(count)) {
                    Some(()) => Ok(count >= READ),
                    None => Err("ERR Invalid argument"),
                },
                Err(problem) if problem.kind() == ErrorKind::WouldBlock => Ok(false),
                Err(problem) if problem.kind() == ErrorKind::Interrupted => Ok(true),
                Err(problem) => Err(text_of(&problem)),
            };
            match outcome {
                Ok(true) => {}
                Ok(false) => return,
                Err(text) => return self.close_server(index, text),
            }
        }
    }

    /// Takes the replies that are in `scratch`, up to `count`, or in the connection's own input. None where nobody waits
    /// for one, or what came is none.
    fn take_replies(&mut self, index: usize, count: Option<usize>) -> Option<()> {
        let taken = self.take_all_replies(index, count);
        if self.servers.get(index).is_some_and(ServerConnection::has_left) {
            self.discard(index);
        }
        taken
    }

    fn take_all_replies(&mut self, index: usize, count: Option<usize>) -> Option<()> {
        if let Some(count) = count {
            let scratch = std::mem::take(&mut self.scratch);
            let used = self.take_replies_from(index, &scratch[..count]);
            if let (Some(used), Some(connection)) = (used, self.servers.get_mut(index)) {
                connection.input.keep(&scratch[used..count], connection.reader.needed(), &mut self.stock);
            }
            self.scratch = scratch;
            return used.map(drop);
        }
        let mut input = std::mem::take(&mut self.servers.get_mut(index)?.input);
        let used = self.take_replies_from(index, &input.bytes);
        if let (Some(used), Some(connection)) = (used, self.servers.get_mut(index)) {
            input.forget(used, connection.reader.needed(), &mut self.stock);
            connection.input = input;
        }
        used.map(drop)
    }

    /// Hands whole replies to who waits for them, and gives the bytes that they took.
    fn take_replies_from(&mut self, index: usize, bytes: &[u8]) -> Option<usize> {
        let mut used = 0;
        while used < bytes.len() {
            // Handing one over can close the connection: a listener that has heard enough.
            let Some(connection) = self.servers.get_mut(index) else { return Some(bytes.len()) };
            let Ok(length) = connection.reader.read(&bytes[used..]) else { return None };
            let Some(length) = length else { break };
            let reply = &bytes[used..used + length];
            used += length;
            if connection.listens {
                // Replies to its greeting come first.
                if connection.next_waiting().is_some() {
                    continue;
                }
                if let Some((client, generation)) = connection.owner
                    && self.clients.get(client as usize).is_some_and(|it| it.generation == generation)
                {
                    let server = connection.server;
                    self.heard(client as usize, server, reply);
                }
                continue;
            }
            if reply[0] == b'>' {
                continue;
            }
            let waiting = connection.next_waiting()?;
            if waiting.client != NOBODY {
                let counters = &mut self.counters[connection.pool].servers[connection.server];
                counters.count_response(reply);
                // What waits for something to happen says nothing about the server.
                if !connection.patient {
                    counters.latencies.record(waiting.written_for(self.now));
                    let pool = &self.pools[connection.pool].pool;
                    note_if_slow(pool, connection, &waiting, &self.clients, self.now);
                }
            }
            if connection.checks {
                self.checked(index, reply);
                continue;
            }
            let failed = reply[0] == b'-' && is_failure(reply);
            let outcome = if failed { Outcome::Failure } else { Outcome::Reply };
            let pool = &self.pools[connection.pool].pool;
            pool.report(connection.server, outcome, self.now);
            if waiting.client == NOBODY && reply[0] == b'-' {
                let text = String::from_utf8_lossy(reply);
                tracing::warn!(
                    pool = pool.name,
                    reply = text.trim(),
                    "a server refuses a connection's greeting"
                );
            }
            self.hand_over(waiting, reply);
        }
        Some(used)
    }

    /// A reply, to who waits for it; it may be there no more.
    #[inline]
    pub(super) fn hand_over(&mut self, waiting: Waiting, reply: &[u8]) {
        let index = waiting.client as usize;
        let Some(client) = self.clients.get_mut(index).filter(|it| it.generation == waiting.generation)
        else {
            return;
        };
        client.receive(waiting.number, waiting.part, reply, &mut self.stock);
        if !client.is_due {
            client.is_due = true;
            self.due_clients.push(index);
        }
        if client.halted && client.replies.is_empty() {
            self.all_is_answered(index);
        }
    }

    /// What waited for that goes on.
    #[cold]
    fn all_is_answered(&mut self, index: usize) {
        self.unblocked(index);
        self.transaction_answered(index);
        if self.clients[index].subscriber.as_ref().is_none_or(|it| it.unconfirmed == 0) {
            self.resume(index);
        }
    }

    /// One close is one failure, and an error to everyone who waits.
    #[cold]
    pub(super) fn close_server(&mut self, index: usize, text: &str) {
        let Some(connection) = self.servers.try_remove(index) else { return };
        self.forget_connection(&connection, index);
        let pool = &self.pools[connection.pool].pool;
        let server = &pool.all().nodes()[connection.server].name;
        tracing::warn!(pool = pool.name, server, pending = connection.waiting.len(), reason = text, "closed");
        if !connection.leaves {
            let outcome = if connection.checks { Outcome::CheckFailed } else { Outcome::Failure };
            pool.report(connection.server, outcome, self.now);
        }
        let counters = &mut self.counters[connection.pool];
        match text {
            END => counters.servers[connection.server].server_eof += 1,
            LATE => counters.servers[connection.server].server_timedout += 1,
            _ => counters.servers[connection.server].server_err += 1,
        }
        let pending = connection.waiting.iter().filter(|it| it.client != NOBODY).count() as u64;
        counters.forward_error += pending;
        counters.errors.count(text.as_bytes(), pending);
        self.end_connection(connection, index, text);
    }

    /// An error to everyone who waits on a connection that is no more.
    pub(super) fn end_connection(&mut self, mut connection: ServerConnection, index: usize, text: &str) {
        if let Some((client, generation)) = connection.owner
            && self.clients.get(client as usize).is_some_and(|it| it.generation == generation)
        {
            let client = client as usize;
            let misses = connection.listens && !self.was_arriving(client, connection.server);
            let owner = &mut self.clients[client];
            owner.blocked_on.retain(|connection| *connection != index);
            // Who listens to nothing must know, and connects again.
            owner.closing |= misses;
            owner.update_special();
            self.client_is_due(client);
            self.transaction_lost(client);
        }
        let mut reply = Vec::new();
        error(&mut reply, text);
        while let Some(waiting) = connection.next_waiting() {
            if waiting.client != NOBODY && !connection.patient {
                let pool = &self.pools[connection.pool].pool;
                note_if_slow(pool, &connection, &waiting, &self.clients, self.now);
            }
            self.hand_over(waiting, &reply);
        }
    }

    /// Closes the connections whose oldest request has waited too long: its reply, were it to come now, would be taken
    /// for that of the next.
    pub(super) fn time_out(&mut self) {
        let is_late = |connection: &ServerConnection| {
            let own = if connection.checks { checks::PATIENCE } else { 0 };
            let timeout = self.pools[connection.pool].pool.settings.timeout.unwrap_or(own);
            let oldest = connection.waiting.front().filter(|_| timeout > 0 && !connection.patient);
            oldest.is_some_and(|it| self.now >= it.since + u64::from(timeout) * 1000)
        };
        let late: Vec<usize> = self
            .servers
            .iter()
            .filter(|(_, connection)| is_late(connection))
            .map(|(index, _)| index)
            .collect();
        for index in late {
            self.close_server(index, LATE);
        }
    }
}

/// What twemproxy says of a server that closed its connection.
const END: &str = "ERR unknown";

/// What it says of one that took too long.
const LATE: &str = "ERR Connection timed out";

/// What twemproxy says: libc's words for the cause.
fn text_of(problem: &io::Error) -> &'static str {
    match problem.kind() {
        ErrorKind::ConnectionRefused => "ERR Connection refused",
        ErrorKind::ConnectionReset => "ERR Connection reset by peer",
        ErrorKind::TimedOut => LATE,
        ErrorKind::BrokenPipe => "ERR Broken pipe",
        ErrorKind::NotFound => "ERR No such file or directory",
        ErrorKind::NetworkUnreachable => "ERR Network is unreachable",
        ErrorKind::HostUnreachable => "ERR No route to host",
        _ => "ERR Host is down",
    }
}
