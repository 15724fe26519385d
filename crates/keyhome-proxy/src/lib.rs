//! A proxy for Redis that takes twemproxy's place: a nutcracker.yml as it stands, every key at its home, and today's
//! clients at their default options.
//!
//! A request is read where it lies in what the client sent; its keys are found by the core's table, their home by the
//! core's router; it goes to the server as it came, and the reply to the client as it came. Each thread has clients and
//! connections to servers of its own; they share who is live. The way of a request:
//!
//! | step | file |
//! |---|---|
//! | clients are accepted, read from, written to | `worker/mod.rs`, `worker/requests.rs` |
//! | what the proxy answers itself | `answers/` |
//! | the home of a key, servers that are out | `pool.rs` |
//! | one command a server, one reply of several | `worker/parts.rs`, `gather.rs` |
//! | connections to servers, replies | `worker/servers.rs`, `server.rs` |
//! | the order of a client's replies | `client/replies.rs` |
//! | what needs a connection of its own | `worker/private.rs`, `blocking.rs`, `transactions.rs`, `subscriptions.rs` |

mod answers;
mod buffers;
mod client;
mod gather;
mod listener;
mod pool;
mod server;
mod stream;
mod subscriber;
mod transaction;
mod worker;

use std::{fmt, io, sync::Arc, thread, time::Instant};

use keyhome::{Error, ErrorKind, config::Config};

use crate::{listener::Listener, pool::Pool, worker::Worker};

/// How the proxy runs, but for what the config says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Threads, each with a listener of its own for every pool.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1 }
    }
}

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
    /// A pool cannot listen.
    Listen {
        /// The pool's name.
        pool: String,
        /// Where.
        listen: String,
        /// What the system says.
        error: io::Error,
    },
    /// The system refuses what a thread needs.
    System(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pool { pool, error } => write!(f, "pool `{pool}`: {error}"),
            Self::Listen { pool, listen, error } => {
                write!(f, "pool `{pool}` cannot listen on {listen}: {error}")
            }
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// Serves every pool of `config`, until the process ends.
///
/// # Errors
/// [`Failure`]; then no client was served.
pub fn run(config: &Config, options: &Options) -> Result<(), Failure> {
    let pools = config.pools.iter().map(servable).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..options.threads.max(1) {
        let mut listeners = Vec::new();
        for (at, pool) in pools.iter().enumerate() {
            listeners.push(Listener::bind(&pool.settings, at).map_err(|error| Failure::Listen {
                pool: pool.name.clone(),
                listen: pool.settings.listen.as_ref().map(|listen| listen.text.clone()).unwrap_or_default(),
                error,
            })?);
        }
        workers.push(Worker::new(listeners, &pools, start).map_err(Failure::System)?);
    }
    let threads: Vec<_> = workers.into_iter().map(|worker| thread::spawn(|| worker.run())).collect();
    for thread in threads {
        let ended = thread.join().map_err(|_| io::Error::other("a thread has stopped; this is a bug"));
        ended.and_then(|ended| ended).map_err(Failure::System)?;
    }
    Ok(())
}

fn servable(pool: &keyhome::config::Pool) -> Result<Arc<Pool>, Failure> {
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
    Pool::new(pool).map(Arc::new).map_err(failure)
}
