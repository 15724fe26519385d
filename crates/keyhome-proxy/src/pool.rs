//! A pool as all workers share it: who is live, and so where keys are.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use keyhome::{
    Error, ErrorKind, Health, Outcome, Router,
    config::{self, Settings, Socket},
    health::{Event, LiveSet},
};

use crate::{
    Options,
    answers::REDIS_VERSION,
    hot_keys::{HotKeysOfPool, OfThread},
    slow_log::SlowLog,
};

/// A pool and the state of its servers.
pub(crate) struct Pool {
    pub(crate) name: String,
    pub(crate) settings: Settings,
    pub(crate) slow_log: Arc<SlowLog>,
    pub(crate) hot_keys: Arc<HotKeysOfPool>,
    /// With all servers.
    all: Router,
    state: Mutex<State>,
    /// Whether there is anything that `state` has to be asked before a request, or told after a reply: nothing is as long
    /// as nothing failed.
    troubled: AtomicBool,
    /// Counts the changes of placement.
    version: AtomicU64,
    /// The pool that took its place with a reload.
    /// What a server has said.
    redis_version: OnceLock<String>,
    successor: OnceLock<Arc<Pool>>,
}

struct State {
    health: Health,
    /// Without those that are out.
    router: Arc<Router>,
    /// How often each server was taken out, and when it was last.
    ejections: Vec<Ejections>,
}

/// How often a server was taken out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ejections {
    pub(crate) count: u64,
    /// The last time, in microseconds since 1970; 0: never.
    pub(crate) last: u64,
    /// It is out.
    pub(crate) is_out: bool,
}

/// Why a request has no server to go to.
pub(crate) enum Refusal {
    /// All servers are out.
    AllOut,
    /// The key's server is out and keeps its keys (`on_failure: fail`).
    Out,
    /// The key has no home.
    NoHome(Error),
}

impl fmt::Display for Refusal {
    /// The error reply. Of a server that is out clients are told what twemproxy tells them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllOut | Self::Out => f.write_str("ERR Connection refused"),
            Self::NoHome(error) => write!(f, "ERR {}: {error}", error.kind()),
        }
    }
}

impl Pool {
    /// Slow log and hot keys are those of the pool whose place it is to take, if there is one.
    pub(crate) fn new(pool: &config::Pool, options: &Options, old: Option<&Self>) -> Result<Self, Error> {
        let all = pool.router()?;
        let health = Health::new(pool.settings.health_rules(), all.nodes().len())?;
        let (slow_log, hot_keys) = match old {
            Some(old) => (Arc::clone(&old.slow_log), Arc::clone(&old.hot_keys)),
            None => (
                Arc::new(SlowLog::new(options.slowlog_slower_than, options.slowlog_max_len)),
                Arc::new(HotKeysOfPool::new(options.hot_keys)?),
            ),
        };
        Ok(Self {
            name: pool.name.clone(),
            settings: pool.settings.clone(),
            slow_log,
            hot_keys,
            state: Mutex::new(State {
                health,
                router: Arc::new(all.clone()),
                ejections: vec![Ejections::default(); all.nodes().len()],
            }),
            all,
            troubled: AtomicBool::new(false),
            version: AtomicU64::new(0),
            redis_version: OnceLock::new(),
            successor: OnceLock::new(),
        })
    }

    /// Takes the place of a pool of the same name: what is known of servers stays known. Threads that still serve the old
    /// one report to this one from now on, so that nothing is lost between the two.
    pub(crate) fn succeed(self: &Arc<Self>, old: &Self, now: u64) {
        let mut before = old.state();
        let mut state = self.state();
        old.tell(&mut before);
        let rules = self.settings.health_rules();
        match before.health.reloaded(rules, old.all.nodes(), self.all.nodes(), now) {
            Ok(health) => state.health = health,
            // All are taken to be well, then.
            Err(error) => tracing::error!(pool = self.name, %error, "health"),
        }
        for (node, ejections) in old.all.nodes().iter().zip(&before.ejections) {
            let index = self.all.nodes().iter().position(|new| new.name == node.name);
            if let Some(place) = index.and_then(|index| state.ejections.get_mut(index)) {
                *place = *ejections;
            }
        }
        self.tell(&mut state);
        // Nobody else sets it: reloads come one after the other.
        let _ = old.successor.set(Arc::clone(self));
    }

    /// The place in this pool of a server of the old one, where it stays: same name, same address.
    pub(crate) fn server_of(&self, old: &Self, server: usize) -> Option<usize> {
        let old = old.all.nodes().get(server)?;
        self.all.nodes().iter().position(|new| new.name == old.name && new.address == old.address)
    }

    /// The version of Redis that clients are told.
    pub(crate) fn redis_version(&self) -> &str {
        self.redis_version.get().map_or(REDIS_VERSION, String::as_str)
    }

    pub(crate) fn knows_redis_version(&self) -> bool {
        self.redis_version.get().is_some()
    }

    /// A server has said its version; the first one that does is believed.
    pub(crate) fn learn_redis_version(&self, version: &str) {
        self.redis_version.get_or_init(|| version.to_owned());
    }

    /// The port where clients connect.
    pub(crate) fn port(&self) -> Option<u16> {
        match self.settings.listen.as_ref()?.socket {
            Socket::Tcp { port, .. } => Some(port),
            Socket::Unix { .. } => None,
        }
    }

    /// The router with all servers.
    pub(crate) fn all(&self) -> &Router {
        &self.all
    }

    /// How often each server was taken out, and whether it is.
    pub(crate) fn ejections(&self) -> Vec<Ejections> {
        let state = self.state();
        let servers = state.ejections.iter().enumerate();
        servers.map(|(index, it)| Ejections { is_out: !state.health.is_live(index), ..*it }).collect()
    }

    /// A panic of another worker does not make what it left unusable: health is changed call by call.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of a request to a server.
    #[inline]
    pub(crate) fn report(&self, server: usize, outcome: Outcome, now: u64) {
        if outcome == Outcome::Reply && !self.troubled.load(Ordering::Relaxed) {
            return;
        }
        self.report_now(server, outcome, now);
    }

    #[cold]
    fn report_now(&self, server: usize, outcome: Outcome, now: u64) {
        let mut state = self.state();
        if let Some(successor) = self.successor.get() {
            drop(state);
            if let Some(server) = successor.server_of(self, server) {
                successor.report_now(server, outcome, now);
            }
            return;
        }
        if let Err(error) = state.health.report(server, outcome, now) {
            tracing::error!(pool = self.name, %error, "health");
        }
        self.tell(&mut state);
    }

    /// The servers that are to be checked now (`on_failure: probe`).
    pub(crate) fn due_checks(&self, now: u64) -> Vec<usize> {
        if !self.troubled.load(Ordering::Relaxed) {
            return Vec::new();
        }
        self.state().health.due_checks(now)
    }

    fn tell(&self, state: &mut State) {
        self.troubled.store(!state.health.is_calm(), Ordering::Relaxed);
        for event in state.health.take_events() {
            let name = |index: usize| self.all.nodes().get(index).map_or("?", |node| &node.name);
            match event {
                Event::Ejected { index, .. } | Event::Postponed { index, .. } => {
                    tracing::warn!(pool = self.name, server = name(index), "ejected");
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    if let Some(ejections) = state.ejections.get_mut(index) {
                        ejections.count += 1;
                        ejections.last = now.as_micros() as u64;
                    }
                }
                Event::Returned { index, away, keys_elsewhere, .. } => {
                    let away_ms = away / 1000;
                    tracing::warn!(
                        pool = self.name,
                        server = name(index),
                        away_ms,
                        keys_elsewhere,
                        "returned"
                    );
                }
                Event::AllGone { .. } => tracing::error!(pool = self.name, "all servers are out"),
                _ => {}
            }
        }
    }
}

/// A pool as one worker sees it.
pub(crate) struct PoolView {
    pub(crate) pool: Arc<Pool>,
    router: Arc<Router>,
    version: u64,
    /// The version whose channels are listened to.
    followed: u64,
    dice: u64,
    hot_keys: Option<OfThread>,
}

impl PoolView {
    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        let router = Arc::clone(&pool.state().router);
        let dice = &raw const router as u64 | 1;
        let hot_keys = pool.hot_keys.of_thread();
        let version = pool.version.load(Ordering::Acquire);
        Self { version, followed: version, router, pool, dice, hot_keys }
    }

    /// Takes note of servers that are out or back, as a request would. Where all are out, placement stays what it was.
    pub(crate) fn refresh(&mut self, now: u64) {
        if self.pool.troubled.load(Ordering::Relaxed) {
            let _: Result<(), Refusal> = self.update(now);
        }
    }

    /// Whether keys have other homes than when this was last asked.
    #[inline]
    pub(crate) fn has_moved(&mut self) -> bool {
        if self.pool.version.load(Ordering::Relaxed) == self.followed {
            return false;
        }
        self.catch_up();
        self.followed = self.version;
        true
    }

    /// Not all could be done about it: it is asked again.
    pub(crate) fn follow_again(&mut self) {
        self.followed = u64::MAX;
    }

    #[cold]
    fn catch_up(&mut self) {
        let state = self.pool.state();
        self.version = self.pool.version.load(Ordering::Acquire);
        self.router = Arc::clone(&state.router);
    }

    /// Whether keys are placed on this server now.
    pub(crate) fn is_live(&self, server: usize) -> bool {
        self.router.is_live(server)
    }

    /// The server of a key, which is counted.
    #[inline]
    pub(crate) fn home(&mut self, key: &[u8], now: u64) -> Result<usize, Refusal> {
        if let Some(hot_keys) = &self.hot_keys {
            hot_keys.record(key, now);
        }
        self.place(key, now)
    }

    /// The server of what is placed as if it were a key.
    #[inline]
    pub(crate) fn place(&mut self, key: &[u8], now: u64) -> Result<usize, Refusal> {
        if self.pool.troubled.load(Ordering::Relaxed) {
            self.update(now)?;
        }
        match self.router.index(key) {
            Ok(server) => self.admitted(server, now),
            Err(error) if error.kind() == ErrorKind::PlacementRandom => self.any(now),
            Err(error) => Err(Refusal::NoHome(error)),
        }
    }

    /// Any server that is live.
    pub(crate) fn any(&mut self, now: u64) -> Result<usize, Refusal> {
        if self.pool.troubled.load(Ordering::Relaxed) {
            self.update(now)?;
        }
        // xorshift: which one does not matter.
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        let servers = self.router.nodes().len();
        let start = (self.dice % servers as u64) as usize;
        let live = (start..servers).chain(0..start).find(|server| self.router.is_live(*server));
        self.admitted(live.unwrap_or(start), now)
    }

    /// The router without the servers that are out.
    pub(crate) fn router(&mut self, now: u64) -> Result<&Router, Refusal> {
        if self.pool.troubled.load(Ordering::Relaxed) {
            self.update(now)?;
        }
        Ok(&self.router)
    }

    /// The servers that are live.
    pub(crate) fn live(&self) -> impl Iterator<Item = usize> {
        (0..self.router.nodes().len()).filter(|server| self.router.is_live(*server))
    }

    fn admitted(&self, server: usize, now: u64) -> Result<usize, Refusal> {
        if self.pool.troubled.load(Ordering::Relaxed) && self.pool.state().health.admit(server, now).is_err()
        {
            return Err(Refusal::Out);
        }
        Ok(server)
    }

    #[cold]
    fn update(&mut self, now: u64) -> Result<(), Refusal> {
        let pool = &self.pool;
        let mut state = pool.state();
        match state.health.update(now) {
            LiveSet::Empty => return Err(Refusal::AllOut),
            LiveSet::Changed => match pool.all.without_indexes(&state.health.gone()) {
                Ok(router) => {
                    state.router = Arc::new(router);
                    pool.version.fetch_add(1, Ordering::Release);
                }
                Err(error) => tracing::error!(pool = pool.name, %error, "placement"),
            },
            LiveSet::Same => {}
        }
        pool.tell(&mut state);
        let version = pool.version.load(Ordering::Acquire);
        if version != self.version {
            self.version = version;
            self.router = Arc::clone(&state.router);
        }
        Ok(())
    }
}
