//! Where a pool listens: `host:port`, or `/path` with permissions.

use alloc::{format, string::String};

use keyhome_core::{Error, ErrorKind};

use crate::{document::Value, scalar, split::split_last, wording::quote};

/// Bytes of the longest path of a unix socket, as in Linux's `sun_path` without its NUL.
const PATH_MAX: usize = 107;

/// Where a pool listens, read but not resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listen {
    /// As the config says it.
    pub text: String,
    /// What it says.
    pub socket: Socket,
}

/// The two kinds of sockets that a pool can listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Socket {
    /// TCP.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// A unix socket.
    Unix {
        /// The path.
        path: String,
        /// The permissions to set, at most `0o777`; 0: whatever the umask leaves.
        permissions: u32,
    },
}

impl Listen {
    pub(crate) fn read(value: &Value) -> Result<Self, Error> {
        let text = value.text("a text")?;
        let socket = if text.starts_with('/') { unix(text) } else { tcp(text) };
        let socket = socket.map_err(|reason| {
            let accepted = "`host:port` or `/path`, the path with ` 0666` after it or not, is accepted";
            value.error(ErrorKind::ConfigValue, format!("found {}, {reason}; {accepted}", quote(text)))
        })?;
        Ok(Self { text: text.into(), socket })
    }
}

/// Split at the last colon, so that `::1:22121` is a host and a port.
fn tcp(text: &str) -> Result<Socket, &'static str> {
    let (host, port) = split_last(text, b':').ok_or("which has no port")?;
    if host.is_empty() {
        return Err("whose host is empty");
    }
    let port = port_of(port).ok_or("whose port is not a number from 1 to 65535")?;
    Ok(Socket::Tcp { host: host.into(), port })
}

fn unix(text: &str) -> Result<Socket, &'static str> {
    let (path, permissions) = match split_last(text, b' ') {
        Some((path, permissions)) => {
            (path, octal(permissions).ok_or("whose permissions are not within 0777")?)
        }
        None => (text, 0),
    };
    if path.len() > PATH_MAX {
        return Err("whose path is longer than 107 bytes");
    }
    Ok(Socket::Unix { path: path.into(), permissions })
}

/// What C's `strtol` makes of it in base 8, if that are permissions: digits up to what is none, so that `0999` and
/// `abc` are 0. There is no space in `text`, but there may be other blanks.
fn octal(text: &str) -> Option<u32> {
    let mut rest = text.as_bytes();
    while let [b'\t'..=b'\r', behind @ ..] = rest {
        rest = behind;
    }
    let negative = rest.first() == Some(&b'-');
    if let [b'+' | b'-', behind @ ..] = rest {
        rest = behind;
    }
    let mut permissions = 0;
    while let [digit @ b'0'..=b'7', behind @ ..] = rest {
        rest = behind;
        permissions = permissions * 8 + u32::from(digit - b'0');
        if permissions > 0o777 || (negative && permissions > 0) {
            return None;
        }
    }
    Some(permissions)
}

/// A port from 1 to 65535 in decimal digits, leading zeros or not.
pub(crate) fn port_of(text: &str) -> Option<u16> {
    scalar::digits(text).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every answer is nutcracker's.
    #[test]
    fn sockets_are_read_as_nutcracker_reads_them() {
        assert_eq!(tcp("127.0.0.1:022121"), Ok(Socket::Tcp { host: "127.0.0.1".into(), port: 22121 }));
        assert_eq!(tcp("::1:22121"), Ok(Socket::Tcp { host: "::1".into(), port: 22121 }));
        for text in ["22121", ":22121", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:+1", " /x"]
        {
            assert!(tcp(text).is_err(), "{text:?}");
        }
        let permissions = |text| match unix(text) {
            Ok(Socket::Unix { permissions, .. }) => Some(permissions),
            _ => None,
        };
        let cases = [
            ("/x", Some(0)),
            ("/x ", Some(0)),
            ("/x 0666", Some(0o666)),
            ("/x 777", Some(0o777)),
            ("/x 0999", Some(0)),
            ("/x abc", Some(0)),
            ("/x +7", Some(7)),
            ("/x 1000", None),
            ("/x -1", None),
            ("/x 7777777777777777777777777777", None),
        ];
        for (text, expected) in cases {
            assert_eq!(permissions(text), expected, "{text:?}");
        }
        assert!(unix(&format!("/{}", "x".repeat(106))).is_ok());
        assert!(unix(&format!("/{}", "x".repeat(107))).is_err());
    }
}
