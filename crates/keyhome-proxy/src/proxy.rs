//! The proxy as its owner sees it: started, reloaded, stopped.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use keyhome::config::Config;

use crate::{
    Failure,
    control::{Control, Line, Wish},
    limits::{Held, Limits},
    listener::Listener,
    metrics::MetricsListener,
    pool::Pool,
    registration::{Errand, OnDifference, Registrar},
    resolver::Resolver,
    servable,
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
    /// The host at which Prometheus finds metrics; none: nowhere.
    pub metrics_address: Option<String>,
    /// The port for them.
    pub metrics_port: u16,
    /// Requests that take as many microseconds are kept for SLOWLOG; none: no request is.
    pub slowlog_slower_than: Option<u64>,
    /// How many of them are kept for each pool.
    pub slowlog_max_len: usize,
    /// Counters for hot keys, for each pool and thread; 0: none are counted.
    pub hot_keys: usize,
    /// What may be held.
    pub limits: Limits,
    /// Servers are told how keys are placed, and other writers' telling is compared; none: neither.
    pub fingerprint: Option<OnDifference>,
    /// FLUSHDB, FLUSHALL and FUNCTION FLUSH go to all servers; otherwise they are refused.
    pub allow_flush: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            stats_address: None,
            stats_port: 22222,
            metrics_address: None,
            metrics_port: 0,
            slowlog_slower_than: Some(10_000),
            slowlog_max_len: 128,
            hot_keys: 0,
            limits: Limits::default(),
            fingerprint: None,
            allow_flush: false,
        }
    }
}

/// What all threads use, beside the pools.
#[derive(Default)]
pub(crate) struct Shared {
    /// Of the registrar, if there is one.
    pub(crate) errands: Option<Sender<Errand>>,
    pub(crate) held: Arc<Held>,
    pub(crate) resolver: Arc<Resolver>,
}

/// A proxy that runs.
pub struct Proxy {
    pub(crate) lines: Arc<Vec<Line>>,
    threads: Vec<JoinHandle<io::Result<()>>>,
    /// Those that are served.
    pub(crate) pools: Vec<Arc<Pool>>,
    pub(crate) options: Options,
    pub(crate) registrar: Option<Registrar>,
    pub(crate) start: Instant,
    pub(crate) wishes: Receiver<Wish>,
}

impl Proxy {
    /// Whether `config` can be served, as far as the config alone tells.
    ///
    /// # Errors
    /// [`Failure::Pool`].
    pub fn check(config: &Config) -> Result<(), Failure> {
        let options = Options::default();
        config.pools.iter().try_for_each(|pool| servable(pool, &options, &[]).map(drop))
    }

    /// Serves every pool of `config` from now on.
    ///
    /// # Errors
    /// [`Failure`]; then nobody is served.
    pub fn start(config: &Config, options: &Options) -> Result<Self, Failure> {
        let pools = config.pools.iter().map(|pool| servable(pool, options, &[]));
        let pools = pools.collect::<Result<Vec<_>, _>>()?;
        // Before anybody can connect. What is wrong further down drops it, and it takes back what it said.
        let registrar = options.fingerprint.map(|on_difference| Registrar::start(&pools, on_difference));
        let registrar = registrar.transpose()?;
        let start = Instant::now();
        let (mut workers, mut lines) = (Vec::new(), Vec::new());
        let count = options.threads.max(1);
        let mut listeners: Vec<Vec<Listener>> = (0..count).map(|_| Vec::new()).collect();
        for (at, pool) in pools.iter().enumerate() {
            share_out(bind(pool, at, count)?, &mut listeners);
        }
        let errands = registrar.as_ref().map(Registrar::errands);
        let shared = Shared { errands, ..Shared::default() };
        let (wish, wishes) = mpsc::channel();
        for (number, listeners) in listeners.into_iter().enumerate() {
            let worker = Worker::new(number, listeners, &pools, options, &shared, start, wish.clone());
            let (worker, line) = worker.map_err(Failure::System)?;
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
            stats.serve(Arc::clone(&lines));
        }
        if let Some(address) = &options.metrics_address {
            let metrics = MetricsListener::bind(address, options.metrics_port);
            let metrics = metrics.map_err(|error| Failure::Listen {
                who: "the metrics".into(),
                listen: format!("{address}:{}", options.metrics_port),
                error,
            })?;
            metrics.serve(Arc::clone(&lines));
        }
        let threads = workers.into_iter().map(|mut worker| {
            worker.meet(Arc::clone(&lines));
            thread::spawn(|| worker.run())
        });
        let threads = threads.collect();
        Ok(Self { lines, threads, pools, options: options.clone(), registrar, start, wishes })
    }

    /// Takes no more clients, and waits until those there are have the replies to what they have sent, but no longer than
    /// `within`. Whether all had them.
    ///
    /// # Errors
    /// What the system says.
    pub fn stop(mut self, within: Duration) -> io::Result<bool> {
        for line in self.lines.iter() {
            line.send(Control::Stop)?;
        }
        let deadline = Instant::now() + within;
        let mut all = true;
        while all && self.threads.iter().any(|thread| !thread.is_finished()) {
            all = Instant::now() < deadline;
            thread::sleep(Duration::from_millis(5));
        }
        // Until here clients have written.
        drop(self.registrar.take());
        Ok(all)
    }

    /// Whether a thread has ended that should not have.
    pub fn has_failed(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }
}

/// Listeners for pool number `at`, one for each thread.
pub(crate) fn bind(pool: &Pool, at: usize, count: usize) -> Result<Vec<Listener>, Failure> {
    Listener::bind(&pool.settings, at, count).map_err(|error| Failure::Listen {
        who: format!("pool `{}`", pool.name),
        listen: pool.settings.listen.as_ref().map(|listen| listen.text.clone()).unwrap_or_default(),
        error,
    })
}

/// Gives each thread one of them.
pub(crate) fn share_out(listeners: Vec<Listener>, threads: &mut [Vec<Listener>]) {
    for (listener, thread) in listeners.into_iter().zip(threads) {
        thread.push(listener);
    }
}
