//! The keys that are asked for: there before anything is measured, and looked at through every proxy.

use std::io;

use keyhome_live::resp::{Connection, Reply};

use crate::fleet::{Fleet, Proxied};

/// Keys of small values; redis-benchmark makes their names.
pub(crate) const SMALL: usize = 100_000;

/// Bytes of a small value.
pub(crate) const SMALL_BYTES: usize = 100;

/// Keys of large values.
pub(crate) const LARGE: usize = 1000;

/// Bytes of a large value.
pub(crate) const LARGE_BYTES: usize = 16 * 1024;

/// The name of a key, as redis-benchmark writes the number in place of `__rand_int__`.
pub(crate) fn key(kind: &str, number: usize) -> String {
    format!("{kind}:{number:012}")
}

/// Fills the keys through each proxy that has homes of its own: keyhome's are nutcracker's.
pub(crate) fn fill(fleet: &Fleet) -> io::Result<()> {
    for proxy in [Some(fleet.nutcracker), fleet.envoy].into_iter().flatten() {
        set(proxy, "key", SMALL, SMALL_BYTES)?;
        set(proxy, "large", LARGE, LARGE_BYTES)?;
    }
    for proxy in fleet.proxies() {
        look(proxy, "key", SMALL, SMALL_BYTES)?;
        look(proxy, "large", LARGE, LARGE_BYTES)?;
    }
    Ok(())
}

fn set(proxy: Proxied, kind: &str, count: usize, bytes: usize) -> io::Result<()> {
    let keys: Vec<String> = (0..count).map(|number| key(kind, number)).collect();
    let value = vec![b'x'; bytes];
    let commands = keys.iter().map(|key| vec![b"SET".as_slice(), key.as_bytes(), &value]);
    Connection::open(proxy.port)?.pipeline(commands)?.into_iter().try_for_each(Reply::ok)
}

fn look(proxy: Proxied, kind: &str, count: usize, bytes: usize) -> io::Result<()> {
    let keys: Vec<String> = (0..count).map(|number| key(kind, number)).collect();
    let commands = keys.iter().map(|key| vec![b"GET".as_slice(), key.as_bytes()]);
    let replies = Connection::open(proxy.port)?.pipeline(commands)?;
    let wrong = replies.iter().filter(|reply| reply.bytes().is_none_or(|value| value.len() != bytes)).count();
    if wrong > 0 {
        let text = format!("{wrong} of {count} keys are not there on port {}", proxy.port);
        return Err(io::Error::other(text));
    }
    Ok(())
}
