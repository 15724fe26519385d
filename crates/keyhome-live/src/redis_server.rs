//! One redis-server.

use std::io;
use std::process::Command;

use crate::ports::lease;
use crate::resp::Connection;
use crate::scratch::{Process, Scratch};

/// How often a start is tried again when another program took the leased port first.
const ATTEMPTS: usize = 5;

/// A redis-server that keeps everything in memory.
#[derive(Debug)]
pub struct RedisServer {
    process: Process,
    port: u16,
}

impl RedisServer {
    /// Starts one on a free port.
    pub fn start(scratch: &Scratch) -> io::Result<Self> {
        Self::start_with(scratch, &[])
    }

    /// Starts one with more options, such as `["--maxmemory", "1mb"]`.
    pub fn start_with(scratch: &Scratch, options: &[&str]) -> io::Result<Self> {
        retry(|| Self::start_on(lease()?, scratch, options))
    }

    /// One attempt, on this port.
    pub(crate) fn start_on(port: u16, scratch: &Scratch, options: &[&str]) -> io::Result<Self> {
        let mut command = Command::new("redis-server");
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(options);
        let process = scratch.spawn(command, &scratch.folder("redis-server")?)?;
        let mut server = Self { process, port };
        // Whoever answers on the port must be ours, not another redis-server that was quicker to take it.
        let ours = format!("process_id:{}\r\n", server.process.id());
        server.process.wait_until(|| {
            Ok(Connection::open(port)?.call(&[b"INFO", b"server"])?.text()?.contains(&ours))
        })?;
        Ok(server)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A new connection to it.
    pub fn connect(&self) -> io::Result<Connection> {
        Connection::open(self.port)
    }

    /// Its version, such as `7.0.15`.
    pub fn version(&self) -> io::Result<String> {
        let info = self.connect()?.call(&[b"INFO", b"server"])?.text()?;
        let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
        version.map(str::to_owned).ok_or_else(|| io::Error::other("INFO server names no redis_version"))
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) -> io::Result<()> {
        self.process.kill()
    }

    /// Starts it again on its port, empty, after a [`kill`](Self::kill).
    pub fn start_again(&mut self, scratch: &Scratch) -> io::Result<()> {
        *self = Self::start_on(self.port, scratch, &[])?;
        Ok(())
    }

    /// Stops it without ending it: connections stay open, and nothing is answered.
    pub fn pause(&self) -> io::Result<()> {
        self.process.signal("-STOP")
    }

    /// Lets it go on after a [`pause`](Self::pause).
    pub fn resume(&self) -> io::Result<()> {
        self.process.signal("-CONT")
    }
}

/// Tries a start with fresh ports. A program that is not installed will not be there the next time either.
pub(crate) fn retry<T>(mut start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut attempt = 1;
    loop {
        match start() {
            Err(error) if attempt < ATTEMPTS && error.kind() != io::ErrorKind::NotFound => attempt += 1,
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_and_is_gone_when_killed() {
        let scratch = Scratch::new().unwrap();
        let mut server = RedisServer::start(&scratch).unwrap();
        let mut connection = server.connect().unwrap();
        connection.call(&[b"SET", b"k", b"v"]).unwrap().ok().unwrap();
        assert_eq!(connection.call(&[b"GET", b"k"]).unwrap().bytes(), Some(b"v".as_slice()));
        assert!(server.version().unwrap().starts_with(|c: char| c.is_ascii_digit()));
        server.kill().unwrap();
        assert!(server.connect().is_err());
    }

    #[test]
    fn a_pause_and_a_new_start() {
        let scratch = Scratch::new().unwrap();
        let mut server = RedisServer::start(&scratch).unwrap();
        server.connect().unwrap().call(&[b"SET", b"k", b"v"]).unwrap().ok().unwrap();
        let mut connection = server.connect().unwrap();
        server.pause().unwrap();
        let answer = std::thread::spawn(move || connection.call(&[b"GET", b"k"]).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!answer.is_finished());
        server.resume().unwrap();
        assert_eq!(answer.join().unwrap().bytes(), Some(b"v".as_slice()));
        let port = server.port();
        server.kill().unwrap();
        server.start_again(&scratch).unwrap();
        assert_eq!(server.port(), port);
        assert_eq!(server.connect().unwrap().call(&[b"GET", b"k"]).unwrap().bytes(), None);
    }

    #[test]
    fn a_taken_port_is_noticed() {
        let scratch = Scratch::new().unwrap();
        let first = RedisServer::start(&scratch).unwrap();
        let error = RedisServer::start_on(first.port(), &scratch, &[]).unwrap_err().to_string();
        assert!(error.contains("redis-server ended"), "{error}");
    }
}
