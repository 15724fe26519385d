//! A pool as all workers share it: who is live, and so where keys are.

mod view;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use keyhome::{
    Error, Health, Outcome, Router,
    config::{self, Settings, Socket},
    health::Event,
};

use crate::{Options, answers::REDIS_VERSION, hot_keys::HotKeysOfPool, slow_log::SlowLog};

pub(crate) use view::{PoolView, Refusal};

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
    /// What a server has said.
    redis_version: OnceLock<String>,
    /// The pool that took its place with a reload.
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
