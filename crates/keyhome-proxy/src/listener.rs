//! Where clients connect.

use std::{fs, io, net::ToSocketAddrs, os::unix::fs::PermissionsExt, path::Path};

use keyhome::{
    Error, ErrorKind,
    config::{Settings, Socket},
};
use mio::{
    Interest, Registry, Token,
    event::Source,
    net::{TcpListener, UnixListener},
};
use socket2::{Domain, SockRef, Type};

use crate::stream::Stream;

/// A socket that clients of one pool connect to.
pub(crate) struct Listener {
    socket: Bound,
    pub(crate) pool: usize,
    keepalive: bool,
}

enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Binds. Several workers can listen at one place: the kernel spreads clients over them.
    pub(crate) fn bind(settings: &Settings, pool: usize) -> io::Result<Self> {
        let Some(listen) = &settings.listen else {
            let error = Error::new(ErrorKind::ConfigField, "`listen` is missing; the proxy needs it");
            return Err(io::Error::other(error.to_string()));
        };
        let backlog = settings.backlog.min(i32::MAX as u32) as i32;
        let socket = match &listen.socket {
            Socket::Tcp { host, port } => {
                let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
                let address = (host, *port).to_socket_addrs()?.next();
                let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
                let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
                socket.set_reuse_address(true)?;
                socket.set_reuse_port(true)?;
                socket.set_nonblocking(true)?;
                socket.bind(&address.into())?;
                socket.listen(backlog)?;
                Bound::Tcp(TcpListener::from_std(socket.into()))
            }
            Socket::Unix { path, permissions } => {
                let path = Path::new(path);
                match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
                let listener = UnixListener::bind(path)?;
                if *permissions != 0 {
                    fs::set_permissions(path, fs::Permissions::from_mode(*permissions))?;
                }
                Bound::Unix(listener)
            }
        };
        Ok(Self { socket, pool, keepalive: settings.tcpkeepalive })
    }

    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match &mut self.socket {
            Bound::Tcp(listener) => listener.register(registry, token, Interest::READABLE),
            Bound::Unix(listener) => listener.register(registry, token, Interest::READABLE),
        }
    }

    /// The next client and its address; None when there is none for now.
    pub(crate) fn accept(&mut self) -> io::Result<Option<(Stream, String)>> {
        let accepted = match &self.socket {
            Bound::Tcp(listener) => listener.accept().and_then(|(stream, address)| {
                stream.set_nodelay(true)?;
                if self.keepalive {
                    SockRef::from(&stream).set_keepalive(true)?;
                }
                Ok((Stream::Tcp(stream), address.to_string()))
            }),
            Bound::Unix(listener) => {
                listener.accept().map(|(stream, _)| (Stream::Unix(stream), "unix".into()))
            }
        };
        match accepted {
            Ok(accepted) => Ok(Some(accepted)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}
