//! nutcracker's port for statistics: whoever connects is sent one JSON object, and nothing is read.
//!
//! Members and spacing are those of twitter/twemproxy `src/nc_stats.c`, so that what reads nutcracker's reads this too.
//! Unlike there, the numbers are those of this moment, not of the last time that somebody asked.

use std::{
    fmt::Write as _,
    io::{self, Write},
    net::TcpListener,
    os::unix::net::UnixListener,
    sync::Arc,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    control::{self, Line, Snapshot},
    host,
};

/// How long somebody may take to read: who does not must not keep the numbers from others.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where statistics are to be had.
pub(crate) enum StatsListener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl StatsListener {
    /// `address` is a host, or the path of a unix socket, which has no port.
    pub(crate) fn bind(address: &str, port: u16) -> io::Result<Self> {
        if address.starts_with('/') {
            match std::fs::remove_file(address) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            return UnixListener::bind(address).map(Self::Unix);
        }
        TcpListener::bind((address, port)).map(Self::Tcp)
    }

    /// Who has connected.
    fn accept(&self) -> io::Result<Box<dyn Write>> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (to, _) = listener.accept()?;
                to.set_write_timeout(Some(PATIENCE))?;
                Box::new(to)
            }
            Self::Unix(listener) => {
                let (to, _) = listener.accept()?;
                to.set_write_timeout(Some(PATIENCE))?;
                Box::new(to)
            }
        })
    }

    /// Answers for as long as the process lives.
    pub(crate) fn serve(self, lines: Arc<Vec<Line>>) {
        let started = SystemTime::now();
        thread::spawn(move || {
            loop {
                let sent = self
                    .accept()
                    .and_then(|mut to| to.write_all(describe(&control::count(&lines)?, started).as_bytes()));
                if let Err(error) = sent {
                    tracing::warn!(%error, "statistics");
                    // Out of files, for one: it is no use to try again at once.
                    thread::sleep(Duration::from_millis(10));
                }
            }
        });
    }
}

fn describe(counted: &Snapshot, started: SystemTime) -> String {
    let seconds = |since: SystemTime| SystemTime::now().duration_since(since).unwrap_or_default().as_secs();
    let mut text = format!(
        "{{\"service\":\"nutcracker\", \"source\":{}, \"version\":\"{}\", \"uptime\":{}, \"timestamp\":{}, \
         \"total_connections\":{}, \"curr_connections\":{}, ",
        quoted(&host::name()),
        keyhome::VERSION,
        seconds(started),
        seconds(UNIX_EPOCH),
        counted.total_connections,
        counted.connections,
    );
    // Writing to a String cannot fail.
    for (at, (pool, counters)) in in_order(&counted.pools, |(pool, _)| &pool.name).enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let ejections = pool.ejections();
        let _ = write!(
            text,
            "{comma}{}: {{\"client_eof\":{}, \"client_err\":{}, \"client_connections\":{}, \"server_ejects\":{}, \
             \"forward_error\":{}, \"fragments\":{}, ",
            quoted(&pool.name),
            counters.client_eof,
            counters.client_err,
            counters.client_connections,
            ejections.iter().map(|server| server.count).sum::<u64>(),
            counters.forward_error,
            counters.fragments,
        );
        let servers: Vec<_> =
            pool.all().nodes().iter().zip(counters.servers.iter().zip(&ejections)).collect();
        for (at, (node, (server, ejections))) in in_order(&servers, |(node, _)| &node.name).enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(text, "{comma}{}: {{", quoted(&node.name));
            for (place, (name, value)) in server.fields().enumerate() {
                let comma = if place == 0 { "" } else { ", " };
                let _ = write!(text, "{comma}\"{name}\":{value}");
                if name == "server_connections" {
                    let _ = write!(text, ", \"server_ejected_at\":{}", ejections.last);
                }
            }
            text.push('}');
        }
        text.push('}');
    }
    text.push_str("}\n");
    text
}

/// As nutcracker sorts pools and servers: shorter names first, then by bytes (`string_compare`, src/nc_string.c).
fn in_order<T>(all: &[T], name: impl Fn(&T) -> &String) -> impl Iterator<Item = &T> {
    let mut sorted: Vec<&T> = all.iter().collect();
    sorted.sort_by_key(|it| (name(it).len(), name(it).as_bytes().to_vec()));
    sorted.into_iter()
}

/// As JSON; nutcracker escapes nothing, so that a quote in a name breaks what it sends.
fn quoted(name: &str) -> String {
    let mut text = String::from('"');
    for letter in name.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\0'..='\x1f' => drop(write!(text, "\\u{:04x}", letter as u32)),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}
