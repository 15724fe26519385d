//! Six real servers, half of them behind relays, and a real proxy; and what is done to them.

use std::{
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use keyhome_live::{Pool, Proxy, RedisServer, Scratch, resp::Reply};

use super::{
    checker::Rules,
    clock::now,
    history::{Fault, Operation, Target, Via},
    plan::{FIRST_RELAYED, Harm, Planned, SERVERS},
    relay::Relay,
};
use crate::{dice::Dice, doors::CommandDoor};

const POOL: &str = "pool";

/// Some servers, what is in front of them, and what was done to them.
#[derive(Debug)]
pub struct Fleet {
    scratch: Scratch,
    servers: Vec<Mutex<RedisServer>>,
    relays: Vec<Relay>,
    proxy: Mutex<Proxy>,
    program: PathBuf,
    pool: Pool,
    faults: Mutex<Vec<Fault>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Flags of the proxy.
const FLAGS: &[&str] = &["--threads", "2"];

impl Fleet {
    /// Starts them all.
    pub fn start(rules: &Rules) -> io::Result<Self> {
        let scratch = Scratch::new()?;
        let servers = (0..SERVERS).map(|_| RedisServer::start(&scratch)).collect::<io::Result<Vec<_>>>()?;
        let relays: Vec<Relay> = servers[FIRST_RELAYED..]
            .iter()
            .map(|server| Relay::start(server.port()))
            .collect::<io::Result<_>>()?;
        let ports =
            servers[..FIRST_RELAYED].iter().map(RedisServer::port).chain(relays.iter().map(Relay::port));
        let pool = Pool::new(POOL)
            .set("hash", "md5")
            .set("auto_eject_hosts", "true")
            .set("server_failure_limit", "2")
            .set("server_retry_timeout", (rules.retry / 1000).to_string())
            .set("timeout", (rules.timeout / 1000).to_string())
            .set("on_failure", rules.mode.word());
        let pool = ports
            .zip(Self::names())
            .fold(pool, |pool, (port, name)| pool.server(format!("127.0.0.1:{port}:1 {name}")));
        let program = CommandDoor::new().program().to_owned();
        let proxy = Proxy::start(&scratch, &program, std::slice::from_ref(&pool), FLAGS)?;
        Ok(Self {
            scratch,
            servers: servers.into_iter().map(Mutex::new).collect(),
            relays,
            proxy: Mutex::new(proxy),
            program,
            pool,
            faults: Mutex::default(),
        })
    }

    /// What places keys.
    pub fn names() -> Vec<String> {
        (0..SERVERS).map(|server| format!("node-{server}")).collect()
    }

    /// The config of clients that have no proxy.
    pub fn config(&self) -> String {
        self.pool.yaml("127.0.0.1:1")
    }

    /// The port of the proxy.
    pub fn port(&self) -> io::Result<u16> {
        locked(&self.proxy).port(POOL)
    }

    /// Does what is planned, one after the other.
    pub fn suffer(&self, plan: &[Planned], seed: u64) -> io::Result<()> {
        let mut dice = Dice::new(seed);
        for planned in plan {
            thread::sleep(planned.pause);
            let begin = now();
            let emptied = match planned.target {
                Target::Server(server) => self.harm_server(server, planned)?,
                Target::Proxy => {
                    self.harm_proxy(planned, &mut dice)?;
                    None
                }
            };
            let Planned { target, harm, .. } = *planned;
            locked(&self.faults).push(Fault { what: harm.done(), target, begin, end: now(), emptied });
        }
        Ok(())
    }

    fn harm_server(&self, at: usize, planned: &Planned) -> io::Result<Option<(u64, u64)>> {
        let mut server = locked(&self.servers[at]);
        match planned.harm {
            Harm::Kill => {
                let before = now();
                server.kill()?;
                let gone = now();
                thread::sleep(planned.hold);
                server.start_again(&self.scratch)?;
                return Ok(Some((before, gone)));
            }
            Harm::Pause => {
                server.pause()?;
                thread::sleep(planned.hold);
                server.resume()?;
            }
            Harm::Delay(delay) => {
                self.relay(at).delay(delay);
                thread::sleep(planned.hold);
                self.relay(at).delay(Duration::ZERO);
            }
            Harm::Cut => self.relay(at).cut(),
            Harm::Reload => unreachable!("a server has no config"),
        }
        Ok(None)
    }

    fn relay(&self, server: usize) -> &Relay {
        &self.relays[server - FIRST_RELAYED]
    }

    fn harm_proxy(&self, planned: &Planned, dice: &mut Dice) -> io::Result<()> {
        let mut proxy = locked(&self.proxy);
        if planned.harm == Harm::Reload {
            // Keys stay where they are; connections come and go.
            let connections = (1 + dice.below(3)).to_string();
            let mut pools = vec![self.pool.clone().set("server_connections", connections)];
            if dice.once_in(2) {
                pools.push(Pool::new("another").server("127.0.0.1:1:1 nobody"));
            }
            return proxy.reload(&pools);
        }
        proxy.process().kill()?;
        thread::sleep(planned.hold);
        proxy.start_again(&self.scratch, &self.program, FLAGS)
    }

    /// What was done.
    pub fn faults(&self) -> Vec<Fault> {
        locked(&self.faults).clone()
    }

    /// The keys of each server.
    pub fn found(&self) -> io::Result<Vec<(usize, String)>> {
        let mut found = Vec::new();
        for (at, server) in self.servers.iter().enumerate() {
            for key in locked(server).connect()?.call(&[b"KEYS", b"*"])?.list()? {
                found.push((at, key.text()?));
            }
        }
        Ok(found)
    }

    /// Asks each key's home for it, and nobody else.
    pub fn audit(
        &self,
        keys: &[(String, super::history::Kind)],
        home: impl Fn(&str) -> usize,
        client: usize,
    ) -> io::Result<Vec<Operation>> {
        let mut connections =
            self.servers.iter().map(|server| locked(server).connect()).collect::<io::Result<Vec<_>>>()?;
        let mut audit = Vec::new();
        for (key, kind) in keys {
            let begin = now();
            let reply = match connections[home(key)].call(&[b"GET", key.as_bytes()])? {
                Reply::Bulk(None) => None,
                reply => Some(reply.text()?),
            };
            audit.push(Operation {
                client,
                via: Via::Audit,
                kind: *kind,
                key: key.clone(),
                number: None,
                reply,
                error: None,
                begin,
                end: Some(now()),
            });
        }
        Ok(audit)
    }

    /// Whether the proxy is there, and the end of what it has logged.
    pub fn proxy_log(&self) -> io::Result<(bool, String)> {
        let mut proxy = locked(&self.proxy);
        let process = proxy.process();
        Ok((process.is_running()?, process.log_end()))
    }

    /// A file of the run, that is gone when it ends.
    pub fn file(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.scratch.path().join("clients");
        fs::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }
}
