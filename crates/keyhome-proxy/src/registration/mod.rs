//! The proxy among those who write to its servers: it says how it places keys, and hears who does otherwise.

mod connection;
mod utc;
mod writers;

use std::{
    collections::HashSet,
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
    config::Settings,
    digits::decimal,
    writers::{Apart, Description, REFRESH, Words},
};

use self::connection::Connection;
pub(crate) use self::writers::Asker;
use crate::{Failure, host, pool::Pool};

/// What is done where another writer places keys differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDifference {
    /// The log says who it is.
    Warn,
    /// The proxy does not start, or stays with its config.
    Refuse,
}

impl OnDifference {
    /// Reads `WARN` or `REFUSE`, in any case of letters.
    pub(crate) fn read(word: &[u8]) -> Option<Self> {
        let all = [(b"warn".as_slice(), Self::Warn), (b"refuse", Self::Refuse)];
        all.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, it)| it)
    }
}

/// How long the end waits until what was said is taken back. A server that hangs forgets it by itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// Announces the pools of the proxy to their servers, in a thread of its own. When it is dropped, what was said is taken back.
pub(crate) struct Registrar {
    on_difference: OnDifference,
    /// The proxy's own among all writers.
    id: String,
    registrations: Arc<Mutex<Vec<Registration>>>,
    errands: Sender<Errand>,
    /// Ends with the thread.
    ended: Receiver<()>,
}

/// What the thread is to do at once, and not only when it is time again.
pub(crate) enum Errand {
    /// Announce.
    Announce,
    /// Announce, and tell who writes.
    Tell(Asker),
    /// Take back what was said, and end.
    End,
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
pub(crate) struct Prepared {
    registrations: Vec<Registration>,
    /// What was said of those who place keys differently, where they were looked for and do not matter.
    pub(crate) apart: Vec<String>,
}

impl Registrar {
    /// Announces pools from now on; with `refuse` only where no other writer places keys differently.
    pub(crate) fn start(pools: &[Arc<Pool>], on_difference: OnDifference) -> Result<Self, Failure> {
        let id = format!("{:016x}", RandomState::new().build_hasher().finish());
        let mut prepared = Prepared::of(pools, &id, &[]);
        if on_difference == OnDifference::Refuse {
            prepared.is_to_agree(&[])?;
        }
        let registrations = Arc::new(Mutex::new(prepared.registrations));
        let ((errands, to_do), (ends, ended)) = (mpsc::channel(), mpsc::channel());
        let all = Arc::clone(&registrations);
        let thread = thread::Builder::new().name("fingerprint".into()).spawn(move || {
            let mut errand = Errand::Announce;
            loop {
                let mut all = lock(&all);
                if matches!(errand, Errand::End) {
                    all.iter_mut().for_each(Registration::withdraw);
                    drop(ends);
                    return;
                }
                // Also where only the list is asked for: who asks often must not keep it from being done at all.
                all.iter_mut().for_each(|registration| drop(registration.warn()));
                if let Errand::Tell(asker) = errand {
                    asker.tell(&mut all);
                }
                drop(all);
                errand = match to_do.recv_timeout(Duration::from_secs(REFRESH)) {
                    Ok(errand) => errand,
                    Err(RecvTimeoutError::Timeout) => Errand::Announce,
                    Err(RecvTimeoutError::Disconnected) => Errand::End,
                };
            }
        });
        if let Err(error) = thread {
            lock(&registrations).iter_mut().for_each(Registration::withdraw);
            return Err(Failure::System(error));
        }
        Ok(Self { on_difference, id, registrations, errands, ended })
    }

    /// Where its thread takes errands.
    pub(crate) fn errands(&self) -> Sender<Errand> {
        self.errands.clone()
    }

    /// What announces other pools; with `refuse` only where no other writer places keys differently. `this_time` is what
    /// is done in that case instead of what is done else.
    pub(crate) fn prepare(
        &self,
        pools: &[Arc<Pool>],
        this_time: Option<OnDifference>,
    ) -> Result<Prepared, Failure> {
        let old = lock(&self.registrations);
        let mut prepared = Prepared::of(pools, &self.id, &old);
        match this_time.unwrap_or(self.on_difference) {
            OnDifference::Refuse => prepared.is_to_agree(&old)?,
            // Somebody waits for what is found.
            OnDifference::Warn if this_time.is_some() => {
                prepared.apart = prepared.registrations.iter_mut().flat_map(Registration::warn).collect();
            }
            OnDifference::Warn => {}
        }
        Ok(prepared)
    }

    /// Takes back what was said of pools that are not to be served.
    pub(crate) fn abandon(&self, prepared: Prepared) {
        withdraw(prepared.registrations, &lock(&self.registrations));
    }

    /// Announces these pools from now on, and no others.
    pub(crate) fn exchange(&self, prepared: Prepared) {
        let mut registrations = lock(&self.registrations);
        let old = std::mem::replace(&mut *registrations, prepared.registrations);
        withdraw(old, &registrations);
        drop(registrations);
        if self.errands.send(Errand::Announce).is_err() {
            tracing::error!("nobody announces how keys are placed");
        }
    }
}

impl Drop for Registrar {
    fn drop(&mut self) {
        // Where nobody hears it, it has ended.
        let _ = self.errands.send(Errand::End);
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::debug!("not all servers were told in time that keys are placed so no longer");
        }
    }
}

impl Prepared {
    fn of(pools: &[Arc<Pool>], id: &str, old: &[Registration]) -> Self {
        let registrations = pools.iter().filter_map(|pool| Registration::new(pool, id, old)).collect();
        Self { registrations, apart: Vec::new() }
    }

    /// Announces them. Where another writer places keys differently, that is an error, and it is taken back.
    fn is_to_agree(&mut self, old: &[Registration]) -> Result<(), Failure> {
        let found: Vec<Apart> = self.registrations.iter_mut().flat_map(Registration::announce).collect();
        let Some((first, others)) = found.split_first() else { return Ok(()) };
        let more = if others.is_empty() { String::new() } else { format!(" (and {} more)", others.len()) };
        let error = Error::new(ErrorKind::FingerprintDiffers, format!("{}{more}", first.message));
        withdraw(std::mem::take(&mut self.registrations), old);
        Err(Failure::Fingerprint(error))
    }
}

fn lock(registrations: &Mutex<Vec<Registration>>) -> MutexGuard<'_, Vec<Registration>> {
    registrations.lock().unwrap_or_else(PoisonError::into_inner)
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
            host: &host::name(),
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
        let outcomes = at_once(&mut self.servers, |server| server.announce(writer, settings));
        let mut found: Vec<Apart> = Vec::new();
        for (server, outcome) in self.servers.iter().zip(outcomes) {
            match outcome {
                // Several servers tell of the same one.
                Ok(apart) => apart.into_iter().for_each(|apart| {
                    if !found.contains(&apart) {
                        found.push(apart);
                    }
                }),
                Err(error) if self.told.insert(server.address.clone()) => {
                    let Server { name, address, .. } = server;
                    tracing::warn!(pool = self.pool.name, server = name, address, %error, "not told how keys are placed");
                }
                Err(_) => {}
            }
        }
        found
    }

    /// The log tells of those who place keys differently, of each once. What it says of those there are.
    fn warn(&mut self) -> Vec<String> {
        let found = self.announce().into_iter().map(|Apart { id, fingerprint, message }| {
            if self.told.insert(format!("{id} {fingerprint}")) {
                tracing::warn!(pool = self.pool.name, fingerprint, "{message}");
            }
            message
        });
        found.collect()
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

/// Asks servers at the same time: one that hangs holds up no other. One that does not answer is connected to again the next
/// time.
fn at_once<T: Send>(
    servers: &mut [Server],
    ask: impl Fn(&mut Server) -> io::Result<T> + Sync,
) -> Vec<io::Result<T>> {
    thread::scope(|scope| {
        let ask = &ask;
        let threads = servers.iter_mut().map(|server| {
            thread::Builder::new().spawn_scoped(scope, move || {
                let outcome = ask(server);
                if outcome.is_err() {
                    server.connection = None;
                }
                outcome
            })
        });
        let threads: Vec<_> = threads.collect();
        let end = |thread: io::Result<ScopedJoinHandle<'_, _>>| {
            thread?.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
        };
        threads.into_iter().map(end).collect()
    })
}

impl Server {
    fn announce(&mut self, writer: &Writer, settings: &Settings) -> io::Result<Vec<Apart>> {
        let members = self.ask_for(writer, settings, Writer::ask)?;
        Ok(writer.apart(&texts(&members)))
    }

    /// Announces the writer, and gives the replies to what `ask` makes of the time and the fingerprints that are in use.
    fn ask_for(
        &mut self,
        writer: &Writer,
        settings: &Settings,
        ask: impl Fn(&Writer, u64, &[&str]) -> Vec<Words>,
    ) -> io::Result<Vec<Vec<u8>>> {
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
        Ok(connection.ask(&ask(writer, now, &texts(&fingerprints)))?.concat())
    }
}

/// Those that are texts: nothing else was said by keyhome.
fn texts(replies: &[Vec<u8>]) -> Vec<&str> {
    replies.iter().filter_map(|reply| str::from_utf8(reply).ok()).collect()
}
