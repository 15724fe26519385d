//! The clients: programs of `tests/chaos/`, each of which writes down what it does.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    checker::Rules,
    fleet::Fleet,
    history::{Asks, Client, History},
};
use crate::{doors::program, here};

/// Operations that each program has under way at any time.
const WORKERS: usize = 8;
/// Keys of each worker.
const SLOTS: usize = 12;
/// How long a program may take to end: longer than it waits for what is stuck.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a client is, and how long it may take: so many times the pool's timeout, for ...
struct Plan {
    name: &'static str,
    program: &'static str,
    library: &'static str,
    asks: Asks,
    timeouts: u64,
}

const NODE: &str = "KEYHOME_NODE";
const PYTHON: &str = "KEYHOME_PYTHON";

const CLIENTS: [Plan; 6] = [
    // ... a command, which is timed whether it is sent or waits for a connection.
    Plan { name: "node-ioredis", program: NODE, library: "ioredis", asks: Asks::Servers, timeouts: 1 },
    Plan { name: "node-redis", program: NODE, library: "node-redis", asks: Asks::Servers, timeouts: 1 },
    // ... a connection of the proxy, and a request on it.
    Plan { name: "node-proxy", program: NODE, library: "ioredis", asks: Asks::Proxy, timeouts: 2 },
    // ... a connection, its greeting, and a command, each of which redis-py times by itself; and what goes to several servers
    // waits for them one after the other.
    Plan { name: "python-threads", program: PYTHON, library: "sync", asks: Asks::Servers, timeouts: 4 },
    Plan { name: "python-asyncio", program: PYTHON, library: "asyncio", asks: Asks::Servers, timeouts: 4 },
    // ... as ioredis: the proxy itself greets at once.
    Plan { name: "python-proxy", program: PYTHON, library: "sync", asks: Asks::Proxy, timeouts: 2 },
];

/// The clients of a run, as the checker knows them.
pub fn clients(rules: &Rules) -> Vec<Client> {
    let client = |plan: &Plan| Client {
        name: plan.name.to_owned(),
        asks: plan.asks,
        bound: plan.timeouts * rules.timeout,
    };
    CLIENTS.iter().map(client).collect()
}

/// Programs that run.
#[derive(Debug)]
pub struct Programs(Vec<Running>);

#[derive(Debug)]
struct Running {
    name: &'static str,
    child: Child,
    history: PathBuf,
    log: PathBuf,
}

impl Programs {
    /// Starts all of them. They begin at once, and end when told, or when this program does.
    pub fn start(fleet: &Fleet, seed: u64) -> io::Result<Self> {
        let writers: Vec<&str> = CLIENTS.iter().map(|plan| plan.name).collect();
        let mut all = Self(Vec::new());
        for (number, plan) in CLIENTS.iter().enumerate() {
            let (history, log) =
                (fleet.file(&format!("{}.jsonl", plan.name))?, fleet.file(&format!("{}.log", plan.name))?);
            let config = (plan.asks == Asks::Servers).then(|| fleet.config());
            let given = json!({
                "folder": here("../node").display().to_string(),
                "library": plan.library,
                "config": config,
                "port": fleet.port()?,
                "name": plan.name,
                "seed": (seed.wrapping_mul(10) + number as u64) % (1 << 40),
                "history": history.display().to_string(),
                "writers": writers,
                "workers": WORKERS,
                "slots": SLOTS,
            });
            let mut command = Command::new(program(plan.program));
            if plan.program == PYTHON {
                // Nothing is written beside the sources.
                command.arg("-B").arg(here("chaos/python.py"));
            } else {
                command.arg(here("chaos/node.mjs"));
            }
            let output = File::create(&log)?;
            command.arg(given.to_string()).stdin(Stdio::piped());
            let child = command.stdout(output.try_clone()?).stderr(output).spawn()?;
            all.0.push(Running { name: plan.name, child, history, log });
        }
        Ok(all)
    }

    /// What each has written so far, in bytes.
    pub fn written(&self) -> io::Result<Vec<u64>> {
        self.0.iter().map(|one| fs::metadata(&one.history).map_or(Ok(0), |file| Ok(file.len()))).collect()
    }

    /// Whether all run. One that has ended too early is an error with what it said.
    pub fn all_run(&mut self) -> io::Result<()> {
        for one in &mut self.0 {
            if let Some(status) = one.child.try_wait()? {
                return Err(one.failed(&format!("has ended with {status}")));
            }
        }
        Ok(())
    }

    /// Tells them to end, waits for it, and reads what they did.
    pub fn end(mut self, history: &mut History) -> io::Result<()> {
        self.all_run()?;
        for one in &mut self.0 {
            drop(one.child.stdin.take());
        }
        let begin = Instant::now();
        for (client, one) in self.0.iter_mut().enumerate() {
            let status = loop {
                if let Some(status) = one.child.try_wait()? {
                    break status;
                }
                if begin.elapsed() > PATIENCE {
                    return Err(one.failed("does not end"));
                }
                thread::sleep(Duration::from_millis(10));
            };
            if !status.success() {
                return Err(one.failed(&format!("has ended with {status}")));
            }
            if let Some(folder) = std::env::var_os("KEYHOME_CHAOS_KEEP") {
                fs::copy(&one.history, PathBuf::from(folder).join(format!("{}.jsonl", one.name)))?;
            }
            history.read(client, &one.history, &Fleet::names())?;
        }
        Ok(())
    }
}

impl Running {
    fn failed(&self, how: &str) -> io::Error {
        let log = fs::read_to_string(&self.log).unwrap_or_else(|error| error.to_string());
        io::Error::other(format!("{} {how}\n{log}", self.name))
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        for one in &mut self.0 {
            // Those that have ended already are where they should be.
            drop(one.child.kill());
            drop(one.child.wait());
        }
    }
}
