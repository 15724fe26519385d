//! A proxy for Redis that takes twemproxy's place: a nutcracker.yml as it stands, every key at its home, and today's
//! clients at their default options.
//!
//! A request is read where it lies in what the client sent; its keys are found by the core's table, their home by the
//! core's router; it goes to the server as it came, and the reply to the client as it came. Each thread has clients and
//! connections to servers of its own; they share who is live. The way of a request:
//!
//! | step | file |
//! |---|---|
//! | clients are accepted, read from, written to, closed | `worker/turns.rs`, `worker/accepting.rs`, `worker/requests.rs`, `worker/closing.rs` |
//! | what the proxy answers itself, or asks all threads or servers | `answers/`, `worker/own.rs`, `worker/survey.rs`, `survey.rs`, `combine.rs` |
//! | where a request goes that is not about one key alone | `worker/routing.rs` |
//! | the home of a key, servers that are out | `pool/` |
//! | one command a server, one reply of several | `worker/splitting.rs`, `worker/parts.rs`, `gather.rs` |
//! | connections to servers, replies | `worker/servers.rs`, `worker/connecting.rs`, `server.rs`, `resolver.rs` |
//! | the order of a client's replies | `client/replies.rs` |
//! | another config while clients are served | `reload.rs`, `worker/reload.rs` |
//! | what is counted, and who is told | `counters.rs`, `latencies.rs`, `error_kinds.rs`, `stats.rs`, `metrics/` |
//! | other writers to the servers | `registration/` |
//! | slow requests and hot keys | `sent_requests.rs`, `slow_log.rs`, `hot_keys.rs` |
//! | what needs a connection of its own | `worker/private.rs`, `blocking.rs`, `unblocking.rs`, `transactions.rs`, `pinning.rs`, `subscriptions.rs` |
//! | how much is held, and for how long | `limits.rs`, `worker/holding.rs` |

mod answers;
mod buffers;
mod client;
mod combine;
mod control;
mod counters;
mod error_kinds;
mod gather;
mod host;
mod hot_keys;
mod latencies;
mod limits;
mod listener;
mod log_limit;
mod metrics;
mod pool;
mod proxy;
mod registration;
mod reload;
mod resolver;
mod sent_requests;
mod server;
mod slow_log;
mod stats;
mod stream;
mod subscriber;
mod survey;
mod transaction;
mod worker;

use std::{fmt, io, sync::Arc};

use keyhome::{Error, ErrorKind};

use crate::pool::Pool;

pub use crate::{
    limits::Limits,
    proxy::{Options, Proxy},
    registration::OnDifference,
    reload::{ReloadRequest, Reloaded},
};

/// Why the proxy does not run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// A pool that cannot be served: `config.memcached`, or without `listen`.
    Pool {
        /// Its name.
        pool: String,
        /// What is wrong.
        error: Error,
    },
    /// A place cannot be listened at.
    Listen {
        /// For what.
        who: String,
        /// Where.
        listen: String,
        /// What the system says.
        error: io::Error,
    },
    /// Another writer to the servers of a pool places keys differently.
    Fingerprint(Error),
    /// The system refuses what a thread needs.
    System(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool { pool, error } => write!(f, "pool `{pool}`: {error}"),
            Self::Listen { who, listen, error } => write!(f, "{who} cannot listen on {listen}: {error}"),
            Self::Fingerprint(error) => error.fmt(f),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// The pool as it will be served; it takes over what its namesake among `served` has kept.
fn servable(
    pool: &keyhome::config::Pool,
    options: &Options,
    served: &[Arc<Pool>],
) -> Result<Arc<Pool>, Failure> {
    let failure = |error| Failure::Pool { pool: pool.name.clone(), error };
    if pool.settings.listen.is_none() {
        let error = Error::new(ErrorKind::ConfigField, "`listen` is missing: where clients connect");
        return Err(failure(error));
    }
    if !pool.settings.redis {
        let error =
            Error::new(ErrorKind::ConfigMemcached, "the pool is memcached's, as `redis: true` is not given");
        return Err(failure(error));
    }
    let old = served.iter().find(|old| old.name == pool.name);
    Pool::new(pool, options, old.map(Arc::as_ref)).map(Arc::new).map_err(failure)
}
