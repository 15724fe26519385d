//! A connection over TCP or a unix socket.

use std::io::{self, Read, Write};

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
