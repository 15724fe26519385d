//! Another config while clients are served: all that can fail is done before anything changes.

use std::sync::{Arc, mpsc};

use keyhome::config::{Config, Socket};
use keyhome_resp::{array, bulk, error, simple};

use crate::{
    Failure, Proxy,
    control::{Change, Control, Wish},
    listener::{self, Listener},
    pool::Pool,
    proxy::{bind, share_out},
    registration::{OnDifference, Registrar},
    servable,
};

/// What a reload did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reloaded {
    /// Pools that were not served before.
    pub added: usize,
    /// Pools that were served before, by name.
    pub kept: usize,
    /// Pools that are not served any more.
    pub removed: usize,
    /// Where [`reload_with`](Proxy::reload_with) was to warn: of each other writer that places keys differently who it
    /// is, since when, and by which fingerprint.
    pub apart: Vec<String>,
}

/// A client has said KEYHOME RELOAD and waits for the outcome.
pub struct ReloadRequest(Wish);

impl ReloadRequest {
    /// What is to be done this time where another writer places keys differently; none: what the options say.
    pub fn on_difference(&self) -> Option<OnDifference> {
        self.0.on_difference
    }
}

impl Proxy {
    /// Serves the pools of `config` from now on, when all threads do. No client of a pool that stays, which is one of the
    /// same name, is dropped: connections to servers stay where address, password and database do, with all that is
    /// under way on them; others are closed when what is under way is answered. What is known of the health of servers
    /// stays known. Clients of pools that are gone have the replies that they are owed.
    ///
    /// # Errors
    /// [`Failure`]; then nothing has changed.
    pub fn reload(&mut self, config: &Config) -> Result<Reloaded, Failure> {
        self.reload_with(config, None)
    }

    /// As [`reload`](Self::reload). With `on_difference` that is done, this time, where another writer places keys
    /// differently; it has no effect where [`Options::fingerprint`](crate::Options::fingerprint) is none.
    ///
    /// # Errors
    /// [`Failure`]; then nothing has changed.
    pub fn reload_with(
        &mut self,
        config: &Config,
        on_difference: Option<OnDifference>,
    ) -> Result<Reloaded, Failure> {
        let pools = config.pools.iter().map(|pool| servable(pool, &self.options, &self.pools));
        let pools = pools.collect::<Result<Vec<_>, _>>()?;
        let prepare = |registrar: &Registrar| registrar.prepare(&pools, on_difference);
        let mut prepared = self.registrar.as_ref().map(prepare).transpose()?;
        let apart = prepared.as_mut().map(|prepared| std::mem::take(&mut prepared.apart)).unwrap_or_default();
        let listeners = match (self.listen_anew(&pools), &self.registrar, prepared) {
            (Ok(listeners), Some(registrar), Some(prepared)) => {
                registrar.exchange(prepared);
                listeners
            }
            (Err(failure), Some(registrar), Some(prepared)) => {
                registrar.abandon(prepared);
                return Err(failure);
            }
            (listeners, ..) => listeners?,
        };
        let old = std::mem::replace(&mut self.pools, pools);
        let now = self.start.elapsed().as_micros() as u64;
        let mut reloaded = Reloaded { added: 0, kept: 0, removed: 0, apart };
        for pool in &self.pools {
            match old.iter().find(|old| old.name == pool.name) {
                Some(old) => {
                    pool.succeed(old, now);
                    reloaded.kept += 1;
                }
                None => reloaded.added += 1,
            }
        }
        reloaded.removed = old.len() - reloaded.kept;
        let (done, all_done) = mpsc::channel();
        for (line, listeners) in self.lines.iter().zip(listeners) {
            let change = Change { pools: self.pools.clone(), listeners, done: done.clone() };
            line.send(Control::Reload(change)).map_err(Failure::System)?;
        }
        drop(done);
        // Each sends one word and lets go of its end, and a thread that has ended lets go of it, too.
        while all_done.recv().is_ok() {}
        self.settle_places(&old);
        Ok(reloaded)
    }

    /// Listeners, by thread, at the places where nobody listens yet.
    fn listen_anew(&self, pools: &[Arc<Pool>]) -> Result<Vec<Vec<Listener>>, Failure> {
        let mut listeners: Vec<Vec<Listener>> = self.lines.iter().map(|_| Vec::new()).collect();
        let mut bound = Vec::new();
        for (at, pool) in pools.iter().enumerate() {
            let Some(place) = place_of(pool) else { continue };
            let is_among = |pools: &[Arc<Pool>]| {
                pools.iter().filter_map(place_of).any(|other| listener::is_same(other, place))
            };
            let before = pools.get(..at).unwrap_or_default();
            // One place under two texts: binding it twice fails, as it does at the start.
            if is_among(&self.pools) && !is_among(before) {
                continue;
            }
            match bind(pool, at, listeners.len()) {
                Ok(new) => share_out(new, &mut listeners),
                Err(failure) => {
                    bound.into_iter().for_each(listener::remove);
                    return Err(failure);
                }
            }
            bound.push(place);
        }
        Ok(listeners)
    }

    /// Paths of unix sockets: gone with their pools, or with other permissions.
    fn settle_places(&self, old: &[Arc<Pool>]) {
        for before in old.iter().filter_map(place_of) {
            if !self.pools.iter().filter_map(place_of).any(|place| listener::is_same(before, place)) {
                listener::remove(before);
            }
        }
        for place in self.pools.iter().filter_map(place_of) {
            if let Err(error) = listener::set_permissions(place) {
                tracing::warn!(%error, ?place, "the permissions stay as they were");
            }
        }
    }

    /// A client that has said KEYHOME RELOAD, if there is one: the owner reloads and answers it. To be asked often: the
    /// client waits.
    pub fn reload_request(&self) -> Option<ReloadRequest> {
        self.wishes.try_recv().ok().map(ReloadRequest)
    }

    /// Answers it: what was done, or what was wrong.
    pub fn answer(&self, request: &ReloadRequest, outcome: Result<&Reloaded, &str>) {
        let ReloadRequest(Wish { worker, waiting, on_difference }) = *request;
        let mut reply = Vec::new();
        match outcome {
            Ok(reloaded) if on_difference == Some(OnDifference::Warn) => {
                array(&mut reply, reloaded.apart.len());
                reloaded.apart.iter().for_each(|message| bulk(&mut reply, message.as_bytes()));
            }
            Ok(_) => simple(&mut reply, "OK"),
            Err(why) => error(&mut reply, &format!("ERR the config is as it was: {why}")),
        }
        if let Some(line) = self.lines.get(worker)
            && let Err(error) = line.send(Control::Reply(waiting, reply))
        {
            tracing::error!(%error, "nobody to answer");
        }
    }
}

fn place_of(pool: &Arc<Pool>) -> Option<&Socket> {
    pool.settings.listen.as_ref().map(|listen| &listen.socket)
}
