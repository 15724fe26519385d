//! A pool as one worker sees it: where it sends what, without a lock as long as nothing fails.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use keyhome::{Error, ErrorKind, Router, health::LiveSet};

use super::Pool;
use crate::hot_keys::OfThread;

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
