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
mod control;
mod counters;
mod gather;
mod listener;
mod pool;
mod server;
mod stats;
mod stream;
mod subscriber;
mod transaction;
mod worker;

use std::{
    fmt, io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use keyhome::{Error, ErrorKind, config::Config};

use crate::{
    control::{Control, Line},
    listener::Listener,
    pool::Pool,
    stats::StatsListener,
    worker::Worker,
};

/// How the proxy runs, but for what the config says.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Threads, each with a listener of its own for every pool.
    pub threads: usize,
    /// Where statistics are to be had: a host, or the path of a unix socket; none: nowhere.
    pub stats_address: Option<String>,
    /// The port for them.
    pub stats_port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, stats_address: None, stats_port: 22222 }
    }
}

/// A proxy that runs.
pub struct Proxy {
    lines: Arc<Vec<Line>>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl Proxy {
    /// Whether `config` can be served, as far as the config alone tells.
    ///
    /// # Errors
    /// [`Failure::Pool`].
    pub fn check(config: &Config) -> Result<(), Failure> {
        config.pools.iter().try_for_each(|pool| servable(pool).map(drop))
    }

    /// Serves every pool of `config` from now on.
    ///
    /// # Errors
    /// [`Failure`]; then nobody is served.
    pub fn start(config: &Config, options: &Options) -> Result<Self, Failure> {
        let pools = config.pools.iter().map(servable).collect::<Result<Vec<_>, _>>()?;
        let start = Instant::now();
        let (mut workers, mut lines) = (Vec::new(), Vec::new());
        for _ in 0..options.threads.max(1) {
            let mut listeners = Vec::new();
            for (at, pool) in pools.iter().enumerate() {
                listeners.push(Listener::bind(&pool.settings, at).map_err(|error| Failure::Listen {
                    who: format!("pool `{}`", pool.name),
                    listen:
                        pool.settings.listen.as_ref().map(|listen| listen.text.clone()).unwrap_or_default(),
                    error,
                })?);
            }
            let (worker, line) =
                Worker::new(listeners, &pools, start, workers.is_empty()).map_err(Failure::System)?;
            workers.push(worker);
            lines.push(line);
        }
        let lines = Arc::new(lines);
        if let Some(address) = &options.stats_address {
            let stats = StatsListener::bind(address, options.stats_port);
            let stats = stats.map_err(|error| Failure::Listen {
                who: "the statistics".into(),
                listen: if address.starts_with('/') {
                    address.clone()
                } else {
                    format!("{address}:{}", options.stats_port)
                },
                error,
            })?;
            stats.serve(Arc::clone(&lines), pools);
        }
        let threads = workers.into_iter().map(|worker| thread::spawn(|| worker.run())).collect();
        Ok(Self { lines, threads })
    }

    /// Takes no more clients, and waits until those there are have the replies to what they have sent, but no longer than
    /// `within`. Whether all had them.
    ///
    /// # Errors
    /// What the system says.
    pub fn stop(self, within: Duration) -> io::Result<bool> {
        for line in self.lines.iter() {
            line.send(Control::Stop)?;
        }
        let deadline = Instant::now() + within;
        while self.threads.iter().any(|thread| !thread.is_finished()) {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(true)
    }

    /// Whether a thread has ended that should not have.
    pub fn has_failed(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
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
    /// A place cannot be listened at.
    Listen {
        /// For what.
        who: String,
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
            Self::Listen { who, listen, error } => write!(f, "{who} cannot listen on {listen}: {error}"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

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
