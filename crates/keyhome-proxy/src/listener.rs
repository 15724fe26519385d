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
use socket2::{Domain, SockAddr, SockRef, Type};

use crate::stream::Stream;

/// A socket that clients of one pool connect to.
pub(crate) struct Listener {
    socket: Bound,
    place: Socket,
    pub(crate) pool: usize,
    keepalive: bool,
}

enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Whether two are one place: the permissions of a path can be changed while it is listened at.
pub(crate) fn is_same(one: &Socket, other: &Socket) -> bool {
    match (one, other) {
        (Socket::Unix { path: one, .. }, Socket::Unix { path: other, .. }) => one == other,
        (one, other) => one == other,
    }
}

/// The path is gone with the pool that listened there.
pub(crate) fn remove(place: &Socket) {
    if let Socket::Unix { path, .. } = place
        && let Err(error) = fs::remove_file(path)
    {
        tracing::warn!(%error, path, "a socket that is not listened at any more");
    }
}

/// As after a reload that changed them.
pub(crate) fn set_permissions(place: &Socket) -> io::Result<()> {
    match place {
        Socket::Unix { path, permissions } if *permissions != 0 => {
            fs::set_permissions(path, fs::Permissions::from_mode(*permissions))
        }
        _ => Ok(()),
    }
}

impl Listener {
    /// Binds `count` listeners for pool number `pool`, one for each thread: the kernel spreads clients over them.
    pub(crate) fn bind(settings: &Settings, pool: usize, count: usize) -> io::Result<Vec<Self>> {
        let Some(listen) = &settings.listen else {
            let error = Error::new(ErrorKind::ConfigField, "`listen` is missing; the proxy needs it");
            return Err(io::Error::other(error.to_string()));
        };
        let backlog = backlog(settings);
        let sockets = match &listen.socket {
            Socket::Tcp { host, port } => tcp(host, *port, backlog, count)?,
            Socket::Unix { path, .. } => {
                let sockets = unix(path, backlog, count)?;
                set_permissions(&listen.socket)?;
                sockets
            }
        };
        let (place, keepalive) = (&listen.socket, settings.tcpkeepalive);
        let listener = |socket| Self { socket, place: place.clone(), pool, keepalive };
        Ok(sockets.into_iter().map(listener).collect())
    }

    /// Whether it listens where these settings say.
    pub(crate) fn is_of(&self, settings: &Settings) -> bool {
        settings.listen.as_ref().is_some_and(|listen| is_same(&listen.socket, &self.place))
    }

    /// Its clients are those of pool number `pool` from now on.
    pub(crate) fn give_to(&mut self, pool: usize, settings: &Settings) {
        self.pool = pool;
        self.keepalive = settings.tcpkeepalive;
        let socket = match &self.socket {
            Bound::Tcp(listener) => SockRef::from(listener),
            Bound::Unix(listener) => SockRef::from(listener),
        };
        if let Err(error) = socket.listen(backlog(settings)) {
            tracing::warn!(%error, "the backlog stays as it was");
        }
    }

    /// Before it is closed: threads that share a socket would go on being told of its clients.
    pub(crate) fn deregister(&mut self, registry: &Registry) {
        let done = match &mut self.socket {
            Bound::Tcp(listener) => listener.deregister(registry),
            Bound::Unix(listener) => listener.deregister(registry),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "a listener that is closed");
        }
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
                let keepalive =
                    || if self.keepalive { SockRef::from(&stream).set_keepalive(true) } else { Ok(()) };
                // Only one that has gone again refuses these.
                let set = stream.set_nodelay(true).and_then(|()| keepalive());
                set.map_err(|_| io::ErrorKind::ConnectionAborted)?;
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

fn backlog(settings: &Settings) -> i32 {
    settings.backlog.min(i32::MAX as u32) as i32
}

/// Several listeners need SO_REUSEPORT, with which a second proxy could take half of the clients of a first one without
/// anybody knowing. So it is tried without it whether the place is free.
fn tcp(host: &str, port: u16, backlog: i32, count: usize) -> io::Result<Vec<Bound>> {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let address = (host, port).to_socket_addrs()?.next();
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    let bind = |shared: bool| -> io::Result<socket2::Socket> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(shared)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(socket)
    };
    let shared = count > 1;
    if shared {
        drop(bind(false)?);
    }
    let listen = |_| {
        let socket = bind(shared)?;
        socket.listen(backlog)?;
        Ok(Bound::Tcp(TcpListener::from_std(socket.into())))
    };
    (0..count).map(listen).collect()
}

/// One socket for all threads: a path can be bound once. What lies at the path is removed, as nutcracker does it.
fn unix(path: &str, backlog: i32, count: usize) -> io::Result<Vec<Bound>> {
    let path = Path::new(path);
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SockAddr::unix(path)?)?;
    socket.listen(backlog)?;
    let shared = |_| Ok(Bound::Unix(UnixListener::from_std(socket.try_clone()?.into())));
    (0..count).map(shared).collect()
}
