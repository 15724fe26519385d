//! Names of servers become addresses beside the loops of the workers: a name server that takes its time holds up nobody
//! but those who need that name.

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Instant,
};

use crate::{
    control::{Control, Line},
    log_limit::LogLimit,
};

/// Looks up names: each once at a time, whoever asks, in a thread that ends with it. Nothing is kept, so that a connection
/// follows a name that has moved.
#[derive(Default)]
pub(crate) struct Resolver {
    under_way: Mutex<HashMap<String, Vec<Asker>>>,
    log: Mutex<LogLimit>,
}

/// A connection of a worker that needs an address.
pub(crate) struct Asker {
    pub(crate) line: Arc<Line>,
    pub(crate) connection: usize,
    pub(crate) serial: u64,
}

/// All addresses of a name, in the order of the system.
pub(crate) type Found = Result<Vec<SocketAddr>, io::ErrorKind>;

impl Resolver {
    /// Looks up `host:port`. The worker is told by [`Control::Resolved`].
    pub(crate) fn look_up(self: &Arc<Self>, address: &str, asker: Asker) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(askers) = under_way.get_mut(address) {
            return askers.push(asker);
        }
        under_way.insert(address.to_owned(), vec![asker]);
        drop(under_way);
        let (resolver, name) = (Arc::clone(self), address.to_owned());
        let thread = thread::Builder::new().name("name".into()).spawn(move || {
            let found = resolve(&name);
            resolver.tell(&name, found);
        });
        if let Err(error) = thread {
            self.tell(address, Err(error));
        }
    }

    fn tell(&self, name: &str, found: io::Result<Vec<SocketAddr>>) {
        if let Err(error) = &found
            && let Some(left_out) =
                self.log.lock().unwrap_or_else(PoisonError::into_inner).admit(Instant::now())
        {
            tracing::warn!(name, %error, left_out, "no address");
        }
        let found = found.map_err(|error| error.kind());
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let askers = under_way.remove(name).unwrap_or_default();
        drop(under_way);
        for Asker { line, connection, serial } in askers {
            let resolved = Control::Resolved { connection, serial, found: found.clone() };
            if let Err(error) = line.send(resolved) {
                tracing::warn!(name, %error, "an address is for nobody");
            }
        }
    }
}

/// All addresses of `host:port`.
pub(crate) fn resolve(address: &str) -> io::Result<Vec<SocketAddr>> {
    // `::1:6379` is a host and a port for twemproxy.
    let (host, port) = address.rsplit_once(':').ok_or(io::ErrorKind::InvalidInput)?;
    let port: u16 = port.parse().map_err(|_| io::ErrorKind::InvalidInput)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    Ok((host, port).to_socket_addrs()?.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_read_as_twemproxy_does() {
        let of = |text: &str| resolve(text).unwrap().into_iter().map(|it| it.to_string()).collect::<Vec<_>>();
        assert_eq!(of("::1:6379"), ["[::1]:6379"]);
        assert_eq!(of("[::1]:6379"), ["[::1]:6379"]);
        assert!(of("localhost:6379").contains(&"127.0.0.1:6379".to_owned()));
        for wrong in ["localhost", "localhost:x", "localhost:99999"] {
            assert_eq!(resolve(wrong).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{wrong}");
        }
    }
}
