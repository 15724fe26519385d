//! A small blocking RESP2 client.
//!
//! Client libraries open with `HELLO` or `CLIENT SETINFO`, at which nutcracker hangs up. This one sends what it
//! is given and nothing else.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// Long enough for a busy machine, short enough that a hung server fails a test and does not hang it.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `+OK`
    Simple(String),
    /// `-MOVED 866 127.0.0.1:7000`
    Error(String),
    /// `:42`
    Integer(i64),
    /// `$3` and three bytes; `None` for the null of `$-1`
    Bulk(Option<Vec<u8>>),
    /// `*2` and two replies; `None` for the null of `*-1`
    Array(Option<Vec<Reply>>),
}

impl Reply {
    /// The bytes of a bulk string, if it is one and not null.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bulk(Some(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// The text of a bulk or simple string; an error, a number or bytes that are not UTF-8 become an [`io::Error`].
    pub fn text(self) -> io::Result<String> {
        match self {
            Self::Simple(text) => Ok(text),
            Self::Bulk(Some(bytes)) => String::from_utf8(bytes).map_err(broken),
            other => Err(broken(format!("expected text, got {other:?}"))),
        }
    }

    /// The replies of a list; what is none, or null, becomes an [`io::Error`].
    pub fn list(self) -> io::Result<Vec<Self>> {
        match self {
            Self::Array(Some(replies)) => Ok(replies),
            other => Err(broken(format!("expected a list, got {other:?}"))),
        }
    }

    /// The text of an error; what is none becomes an [`io::Error`].
    pub fn error(self) -> io::Result<String> {
        match self {
            Self::Error(text) => Ok(text),
            other => Err(broken(format!("expected an error, got {other:?}"))),
        }
    }

    /// Insists on `+OK`.
    pub fn ok(self) -> io::Result<()> {
        if self == Self::Simple("OK".to_owned()) {
            Ok(())
        } else {
            Err(broken(format!("expected +OK, got {self:?}")))
        }
    }
}

/// A connection to one server.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    /// Connects to a port of 127.0.0.1.
    pub fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// One command, one reply.
    pub fn call(&mut self, command: &[&[u8]]) -> io::Result<Reply> {
        self.send(&encode(command))?;
        self.receive()
    }

    /// Many commands of one shape, their replies in order. Sent in small groups, so that neither side's buffers
    /// can fill up while the other side waits.
    pub fn pipeline<'a>(
        &mut self,
        commands: impl IntoIterator<Item = Vec<&'a [u8]>>,
    ) -> io::Result<Vec<Reply>> {
        const GROUP: usize = 50;
        let mut replies = Vec::new();
        let mut commands = commands.into_iter().peekable();
        while commands.peek().is_some() {
            let (mut bytes, mut sent) = (Vec::new(), 0);
            for command in commands.by_ref().take(GROUP) {
                bytes.extend(encode(&command));
                sent += 1;
            }
            self.send(&bytes)?;
            for _ in 0..sent {
                replies.push(self.receive()?);
            }
        }
        Ok(replies)
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one reply.
    pub fn receive(&mut self) -> io::Result<Reply> {
        let line = self.line()?;
        let (kind, rest) = line.split_at_checked(1).ok_or_else(|| broken("an empty line"))?;
        match kind {
            "+" => Ok(Reply::Simple(rest.to_owned())),
            "-" => Ok(Reply::Error(rest.to_owned())),
            ":" => Ok(Reply::Integer(number(rest)?)),
            "$" => match number(rest)? {
                -1 => Ok(Reply::Bulk(None)),
                length => {
                    let mut bytes = vec![0; usize::try_from(length).map_err(broken)? + 2];
                    self.stream.read_exact(&mut bytes)?;
                    bytes.truncate(bytes.len() - 2);
                    Ok(Reply::Bulk(Some(bytes)))
                }
            },
            "*" => match number(rest)? {
                -1 => Ok(Reply::Array(None)),
                length => {
                    (0..length).map(|_| self.receive()).collect::<io::Result<_>>().map(Some).map(Reply::Array)
                }
            },
            _ => Err(broken(format!("not RESP2: {line:?}"))),
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }
}

/// A command as RESP: an array of bulk strings.
pub fn encode(command: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", command.len()).into_bytes();
    for word in command {
        bytes.extend(format!("${}\r\n", word.len()).into_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

fn number(text: &str) -> io::Result<i64> {
    text.parse().map_err(|_| broken(format!("not a number: {text:?}")))
}

fn broken(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A server that answers whatever it is asked with `bytes`.
    fn answering(bytes: &'static [u8]) -> Connection {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || listener.accept().unwrap().0.write_all(bytes).unwrap());
        Connection::open(port).unwrap()
    }

    #[test]
    fn commands_are_arrays_of_bulk_strings() {
        assert_eq!(encode(&[b"GET", b"a\r\nb"]), b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n");
    }

    #[test]
    fn every_reply_is_read() {
        let mut server =
            answering(b"+OK\r\n-ERR no\r\n:-7\r\n$4\r\n\r\n\0x\r\n$-1\r\n*2\r\n:1\r\n*0\r\n*-1\r\n");
        server.receive().unwrap().ok().unwrap();
        assert_eq!(server.receive().unwrap(), Reply::Error("ERR no".to_owned()));
        assert_eq!(server.receive().unwrap(), Reply::Integer(-7));
        assert_eq!(server.receive().unwrap().bytes(), Some(b"\r\n\0x".as_slice()));
        assert_eq!(server.receive().unwrap(), Reply::Bulk(None));
        let nested = Reply::Array(Some(vec![Reply::Integer(1), Reply::Array(Some(vec![]))]));
        assert_eq!(server.receive().unwrap(), nested);
        assert_eq!(server.receive().unwrap(), Reply::Array(None));
        assert_eq!(server.receive().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_is_not_resp_is_an_error() {
        assert_eq!(answering(b"HTTP/1.1 400\r\n").receive().unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(answering(b"$x\r\n").receive().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
