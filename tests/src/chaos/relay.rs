//! Between clients and a server: passes on what it gets, later if it is told to, and hangs up on everybody if it is told to.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use keyhome_live::lease;

/// A relay in front of a port of this machine. Who connects while nobody listens at that port is hung up on.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    to: u16,
    /// Microseconds, in each direction.
    delay: AtomicU64,
    closed: AtomicBool,
    next: AtomicU64,
    /// Both ends of each connection.
    connections: Mutex<HashMap<u64, [TcpStream; 2]>>,
}

impl Relay {
    /// One in front of this port, on a free port.
    pub fn start(to: u16) -> io::Result<Self> {
        let port = lease()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let shared = Arc::new(Shared {
            to,
            delay: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            next: AtomicU64::new(0),
            connections: Mutex::default(),
        });
        let all = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if all.closed.load(Ordering::Relaxed) {
                    return;
                }
                // A client that is gone again, or a server that is: whoever asked notices, as the connection ends.
                drop(client.and_then(|client| all.join(client)));
            }
        });
        Ok(Self { port, shared })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on everything is late by so much, in each direction. What comes while something waits may be up to twice as
    /// late. Zero lets go at once what waits.
    pub fn delay(&self, delay: Duration) {
        self.shared.delay.store(delay.as_micros() as u64, Ordering::Relaxed);
    }

    /// Ends all connections.
    pub fn cut(&self) {
        for [client, server] in self.shared.connections().values() {
            // Those that have ended already are where they should be.
            drop(client.shutdown(Shutdown::Both));
            drop(server.shutdown(Shutdown::Both));
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        self.cut();
        // So that the listener sees it. If nobody listens any more, it has.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

impl Shared {
    fn connections(&self) -> MutexGuard<'_, HashMap<u64, [TcpStream; 2]>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(self: &Arc<Self>, client: TcpStream) -> io::Result<()> {
        let server = TcpStream::connect((Ipv4Addr::LOCALHOST, self.to))?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.connections().insert(number, [client.try_clone()?, server.try_clone()?]);
        for (from, to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
            let shared = Arc::clone(self);
            thread::spawn(move || {
                // An error is an end, like any other.
                drop(shared.pass_on(&from, &to));
                drop(from.shutdown(Shutdown::Both));
                drop(to.shutdown(Shutdown::Both));
                shared.connections().remove(&number);
            });
        }
        Ok(())
    }

    fn pass_on(&self, mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
        const STEP: Duration = Duration::from_millis(5);
        let mut bytes = vec![0; 64 << 10];
        loop {
            let count = from.read(&mut bytes)?;
            if count == 0 {
                return Ok(());
            }
            let came = Instant::now();
            while came.elapsed() < Duration::from_micros(self.delay.load(Ordering::Relaxed)) {
                thread::sleep(STEP);
            }
            to.write_all(&bytes[..count])?;
        }
    }
}
