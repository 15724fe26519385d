//! A connection by which a server is told how keys are placed: one that waits, in a thread where nobody else does.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
    time::Duration,
};

use keyhome::{config::Settings, writers::Words};
use keyhome_resp::{ReplyReader, Value, request};

use crate::resolver;

/// How long a server has to answer, unless the pool says how long.
const PATIENCE: Duration = Duration::from_secs(2);

/// No answer is longer.
const LONGEST: usize = 1 << 20;

/// A connection to one server.
pub(super) struct Connection {
    stream: Box<dyn Stream>,
    input: Vec<u8>,
}

trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

impl Connection {
    /// Connects, with the pool's password and database.
    pub(super) fn open(address: &str, settings: &Settings) -> io::Result<Self> {
        let timeout = settings.timeout.filter(|timeout| *timeout > 0);
        let timeout = timeout.map_or(PATIENCE, |timeout| Duration::from_millis(timeout.into()));
        let stream: Box<dyn Stream> = if address.starts_with('/') {
            let stream = UnixStream::connect(address)?;
            stream.set_read_timeout(Some(timeout))?;
            stream.set_write_timeout(Some(timeout))?;
            Box::new(stream)
        } else {
            let stream = connect(address, timeout)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(timeout))?;
            stream.set_write_timeout(Some(timeout))?;
            Box::new(stream)
        };
        let mut connection = Self { stream, input: Vec::new() };
        if let Some(password) = &settings.redis_auth {
            connection.ask(&[vec!["AUTH".into(), password.clone()]])?;
        }
        if settings.redis_db > 0 {
            connection.ask(&[vec!["SELECT".into(), settings.redis_db.to_string()]])?;
        }
        Ok(connection)
    }

    /// Sends commands, and reads the reply to each: a text, or a list of them, as a list. An error of the server is one of
    /// this.
    pub(super) fn ask(&mut self, commands: &[Words]) -> io::Result<Vec<Vec<Vec<u8>>>> {
        let mut out = Vec::new();
        for command in commands {
            request(&mut out, command);
        }
        self.stream.write_all(&out)?;
        let replies = commands.iter().map(|_| self.reply()).collect::<io::Result<Vec<_>>>()?;
        replies.iter().map(|reply| texts(reply)).collect()
    }

    fn reply(&mut self) -> io::Result<Vec<u8>> {
        let mut reader = ReplyReader::default();
        let mut piece = [0; 4096];
        loop {
            if let Some(length) = reader.read(&self.input).map_err(io::Error::other)? {
                let rest = self.input.split_off(length);
                return Ok(std::mem::replace(&mut self.input, rest));
            }
            let count = self.stream.read(&mut piece)?;
            if count == 0 || self.input.len() > LONGEST {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.input.extend_from_slice(piece.get(..count).unwrap_or_default());
        }
    }
}

fn connect(address: &str, timeout: Duration) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::NotFound.into();
    for address in resolver::resolve(address)? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn texts(reply: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    match Value::of(reply) {
        Some(Value::Array(values)) => Ok(values.filter_map(text).collect()),
        Some(Value::Error(error)) => Err(io::Error::other(String::from_utf8_lossy(error).into_owned())),
        Some(_) => Ok(text(reply).into_iter().collect()),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn text(value: &[u8]) -> Option<Vec<u8>> {
    match Value::of(value)? {
        Value::Simple(text) | Value::Bulk(text) => Some(text.to_vec()),
        _ => None,
    }
}
