//! What people use today, at its default options, through `keyhome proxy`: the programs of `clients/`, redis-cli and
//! redis-benchmark, each on empty servers. A table says which did what they should.

mod program;
mod redis_benchmark;
mod redis_cli;

use std::{io, path::Path};

use anstyle::{AnsiColor, Style};
use keyhome_live::{Pool, Proxy, RedisServer, Scratch};

use crate::doors::CommandDoor;

/// What each client does, as `clients/README.md` has it.
const CHECKS: [&str; 17] = [
    "connect",
    "set and get",
    "binary",
    "mget and mset",
    "maps and scores",
    "pipeline",
    "unknown command",
    "del",
    "transaction",
    "blocking pop",
    "pub/sub",
    "scan",
    "script",
    "info",
    "client commands",
    "1 MB",
    "password",
];

const PASSWORD: &str = "the password";

/// What speaks with the proxy: with which version of the protocol, where that is not left to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Default,
    Resp(u8),
}

impl Protocol {
    /// As the programs are told.
    fn word(self) -> String {
        match self {
            Self::Default => "default".to_owned(),
            Self::Resp(number) => number.to_string(),
        }
    }

    /// As redis-cli and redis-benchmark are told.
    fn flag(self) -> Option<String> {
        match self {
            Self::Default => None,
            Self::Resp(number) => Some(format!("-{number}")),
        }
    }
}

/// What became of a client.
#[derive(Debug)]
struct Row {
    client: String,
    version: String,
    protocol: u8,
    asked: Protocol,
    /// How many checks there are.
    checks: usize,
    /// Those that failed, and why.
    failures: Vec<(String, String)>,
}

/// A proxy for two pools: one of three servers, and one with a password.
struct Served {
    servers: Vec<RedisServer>,
    proxy: Proxy,
    scratch: Scratch,
}

impl Served {
    fn start() -> io::Result<Self> {
        let scratch = Scratch::new()?;
        let mut servers = Vec::new();
        let mut open = Pool::new("open").set("hash", "fnv1a_64").set("hash_tag", "\"{}\"");
        for name in ["one", "two", "three"] {
            let server = RedisServer::start(&scratch)?;
            open = open.server(format!("{}:1 {name}", server.address()));
            servers.push(server);
        }
        let server = RedisServer::start(&scratch)?;
        // Now, and not when it starts: whoever starts it asks it whether it is there.
        server.connect()?.call(&[b"CONFIG", b"SET", b"requirepass", PASSWORD.as_bytes()])?.ok()?;
        let locked = Pool::new("locked")
            .set("redis_auth", format!("{PASSWORD:?}"))
            .server(format!("{}:1", server.address()));
        servers.push(server);
        let program = CommandDoor::new();
        let proxy = Proxy::start(&scratch, program.program(), &[open, locked], &[])?;
        Ok(Self { servers, proxy, scratch })
    }

    fn port(&self) -> io::Result<u16> {
        self.proxy.port("open")
    }

    fn locked(&self) -> io::Result<u16> {
        self.proxy.port("locked")
    }

    fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Leaves nothing that a client before has written.
    fn empty(&self) -> io::Result<()> {
        for server in &self.servers {
            let mut connection = server.connect()?;
            // Refused where there is no password.
            connection.call(&[b"AUTH", PASSWORD.as_bytes()])?;
            connection.call(&[b"FLUSHALL"])?.ok()?;
            connection.call(&[b"SCRIPT", b"FLUSH"])?.ok()?;
        }
        Ok(())
    }
}

/// Runs them all and prints the table. Whether all is well.
///
/// # Errors
/// Where the servers, the proxy or a program does not start.
pub fn run() -> io::Result<bool> {
    let served = Served::start()?;
    let mut rows = Vec::new();
    for (client, protocols) in program::all() {
        for &protocol in protocols {
            served.empty()?;
            rows.push(client.run(&served, protocol)?);
        }
    }
    for protocol in [Protocol::Default, Protocol::Resp(3)] {
        served.empty()?;
        rows.push(redis_cli::run(&served, protocol)?);
        served.empty()?;
        rows.push(redis_benchmark::run(&served, protocol)?);
    }
    Ok(print(&rows))
}

fn print(rows: &[Row]) -> bool {
    let bold = Style::new().bold();
    anstream::println!("\n{bold}{:<18}{:<9}{:<16}checks{bold:#}", "client", "version", "protocol");
    for row in rows {
        let protocol =
            format!("RESP{}{}", row.protocol, if row.asked == Protocol::Default { " (default)" } else { "" });
        let well = row.checks - row.failures.len();
        let color = if row.failures.is_empty() { AnsiColor::Green } else { AnsiColor::Red };
        let style: Style = color.on_default();
        anstream::println!(
            "{:<18}{:<9}{protocol:<16}{style}{well} of {}{style:#}",
            row.client,
            row.version,
            row.checks
        );
    }
    let failed: usize = rows.iter().map(|row| row.failures.len()).sum();
    for row in rows {
        for (check, why) in &row.failures {
            let Row { client, version, protocol, .. } = row;
            anstream::println!(
                "\n{client} {version}, RESP{protocol}: {check}\n  {}",
                why.trim_end().replace('\n', "\n  ")
            );
        }
    }
    let checks: usize = rows.iter().map(|row| row.checks).sum();
    anstream::println!("\n{} passed, {failed} failed", checks - failed);
    failed == 0
}
