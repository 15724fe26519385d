//! Connections to servers, shared by all clients of the thread: what is written to them, and what comes.

use std::{
    borrow::Cow,
    io::{self, ErrorKind, Read},
    time::Instant,
};

use keyhome::{Outcome, health::is_failure};
use keyhome_resp::error;

use super::{MOST_READS, READ, Worker, slow_requests::note_if_slow};
use crate::{
    buffers::Written,
    server::{NOBODY, ServerConnection, Waiting},
};

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

    pub(super) fn write_to_servers(&mut self) {
        if self.due_servers.is_empty() {
            return;
        }
        let mut due = std::mem::take(&mut self.due_servers);
        let now = self.start.elapsed().as_micros() as u64;
        for index in due.drain(..) {
            let Some(connection) = self.servers.get_mut(index) else { continue };
            connection.is_due = false;
            if !connection.connected {
                continue;
            }
            match connection.write(&mut self.stock, now) {
                Ok(Written::More) => self.server_is_due(index),
                Ok(_) => {}
                Err(problem) => self.close_server(index, text_of(&problem)),
            }
        }
        due.append(&mut self.due_servers);
        self.due_servers = due;
    }

    pub(super) fn server_hangs_up(&mut self, index: usize) {
        if let Some(connection) = self.servers.get_mut(index) {
            connection.has_hung_up = connection.connected;
        }
    }

    pub(super) fn read_server(&mut self, index: usize) {
        for _ in 0..MOST_READS {
            let Some(connection) = self.servers.get_mut(index) else { return };
            // News of an end come once: it is read until there.
            let has_hung_up = connection.has_hung_up;
            let outcome = match connection.stream.read(&mut self.scratch) {
                Ok(0) => Err(END.into()),
                Ok(count) => {
                    let taken = self.take_replies(index, count);
                    self.count_after(count);
                    taken.map(|()| count >= READ || has_hung_up)
                }
                Err(problem) if problem.kind() == ErrorKind::WouldBlock => Ok(false),
                Err(problem) if problem.kind() == ErrorKind::Interrupted => Ok(true),
                Err(problem) => Err(text_of(&problem).into()),
            };
            match outcome {
                Ok(true) => {}
                Ok(false) => return,
                Err(text) => return self.close_server(index, &text),
            }
        }
        self.unread_servers.push(index);
    }

    /// Takes the replies that are in the connection's own input and behind that in `scratch`, up to `count`. An error, to be
    /// told to those who wait, where nobody waits for what came, or it is no reply.
    fn take_replies(&mut self, index: usize, count: usize) -> Result<(), Cow<'static, str>> {
        let taken = self.take_all_replies(index, count);
        if self.servers.get(index).is_some_and(ServerConnection::has_left) {
            self.discard(index);
        }
        taken
    }

    fn take_all_replies(&mut self, index: usize, count: usize) -> Result<(), Cow<'static, str>> {
        let Some(connection) = self.servers.get_mut(index) else { return Ok(()) };
        if connection.input.bytes.is_empty() {
            let scratch = std::mem::take(&mut self.scratch);
            let used = self.take_replies_from(index, &scratch[..count]);
            if let (Ok(used), Some(connection)) = (&used, self.servers.get_mut(index)) {
                connection.input.keep(&scratch[*used..count], connection.reader.needed(), &mut self.stock);
            }
            self.scratch = scratch;
            return used.map(drop);
        }
        let mut input = std::mem::take(&mut connection.input);
        input.bytes.extend_from_slice(&self.scratch[..count]);
        let used = self.take_replies_from(index, &input.bytes);
        if let (Ok(used), Some(connection)) = (&used, self.servers.get_mut(index)) {
            input.forget(*used, connection.reader.needed(), &mut self.stock);
            connection.input = input;
        }
        used.map(drop)
    }

    /// Hands whole replies to who waits for them, and gives the bytes that they took.
    fn take_replies_from(&mut self, index: usize, bytes: &[u8]) -> Result<usize, Cow<'static, str>> {
        let mut used = 0;
        while used < bytes.len() {
            // Handing one over can close the connection: a listener that has heard enough.
            let Some(connection) = self.servers.get_mut(index) else { return Ok(bytes.len()) };
            let length = connection.reader.read(&bytes[used..]).map_err(|_| WRONG)?;
            let Some(length) = length else { break };
            let reply = &bytes[used..used + length];
            used += length;
            if connection.listens {
                // Replies to its greeting come first.
                if let Some(waiting) = connection.next_waiting() {
                    // Channels are the same in all databases.
                    if waiting.is_for_database() {
                        connection.has_database();
                        self.server_is_due(index);
                    }
                    continue;
                }
                // The server answers.
                connection.wait_ends = None;
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
            if connection.is_unasked() {
                return Err(said_by_server(reply));
            }
            let Some(waiting) = connection.next_waiting() else { return Err(WRONG.into()) };
            if waiting.client != NOBODY {
                let counters = &mut self.counters[connection.pool].servers[connection.server];
                counters.count_response(reply);
                // What waits for something to happen says nothing about the server.
                if !connection.patient {
                    counters.latencies.record(waiting.written_for(self.now));
                    let pool = &self.pools[connection.pool].pool;
                    note_if_slow(pool, connection, &waiting, &self.clients, self.now);
                }
            } else if waiting.is_for_id() {
                self.has_id(index, reply);
                continue;
            } else if waiting.is_for_database() {
                if reply[0] == b'-' && !connection.needs_no_database {
                    return Err(said_by_server(reply));
                }
                // In another database it is of no use to anybody else.
                connection.leaves |= reply[0] == b'-';
                connection.has_database();
                if !connection.is_due {
                    connection.is_due = true;
                    self.due_servers.push(index);
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
            match connection.ending {
                Some(ending) if reply.starts_with(b"-UNBLOCKED") => {
                    let mut told = Vec::new();
                    error(&mut told, ending.text);
                    self.hand_over(waiting, &told);
                }
                _ => self.hand_over(waiting, reply),
            }
        }
        Ok(used)
    }

    /// A reply, to who waits for it; it may be there no more.
    #[inline]
    pub(super) fn hand_over(&mut self, waiting: Waiting, reply: &[u8]) {
        let index = waiting.client as usize;
        let Some(client) = self.clients.get_mut(index).filter(|it| it.generation == waiting.generation)
        else {
            return self.hand_elsewhere(waiting, reply);
        };
        let sent = client.receive(waiting.number, waiting.part, reply, &mut self.stock);
        if sent > 0 {
            self.counters[client.pool].sent += sent as u64;
        }
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
        if self.clients[index].subscriber.as_ref().is_none_or(|it| !it.is_unconfirmed()) {
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
        let to_server = &mut self.to_servers[connection.pool][connection.server];
        if let Some(left_out) = to_server.log.admit(Instant::now()) {
            let pending = connection.waiting.len();
            tracing::warn!(pool = pool.name, server, pending, reason = text, left_out, "closed");
        }
        // That this proxy has no room, or needs it no more, is no failure of the server's.
        if !connection.leaves && text != FULL {
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
}

/// What twemproxy says of a server that closed its connection.
const END: &str = "ERR unknown";

/// What it says of one that sends what cannot be.
const WRONG: &str = "ERR Invalid argument";

/// More is buffered than may be, and most of it on this connection.
pub(super) const FULL: &str = "ERR the proxy holds more than it may";

/// What a server says instead of what it was asked for, or before it was: why it refuses the connection, as when it has
/// too many. What is no error is the reply to something else, and would be taken for the next one's.
#[cold]
fn said_by_server(reply: &[u8]) -> Cow<'static, str> {
    match reply.strip_prefix(b"-") {
        Some(text) => String::from_utf8_lossy(text).trim_end().to_owned().into(),
        None => WRONG.into(),
    }
}

/// What it says of one that took too long.
pub(super) const LATE: &str = "ERR Connection timed out";

/// Whether the process, or the system, has no room for another open file: EMFILE, ENFILE.
pub(super) fn is_out_of_files(problem: &io::Error) -> bool {
    matches!(problem.raw_os_error(), Some(23 | 24))
}

/// What twemproxy says: libc's words for the cause.
pub(super) fn text_of(problem: &io::Error) -> &'static str {
    match problem.kind() {
        _ if is_out_of_files(problem) => "ERR Too many open files",
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
