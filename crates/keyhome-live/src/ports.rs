//! Free loopback ports.
//!
//! nutcracker and redis-server cannot bind port 0 and say which port they got, so a port is chosen for them.
//! The range lies below Linux's ephemeral ports (32768 and up): no outgoing connection of anybody can take a
//! port between the moment it is leased and the moment its server binds it. Another program that picks ports
//! the same way still can, so whoever starts a server tries again with a new lease.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// How many leases were given out by this process: no port is handed out twice before the range is used up.
static LEASED: AtomicU32 = AtomicU32::new(0);

/// A port on 127.0.0.1 that nobody listens on.
pub fn lease() -> io::Result<u16> {
    // Processes that run at the same time start at different places of the range.
    next_free(std::process::id().wrapping_mul(101), &LEASED)
}

fn next_free(start: u32, leased: &AtomicU32) -> io::Result<u16> {
    for _ in 0..COUNT {
        let turn = leased.fetch_add(1, Ordering::Relaxed);
        let port = (FIRST + start.wrapping_add(turn) % COUNT) as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    let last = FIRST + COUNT - 1;
    Err(io::Error::other(format!("no free port on 127.0.0.1 between {FIRST} and {last}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_differ_and_are_free() {
        let (a, b) = (lease().unwrap(), lease().unwrap());
        assert_ne!(a, b);
        TcpListener::bind((Ipv4Addr::LOCALHOST, a)).unwrap();
    }

    #[test]
    fn a_port_in_use_is_not_leased() {
        let taken = lease().unwrap();
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, taken)).unwrap();
        let start = u32::from(taken) - FIRST;
        assert_ne!(next_free(start, &AtomicU32::new(0)).unwrap(), taken);
    }
}
