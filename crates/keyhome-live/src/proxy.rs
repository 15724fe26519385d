//! A running `keyhome proxy`.

use std::{fs, io, path::Path, process::Command};

use crate::{
    Nutcracker, Pool, Process, Scratch,
    ports::lease,
    resp::Connection,
    served::{Served, stats},
};

/// A running proxy.
#[derive(Debug)]
pub struct Proxy(pub(crate) Served);

impl Proxy {
    /// Starts `program`, which is the command `keyhome`, as a proxy for these pools, each on a free port, with further
    /// `arguments`.
    pub fn start(scratch: &Scratch, program: &Path, pools: &[Pool], arguments: &[&str]) -> io::Result<Self> {
        Served::start(scratch, "proxy", pools, || command(program, arguments)).map(Self)
    }

    /// Ends a nutcracker, and starts `program` as a proxy with its config on its ports.
    pub fn in_place_of(nutcracker: Nutcracker, scratch: &Scratch, program: &Path) -> io::Result<Self> {
        nutcracker.0.succeeded_by(scratch, command(program, &[])).map(Self)
    }

    /// Starts it again with its config on its ports, after it was killed.
    pub fn start_again(&mut self, scratch: &Scratch, program: &Path, arguments: &[&str]) -> io::Result<()> {
        self.0.start_again(scratch, command(program, arguments))
    }

    /// Serves these pools from now on, by KEYHOME RELOAD: one of a name that is served stays on its port. If the proxy
    /// refuses, that is the error, and the file is as it was.
    pub fn reload(&mut self, pools: &[Pool]) -> io::Result<()> {
        let mut yaml = String::new();
        let mut listens = Vec::new();
        for pool in pools {
            let port = self.port(pool.name()).or_else(|_| lease())?;
            yaml.push_str(&pool.yaml(&format!("127.0.0.1:{port}")));
            listens.push((pool.name().to_owned(), port));
        }
        self.reload_text(&yaml)?;
        self.0.listens = listens;
        Ok(())
    }

    /// As [`reload`](Self::reload), with the text of the file.
    pub fn reload_text(&self, yaml: &str) -> io::Result<()> {
        let before = fs::read(&self.0.config)?;
        fs::write(&self.0.config, yaml)?;
        let (_, port) = self.0.listens.first().ok_or_else(|| io::Error::other("no pool is served"))?;
        let reloaded = Connection::open(*port)?.call(&[b"KEYHOME", b"RELOAD"])?.ok();
        if reloaded.is_err() {
            fs::write(&self.0.config, before)?;
        }
        reloaded
    }

    /// The file it was started with.
    pub fn config(&self) -> &Path {
        &self.0.config
    }

    /// The port on which it serves a pool.
    pub fn port(&self, pool: &str) -> io::Result<u16> {
        self.0.port(pool)
    }

    /// A new connection to a pool.
    pub fn connect(&self, pool: &str) -> io::Result<Connection> {
        Connection::open(self.port(pool)?)
    }

    /// The port for statistics.
    pub fn stats_port(&self) -> u16 {
        self.0.stats
    }

    /// What it has counted, as nutcracker's JSON.
    pub fn stats(&self) -> io::Result<String> {
        stats(self.0.stats)
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.0.process
    }
}

fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg("proxy").args(arguments);
    command
}
