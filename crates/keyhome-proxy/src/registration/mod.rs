//! The proxy among those who write to its servers: it says how it places keys, and hears who does otherwise.

mod connection;
mod utc;

use std::{
    collections::HashSet,
    fs,
    hash::{BuildHasher, Hasher, RandomState},
    io, process,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, ScopedJoinHandle},
    time::Duration,
};

use keyhome::{
    Error, ErrorKind, Writer,
    digits::decimal,
    writers::{Apart, Description, REFRESH},
};

use self::connection::Connection;
use crate::{Failure, pool::Pool};

/// What is done where another writer places keys differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDifference {
    /// The log says who it is.
    Warn,
    /// The proxy does not start, or stays with its config.
    Refuse,
}

/// How long the end waits until what was said is taken back. A server that hangs forgets it by itself.
const PATIENCE: Duration = Duration::from_millis(500);

/// Announces the pools of the proxy to their servers, in a thread of its own. When it is dropped, what was said is taken back.
pub(crate) struct Registrar {
    on_difference: OnDifference,
    /// The proxy's own among all writers.
    id: String,
    registrations: Arc<Mutex<Vec<Registration>>>,
    /// A word to the thread: to announce them now. It ends when this does.
    wake: Option<Sender<()>>,
    /// Ends with the thread.
    ended: Receiver<()>,
}

/// A pool, as long as it places keys alike.
struct Registration {
    pool: Arc<Pool>,
    fingerprint: String,
    since: String,
    writer: Writer,
    servers: Vec<Server>,
    /// Writers that were told of, and servers whose trouble was.
    told: HashSet<String>,
}

struct Server {
    name: String,
    address: String,
    connection: Option<Connection>,
}

/// Registrations that can take the place of others.
pub(crate) struct Prepared(Vec<Registration>);

impl Registrar {
    /// Announces pools from now on; with `refuse` only where no other writer places keys differently.
    pub(crate) fn start(pools: &[Arc<Pool>], on_difference: OnDifference) -> Result<Self, Failure> {
        let id = format!("{:016x}", RandomState::new().build_hasher().finish());
        let Prepared(prepared) = Prepared::of(pools, on_difference, &id, &[])?;
        let registrations = Arc::new(Mutex::new(prepared));
        let ((wake, woken), (ends, ended)) = (mpsc::channel(), mpsc::channel());
        let all = Arc::clone(&registrations);
        let thread = thread::Builder::new().name("fingerprint".into()).spawn(move || {
            loop {
                warn(&mut lock(&all));
                let word = woken.recv_timeout(Duration::from_secs(REFRESH));
                if word == Err(RecvTimeoutError::Disconnected) {
                    lock(&all).iter_mut().for_each(Registration::withdraw);
                    drop(ends);
                    return;
                }
            }
        });
        if let Err(error) = thread {
            lock(&registrations).iter_mut().for_each(Registration::withdraw);
            return Err(Failure::System(error));
        }
        Ok(Self { on_difference, id, registrations, wake: Some(wake), ended })
    }

    /// What announces other pools; with `refuse` only where no other writer places keys differently.
    pub(crate) fn prepare(&self, pools: &[Arc<Pool>]) -> Result<Prepared, Failure> {
        Prepared::of(pools, self.on_difference, &self.id, &lock(&self.registrations))
    }

    /// Takes back what was said of pools that are not to be served.
    pub(crate) fn abandon(&self, prepared: Prepared) {
        withdraw(prepared.0, &lock(&self.registrations));
    }

    /// Announces these pools from now on, and no others.
    pub(crate) fn exchange(&self, prepared: Prepared) {
        let mut registrations = lock(&self.registrations);
        let old = std::mem::replace(&mut *registrations, prepared.0);
        withdraw(old, &registrations);
        drop(registrations);
        if self.wake.as_ref().is_none_or(|wake| wake.send(()).is_err()) {
            tracing::error!("nobody announces how keys are placed");
        }
    }
}

impl Drop for Registrar {
    fn drop(&mut self) {
        self.wake = None;
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::debug!("not all servers were told in time that keys are placed so no longer");
        }
    }
}

impl Prepared {
    fn of(
        pools: &[Arc<Pool>],
        on_difference: OnDifference,
        id: &str,
        old: &[Registration],
    ) -> Result<Self, Failure> {
        let mut prepared: Vec<_> = pools.iter().filter_map(|pool| Registration::new(pool, id, old)).collect();
        if on_difference == OnDifference::Refuse {
            let found = announce(&mut prepared);
            if let Some((first, others)) = found.split_first() {
                let more =
                    if others.is_empty() { String::new() } else { format!(" (and {} more)", others.len()) };
                let error = Error::new(ErrorKind::FingerprintDiffers, format!("{}{more}", first.message));
                withdraw(prepared, old);
                return Err(Failure::Fingerprint(error));
            }
        }
        Ok(Self(prepared))
    }
}

fn lock(registrations: &Mutex<Vec<Registration>>) -> MutexGuard<'_, Vec<Registration>> {
    registrations.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells all servers; those who place keys differently, each once.
fn announce(registrations: &mut [Registration]) -> Vec<Apart> {
    let mut found = Vec::new();
    for registration in registrations {
        for apart in registration.announce() {
            if !found.contains(&apart) {
                found.push(apart);
            }
        }
    }
    found
}

fn warn(registrations: &mut [Registration]) {
    for registration in registrations {
        for Apart { id, fingerprint, message } in registration.announce() {
            if registration.told.insert(format!("{id} {fingerprint}")) {
                tracing::warn!(pool = registration.pool.name, fingerprint, "{message}");
            }
        }
    }
}

/// Takes back what these say and no other does.
fn withdraw(registrations: Vec<Registration>, others: &[Registration]) {
    for mut registration in registrations {
        if !others.iter().any(|other| other.writer == registration.writer) {
            registration.withdraw();
        }
    }
}

impl Registration {
    /// None for a pool that gives keys no home.
    fn new(pool: &Arc<Pool>, id: &str, old: &[Self]) -> Option<Self> {
        let fingerprint = pool.all().fingerprint().ok()?;
        let before = old.iter().find(|old| old.pool.name == pool.name && old.fingerprint == fingerprint);
        let since = before.map_or_else(utc::now, |before| before.since.clone());
        let program = format!("keyhome/proxy {}", keyhome::VERSION);
        let description = Description {
            id,
            program: &program,
            host: &host(),
            process: &process::id().to_string(),
            since: &since,
        };
        let server = |node: &keyhome::Node| Server {
            name: node.name.clone(),
            address: node.address.clone(),
            connection: None,
        };
        Some(Self {
            writer: Writer::new(&pool.name, &fingerprint, &description),
            servers: pool.all().nodes().iter().map(server).collect(),
            pool: Arc::clone(pool),
            fingerprint,
            since,
            told: HashSet::new(),
        })
    }

    /// Those who place keys differently, of the writers to the servers that answer.
    fn announce(&mut self) -> Vec<Apart> {
        let (writer, settings) = (&self.writer, &self.pool.settings);
        let outcomes = at_once(&mut self.servers, |server| {
            let outcome = server.announce(writer, settings);
            if outcome.is_err() {
                server.connection = None;
            }
            outcome
        });
        let mut found = Vec::new();
        for (server, outcome) in self.servers.iter().zip(outcomes) {
            match outcome {
                Ok(apart) => found.extend(apart),
                Err(error) if self.told.insert(server.address.clone()) => {
                    let Server { name, address, .. } = server;
                    tracing::warn!(pool = self.pool.name, server = name, address, %error, "not told how keys are placed");
                }
                Err(_) => {}
            }
        }
        found
    }

    fn withdraw(&mut self) {
        let command = self.writer.withdraw();
        let outcomes = at_once(&mut self.servers, |server| {
            server.connection.take().map_or(Ok(Vec::new()), |mut connection| connection.ask(&command))
        });
        for error in outcomes.into_iter().filter_map(Result::err) {
            // It is forgotten by itself, a little later.
            tracing::debug!(pool = self.pool.name, %error, "not taken back");
        }
    }
}

/// Asks servers at the same time: one that hangs holds up no other.
fn at_once<T: Send>(
    servers: &mut [Server],
    ask: impl Fn(&mut Server) -> io::Result<T> + Sync,
) -> Vec<io::Result<T>> {
    thread::scope(|scope| {
        let ask = &ask;
        let start = |server| thread::Builder::new().spawn_scoped(scope, move || ask(server));
        let threads: Vec<_> = servers.iter_mut().map(start).collect();
        let end = |thread: io::Result<ScopedJoinHandle<'_, _>>| {
            thread?.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
        };
        threads.into_iter().map(end).collect()
    })
}

impl Server {
    fn announce(&mut self, writer: &Writer, settings: &keyhome::config::Settings) -> io::Result<Vec<Apart>> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let mut connection = Connection::open(&self.address, settings)?;
                let name = ["CLIENT".into(), "SETNAME".into(), writer.connection_name()];
                if let Err(error) = connection.ask(&[name.into()]) {
                    // Some may write, and not do this. Where nobody answers, that is seen again at once.
                    tracing::debug!(server = self.name, %error, "the connection has no name");
                }
                none.insert(connection)
            }
        };
        let time = connection.ask(&[vec!["TIME".into()]])?;
        let now = time.first().and_then(|time| decimal(time.first()?));
        let now = now.ok_or(io::ErrorKind::InvalidData)?;
        let fingerprints = connection.ask(&writer.announce(now))?.pop().unwrap_or_default();
        let others = connection.ask(&writer.ask(now, &texts(&fingerprints)))?.concat();
        Ok(writer.apart(&texts(&others)))
    }
}

/// Those that are texts: nothing else was said by keyhome.
fn texts(replies: &[Vec<u8>]) -> Vec<&str> {
    replies.iter().filter_map(|reply| str::from_utf8(reply).ok()).collect()
}

/// The name of the machine.
fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::env::var("HOSTNAME"));
    name.map_or_else(|_| "an unnamed host".into(), |name| name.trim().to_owned())
}
