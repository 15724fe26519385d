//! A nutcracker (twemproxy) with any number of pools.

use std::fmt::Write;
use std::fs;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::ports::lease;
use crate::redis_server::retry;
use crate::resp::Connection;
use crate::scratch::{Process, Scratch};

/// A pool as nutcracker.yml describes it; `listen` is added when it starts.
#[derive(Clone, Debug)]
pub struct Pool {
    name: String,
    settings: Vec<(String, String)>,
    servers: Vec<String>,
}

impl Pool {
    /// A pool for Redis without servers, all else as nutcracker's defaults have it.
    pub fn new(name: impl Into<String>) -> Self {
        let settings = vec![("redis".to_owned(), "true".to_owned())];
        Self { name: name.into(), settings, servers: Vec::new() }
    }

    /// Adds a setting as it is to stand in the file, such as `hash_tag` with `"{}"` in quotes.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((key.into(), value.into()));
        self
    }

    /// Adds a server as it is to stand in the file: `127.0.0.1:6379:1 redis-1`.
    #[must_use]
    pub fn server(mut self, line: impl Into<String>) -> Self {
        self.servers.push(line.into());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pool as a piece of nutcracker.yml.
    pub fn yaml(&self, listen: &str) -> String {
        let mut yaml = format!("{}:\n  listen: {listen}\n", self.name);
        // Writing to a String cannot fail.
        for (key, value) in &self.settings {
            let _ = writeln!(yaml, "  {key}: {value}");
        }
        yaml.push_str("  servers:\n");
        for server in &self.servers {
            let _ = writeln!(yaml, "   - {server}");
        }
        yaml
    }
}

/// A running nutcracker.
#[derive(Debug)]
pub struct Nutcracker {
    process: Process,
    config: PathBuf,
    listens: Vec<(String, u16)>,
    stats: u16,
}

impl Nutcracker {
    /// Starts one that serves these pools, each on a free port.
    pub fn start(scratch: &Scratch, pools: &[Pool]) -> io::Result<Self> {
        retry(|| Self::start_once(scratch, pools))
    }

    fn start_once(scratch: &Scratch, pools: &[Pool]) -> io::Result<Self> {
        let folder = scratch.folder("nutcracker")?;
        let config = folder.join("nutcracker.yml");
        let mut yaml = String::new();
        let mut listens = Vec::new();
        for pool in pools {
            let port = lease()?;
            yaml.push_str(&pool.yaml(&format!("127.0.0.1:{port}")));
            listens.push((pool.name.clone(), port));
        }
        fs::write(&config, yaml)?;
        let stats = lease()?;
        let mut process = scratch.spawn(serving(&config, stats), &folder)?;
        process.wait_until(|| {
            for (_, port) in &listens {
                Connection::open(*port)?;
            }
            Ok(true)
        })?;
        // If another program had taken one of the ports, it was that program that answered; ours ends at once.
        thread::sleep(Duration::from_millis(20));
        if !process.is_running()? {
            return Err(io::Error::other(format!("nutcracker does not start\n{}", process.log_end())));
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

    /// What it counted, as its JSON: up to the first request that it served after it was last asked for this.
    pub fn stats(&self) -> io::Result<String> {
        stats(self.stats)
    }

    /// Whether it takes a config, as `nutcracker -t` says.
    pub fn takes(scratch: &Scratch, config: &str) -> io::Result<bool> {
        let file = scratch.folder("config")?.join("nutcracker.yml");
        fs::write(&file, config)?;
        Ok(Command::new(program()).arg("-t").arg("-c").arg(file).output()?.status.success())
    }

    /// The stats that it gives with a config that it takes, in which every pool has its name, and every server has its
    /// name in its pool.
    pub fn stats_with(scratch: &Scratch, config: &str) -> io::Result<String> {
        let folder = scratch.folder("config")?;
        let file = folder.join("nutcracker.yml");
        fs::write(&file, config)?;
        let port = lease()?;
        let mut process = scratch.spawn(serving(&file, port), &folder)?;
        let mut text = String::new();
        process.wait_until(|| {
            text = stats(port)?;
            Ok(!text.is_empty())
        })?;
        Ok(text)
    }

    /// Its version, such as `0.5.0`.
    pub fn version() -> io::Result<String> {
        // nutcracker prints its version on stderr.
        let output = Command::new(program()).arg("-V").output()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let version = text.lines().find_map(|line| line.strip_prefix("This is nutcracker-"));
        version
            .map(str::to_owned)
            .ok_or_else(|| io::Error::other(format!("`nutcracker -V` printed {text:?}")))
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) -> io::Result<()> {
        self.process.kill()
    }
}

fn stats(port: u16) -> io::Result<String> {
    let mut text = String::new();
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))?.read_to_string(&mut text)?;
    Ok(text)
}

/// What serves a config, with its stats at a port.
fn serving(config: &Path, stats: u16) -> Command {
    let mut command = Command::new(program());
    command.arg("-c").arg(config).args(["-a", "127.0.0.1", "-s", &stats.to_string(), "-p"]);
    command.arg(config.with_extension("pid"));
    command
}

/// Debian puts it in /usr/sbin, which is not on the PATH of ordinary users.
fn program() -> PathBuf {
    let on_path = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("nutcracker").is_file()));
    let debian = Path::new("/usr/sbin/nutcracker");
    if !on_path && debian.is_file() { debian.to_owned() } else { PathBuf::from("nutcracker") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RedisServer;

    #[test]
    fn a_key_passes_through_to_its_server() {
        let scratch = Scratch::new().unwrap();
        let servers = [RedisServer::start(&scratch).unwrap(), RedisServer::start(&scratch).unwrap()];
        let mut pool = Pool::new("alpha").set("hash", "md5").set("hash_tag", "\"{}\"");
        for server in &servers {
            pool = pool.server(format!("{}:1", server.address()));
        }
        let beta = Pool::new("beta").server(format!("{}:1 only", servers[0].address()));
        let nutcracker = Nutcracker::start(&scratch, &[pool, beta]).unwrap();
        nutcracker.connect("alpha").unwrap().call(&[b"SET", b"\xff\n{a}", b"1"]).unwrap().ok().unwrap();
        let holders = servers
            .iter()
            .filter(|server| {
                server.connect().unwrap().call(&[b"GET", b"\xff\n{a}"]).unwrap().bytes()
                    == Some(b"1".as_slice())
            })
            .count();
        assert_eq!(holders, 1);
        assert!(nutcracker.connect("gamma").is_err());
    }

    #[test]
    fn a_config_that_it_refuses_is_an_error() {
        let scratch = Scratch::new().unwrap();
        let error = Nutcracker::start(&scratch, &[Pool::new("empty")]).unwrap_err().to_string();
        assert!(error.contains("nutcracker ended"), "{error}");
    }
}
