//! A connection to a server, which many clients share: replies come in the order of the requests.

use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, ToSocketAddrs},
    path::Path,
};

use keyhome_resp::{ReplyReader, request};
use mio::net::{TcpStream, UnixStream};

use crate::{
    buffers::{Input, Output},
    stream::Stream,
};

/// Where a request goes back to.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) client: u32,
    pub(crate) generation: u32,
    /// The number of the request among those of its client.
    pub(crate) number: u32,
    /// Which part of it this is.
    pub(crate) part: u32,
    /// When it was queued, in microseconds of the worker's clock.
    pub(crate) since: u64,
}

/// The client of requests that the proxy makes for itself.
pub(crate) const NOBODY: u32 = u32::MAX;

/// A connection to a server.
#[allow(clippy::struct_excessive_bools, reason = "each is asked alone")]
pub(crate) struct ServerConnection {
    pub(crate) stream: Stream,
    pub(crate) pool: usize,
    pub(crate) server: usize,
    /// It speaks RESP3.
    pub(crate) resp3: bool,
    /// The client, by index and generation, whose alone it is.
    pub(crate) owner: Option<(u32, u32)>,
    /// What comes is not a reply, but what its owner has subscribed to.
    pub(crate) listens: bool,
    /// What it waits for may take as long as it likes.
    pub(crate) patient: bool,
    pub(crate) connected: bool,
    pub(crate) output: Output,
    pub(crate) waiting: VecDeque<Waiting>,
    pub(crate) input: Input,
    pub(crate) reader: ReplyReader,
    pub(crate) is_due: bool,
}

/// Starts to connect to `host:port` or `/path`.
///
/// A name is resolved here, in place, as twemproxy does it; an address is not.
pub(crate) fn connect(address: &str) -> io::Result<Stream> {
    if address.starts_with('/') {
        return UnixStream::connect(Path::new(address)).map(Stream::Unix);
    }
    let stream = TcpStream::connect(resolve(address)?)?;
    stream.set_nodelay(true)?;
    Ok(Stream::Tcp(stream))
}

fn resolve(address: &str) -> io::Result<SocketAddr> {
    if let Ok(address) = address.parse() {
        return Ok(address);
    }
    // `::1:6379` is a host and a port for twemproxy.
    let (host, port) = address.rsplit_once(':').ok_or(io::ErrorKind::InvalidInput)?;
    let port: u16 = port.parse().map_err(|_| io::ErrorKind::InvalidInput)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    (host, port).to_socket_addrs()?.next().ok_or_else(|| io::ErrorKind::HostUnreachable.into())
}

impl ServerConnection {
    pub(crate) fn new(stream: Stream, pool: usize, server: usize, resp3: bool) -> Self {
        Self {
            stream,
            pool,
            server,
            resp3,
            owner: None,
            listens: false,
            patient: false,
            connected: false,
            output: Output::default(),
            waiting: VecDeque::new(),
            input: Input::default(),
            reader: ReplyReader::default(),
            is_due: false,
        }
    }
}

/// Writes what a new connection says first: password, protocol, database. The number of replies that follow.
///
/// The password goes before the database, unlike in twemproxy, whose SELECT fails then, so that data lies in database 0.
pub(crate) fn greeting(out: &mut Vec<u8>, password: Option<&str>, database: u32, resp3: bool) -> usize {
    let mut count = 0;
    if let Some(password) = password {
        request(out, &["AUTH", password]);
        count += 1;
    }
    if resp3 {
        request(out, &["HELLO", "3"]);
        count += 1;
    }
    if database > 0 {
        request(out, &["SELECT", &database.to_string()]);
        count += 1;
    }
    count
}
