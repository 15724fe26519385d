//! A connection over TCP or a unix socket.

use std::{
    io::{self, Read, Write},
    os::fd::{AsRawFd, RawFd},
};

use mio::{Interest, Registry, Token, event::Source, net};

/// Either kind of connection, never blocking.
pub(crate) enum Stream {
    Tcp(net::TcpStream),
    Unix(net::UnixStream),
    /// None yet: where to connect is still being found out.
    Unresolved,
}

impl Stream {
    /// The error that a connection ended with, or that connecting did.
    pub(crate) fn take_error(&self) -> io::Result<Option<io::Error>> {
        match self {
            Self::Tcp(stream) => stream.take_error(),
            Self::Unix(stream) => stream.take_error(),
            Self::Unresolved => Ok(None),
        }
    }

    /// Where a client has connected to; empty where that is not known any more.
    pub(crate) fn local_address(&self) -> String {
        match self {
            Self::Tcp(stream) => stream.local_addr().map(|address| address.to_string()).unwrap_or_default(),
            Self::Unix(stream) => {
                let address = stream.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                path.map(|path| format!("{}:0", path.display())).unwrap_or_default()
            }
            Self::Unresolved => String::new(),
        }
    }

    /// The number that the system knows it by.
    pub(crate) fn descriptor(&self) -> RawFd {
        match self {
            Self::Tcp(stream) => stream.as_raw_fd(),
            Self::Unix(stream) => stream.as_raw_fd(),
            Self::Unresolved => -1,
        }
    }

    pub(crate) fn is_unix(&self) -> bool {
        matches!(self, Self::Unix(_))
    }

    /// Asks for news once for good: readiness is told when it changes, so that waiting for room costs no call.
    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        match self {
            Self::Tcp(stream) => stream.register(registry, token, interest),
            Self::Unix(stream) => stream.register(registry, token, interest),
            Self::Unresolved => Ok(()),
        }
    }
}

impl Read for Stream {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
            Self::Unresolved => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

impl Write for Stream {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
            Self::Unresolved => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
