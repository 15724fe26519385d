//! A nutcracker (twemproxy) with any number of pools.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ports::lease;
use crate::proxy::Proxy;
use crate::resp::Connection;
use crate::scratch::Scratch;
use crate::served::{Served, stats};

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
pub struct Nutcracker(pub(crate) Served);

impl Nutcracker {
    /// Starts one that serves these pools, each on a free port.
    pub fn start(scratch: &Scratch, pools: &[Pool]) -> io::Result<Self> {
        Served::start(scratch, "nutcracker", pools, command).map(Self)
    }

    /// Ends a proxy, and starts a nutcracker with its config on its ports.
    pub fn in_place_of(proxy: Proxy, scratch: &Scratch) -> io::Result<Self> {
        proxy.0.succeeded_by(scratch, command()).map(Self)
    }

    /// The file it was started with.
    pub fn config(&self) -> &Path {
        &self.0.config
    }

    /// The port on which it serves a pool.
    pub fn port(&self, pool: &str) -> io::Result<u16> {
        self.0.port(pool)
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.0.process.id()
    }

    /// A new connection to a pool.
    pub fn connect(&self, pool: &str) -> io::Result<Connection> {
        Connection::open(self.port(pool)?)
    }

    /// What it counted, as its JSON: up to the first request that it served after it was last asked for this.
    pub fn stats(&self) -> io::Result<String> {
        stats(self.0.stats)
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
        let mut command = command();
        command.arg("-c").arg(&file).args(["-a", "127.0.0.1", "-s", &port.to_string()]);
        let mut process = scratch.spawn(command, &folder)?;
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
        self.0.process.kill()
    }
}

/// Its file for the process number is in the folder in which it runs.
fn command() -> Command {
    let mut command = Command::new(program());
    command.args(["-p", "nutcracker.pid"]);
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
