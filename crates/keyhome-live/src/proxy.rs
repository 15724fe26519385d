//! A running `keyhome proxy`.

use std::{
    fs,
    io::{self, Read},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use crate::{Pool, Process, Scratch, ports::lease, redis_server::retry, resp::Connection};

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    process: Process,
    config: PathBuf,
    listens: Vec<(String, u16)>,
    stats: u16,
}

impl Proxy {
    /// Starts `program`, which is the command `keyhome`, as a proxy for these pools, each on a free port, with further
    /// `arguments`.
    pub fn start(scratch: &Scratch, program: &Path, pools: &[Pool], arguments: &[&str]) -> io::Result<Self> {
        retry(|| Self::start_once(scratch, program, pools, arguments))
    }

    fn start_once(scratch: &Scratch, program: &Path, pools: &[Pool], arguments: &[&str]) -> io::Result<Self> {
        let folder = scratch.folder("proxy")?;
        let config = folder.join("nutcracker.yml");
        let mut yaml = String::new();
        let mut listens = Vec::new();
        for pool in pools {
            let port = lease()?;
            yaml.push_str(&pool.yaml(&format!("127.0.0.1:{port}")));
            listens.push((pool.name().to_owned(), port));
        }
        fs::write(&config, yaml)?;
        let stats = lease()?;
        let mut command = Command::new(program);
        command
            .arg("proxy")
            .arg("-c")
            .arg(&config)
            .args(["-a", "127.0.0.1", "-s", &stats.to_string()])
            .args(arguments);
        let mut process = scratch.spawn(command, &folder)?;
        process.wait_until(|| {
            for (_, port) in &listens {
                Connection::open(*port)?;
            }
            Ok(true)
        })?;
        // If another program had taken one of the ports, it was that program that answered; ours ends at once.
        thread::sleep(Duration::from_millis(20));
        if !process.is_running()? {
            return Err(io::Error::other(format!("keyhome proxy does not start\n{}", process.log_end())));
        }
        Ok(Self { process, config, listens, stats })
    }

    /// The file it was started with.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The port on which it serves a pool.
    pub fn port(&self, pool: &str) -> io::Result<u16> {
        let listen = self.listens.iter().find(|(name, _)| name == pool);
        listen.map(|&(_, port)| port).ok_or_else(|| io::Error::other(format!("no pool is named {pool}")))
    }

    /// A new connection to a pool.
    pub fn connect(&self, pool: &str) -> io::Result<Connection> {
        Connection::open(self.port(pool)?)
    }

    /// The port for statistics.
    pub fn stats_port(&self) -> u16 {
        self.stats
    }

    /// What it has counted, as nutcracker's JSON.
    pub fn stats(&self) -> io::Result<String> {
        let mut text = String::new();
        TcpStream::connect(("127.0.0.1", self.stats))?.read_to_string(&mut text)?;
        Ok(text)
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}
