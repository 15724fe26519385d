//! A nutcracker.yml that a program serves: nutcracker, or what takes its place with nutcracker's flags.

use std::{
    fs,
    io::{self, Read},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::Command,
    thread,
    time::Duration,
};

use crate::{Pool, Process, Scratch, ports::lease, redis_server::retry, resp::Connection};

/// How long statistics may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running program, and where it serves what.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) process: Process,
    pub(crate) config: PathBuf,
    pub(crate) listens: Vec<(String, u16)>,
    pub(crate) stats: u16,
}

impl Served {
    /// Starts what `command` makes, with a config of these pools, each on a free port.
    pub(crate) fn start(
        scratch: &Scratch,
        name: &str,
        pools: &[Pool],
        command: impl Fn() -> Command,
    ) -> io::Result<Self> {
        retry(|| {
            let config = scratch.folder(name)?.join("nutcracker.yml");
            let mut yaml = String::new();
            let mut listens = Vec::new();
            for pool in pools {
                let port = lease()?;
                yaml.push_str(&pool.yaml(&format!("127.0.0.1:{port}")));
                listens.push((pool.name().to_owned(), port));
            }
            fs::write(&config, yaml)?;
            Self::run(scratch, command(), config, listens, lease()?)
        })
    }

    /// Ends this one, and starts what `command` makes with the same config on the same ports.
    pub(crate) fn succeeded_by(mut self, scratch: &Scratch, command: Command) -> io::Result<Self> {
        self.process.kill()?;
        Self::run(scratch, command, self.config, self.listens, self.stats)
    }

    /// Starts what `command` makes with the same config on the same ports, after this one has ended.
    pub(crate) fn start_again(&mut self, scratch: &Scratch, command: Command) -> io::Result<()> {
        *self = Self::run(scratch, command, self.config.clone(), self.listens.clone(), self.stats)?;
        Ok(())
    }

    fn run(
        scratch: &Scratch,
        mut command: Command,
        config: PathBuf,
        listens: Vec<(String, u16)>,
        stats: u16,
    ) -> io::Result<Self> {
        let folder = config.parent().unwrap_or(scratch.path());
        command.arg("-c").arg(&config).args(["-a", "127.0.0.1", "-s", &stats.to_string()]);
        let mut process = scratch.spawn(command, folder)?;
        // The system lets in who connects before the program serves anybody; a proxy does not count until all is there.
        process.wait_until(|| Ok(!self::stats(stats)?.is_empty()))?;
        process.wait_until(|| {
            for (_, port) in &listens {
                Connection::open(*port)?;
            }
            Ok(true)
        })?;
        // If another program had taken one of the ports, it was that program that answered; ours ends at once.
        thread::sleep(Duration::from_millis(20));
        if !process.is_running()? {
            return Err(io::Error::other(format!("it does not start\n{}", process.log_end())));
        }
        Ok(Self { process, config, listens, stats })
    }

    /// The port on which it serves a pool.
    pub(crate) fn port(&self, pool: &str) -> io::Result<u16> {
        let listen = self.listens.iter().find(|(name, _)| name == pool);
        listen.map(|&(_, port)| port).ok_or_else(|| io::Error::other(format!("no pool is named {pool}")))
    }
}

/// What is printed at a port for statistics.
pub(crate) fn stats(port: u16) -> io::Result<String> {
    let mut text = String::new();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.read_to_string(&mut text)?;
    Ok(text)
}
