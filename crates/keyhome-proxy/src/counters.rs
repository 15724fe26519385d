//! What a worker counts. It alone writes, and hands copies to who asks, so that counting costs an addition.

use crate::{error_kinds::ErrorCounts, latencies::Latencies};

/// Of one pool, in one worker; added up over workers for who looks at them. The names are nutcracker's.
#[derive(Debug, Clone, Default)]
pub(crate) struct PoolCounters {
    /// Clients that closed, or said QUIT.
    pub(crate) client_eof: u64,
    /// Clients that were closed for another reason.
    pub(crate) client_err: u64,
    /// Clients that are connected.
    pub(crate) client_connections: u64,
    /// Errors that the proxy answered.
    pub(crate) forward_error: u64,
    /// Parts of requests that were split.
    pub(crate) fragments: u64,
    /// Clients that were ever accepted.
    pub(crate) clients: u64,
    /// Clients that were refused, as there were too many.
    pub(crate) refused: u64,
    /// What clients have asked for, whoever answers.
    pub(crate) requests: u64,
    /// Bytes from clients.
    pub(crate) received: u64,
    /// Bytes to clients.
    pub(crate) sent: u64,
    /// Errors that are the proxy's own.
    pub(crate) errors: ErrorCounts,
    pub(crate) servers: Vec<ServerCounters>,
}

/// Of one server.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerCounters {
    /// Connections that the server closed.
    pub(crate) server_eof: u64,
    /// Connections that ended for another reason.
    pub(crate) server_err: u64,
    /// Connections that were closed as an answer took too long.
    pub(crate) server_timedout: u64,
    /// Connections that there are.
    pub(crate) server_connections: u64,
    pub(crate) requests: u64,
    pub(crate) request_bytes: u64,
    pub(crate) responses: u64,
    pub(crate) response_bytes: u64,
    /// Requests that wait to be written.
    pub(crate) in_queue: u64,
    pub(crate) in_queue_bytes: u64,
    /// Requests that were written and wait for their reply.
    pub(crate) out_queue: u64,
    pub(crate) out_queue_bytes: u64,
    /// Replies that are errors.
    pub(crate) error_replies: u64,
    /// From when a request was written to when its reply was there.
    pub(crate) latencies: Latencies,
}

impl ServerCounters {
    #[inline]
    pub(crate) fn count_request(&mut self, bytes: u64) {
        self.requests += 1;
        self.request_bytes += bytes;
    }

    #[inline]
    pub(crate) fn count_response(&mut self, reply: &[u8]) {
        self.responses += 1;
        self.response_bytes += reply.len() as u64;
        self.error_replies += u64::from(matches!(reply.first(), Some(b'-' | b'!')));
    }
}

impl PoolCounters {
    pub(crate) fn new(servers: usize) -> Self {
        Self { servers: vec![ServerCounters::default(); servers], ..Self::default() }
    }

    /// Adds those of another worker.
    pub(crate) fn add(&mut self, other: &Self) {
        self.client_eof += other.client_eof;
        self.client_err += other.client_err;
        self.client_connections += other.client_connections;
        self.forward_error += other.forward_error;
        self.fragments += other.fragments;
        self.clients += other.clients;
        self.refused += other.refused;
        self.requests += other.requests;
        self.received += other.received;
        self.sent += other.sent;
        self.errors.add(&other.errors);
        for (mine, others) in self.servers.iter_mut().zip(&other.servers) {
            mine.add(others);
        }
    }
}

macro_rules! fields {
    ($($name:ident)*) => {
        impl ServerCounters {
            /// Each with its name, in nutcracker's order.
            pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }

            fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
                self.error_replies += other.error_replies;
                self.latencies.add(&other.latencies);
            }
        }
    };
}

fields! {
    server_eof server_err server_timedout server_connections requests request_bytes responses response_bytes in_queue
    in_queue_bytes out_queue out_queue_bytes
}
