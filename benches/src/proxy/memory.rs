//! What a proxy keeps: for connections that are silent, and when a burst of large values has passed.

use std::{io, path::Path, thread, time::Duration};

use keyhome_live::resp::{Connection, Reply};

use crate::{
    fleet::{Fresh, Proxied},
    process::{self, Resident},
    verdict,
};

/// Connections that are silent.
const IDLE: usize = 1000;

/// Connections of the burst, and the values that each sends and gets back.
const BUSY: usize = 50;
const VALUES: usize = 20;

/// Bytes of a large value.
const LARGE: usize = 256 * 1024;

/// After the burst.
const CALM: Duration = Duration::from_secs(10);

pub(crate) fn measure(keyhome: &Path) -> io::Result<()> {
    println!("memory that is resident, in MB");
    println!("{:<34} {:>9} {:>11} {:>9} {:>7} {:>8}", "", "keyhome", "nutcracker", "", "ratio", "at most");
    let fresh = Fresh::start(keyhome)?;
    let idle = |proxy: Proxied| {
        let mut connections = Vec::new();
        for _ in 0..IDLE {
            let mut connection = Connection::open(proxy.port)?;
            connection.call(&[b"SET", b"key", b"value"])?.ok()?;
            connections.push(connection);
        }
        process::resident(proxy.process)
    };
    print("memory, 1,000 idle connections", Some(1.0), idle(fresh.keyhome)?, idle(fresh.nutcracker)?);
    let fresh = Fresh::start(keyhome)?;
    let resident = || {
        Ok::<_, io::Error>((
            process::resident(fresh.keyhome.process)?,
            process::resident(fresh.nutcracker.process)?,
        ))
    };
    let before = resident()?;
    burst(fresh.keyhome)?;
    burst(fresh.nutcracker)?;
    thread::sleep(CALM);
    let after = resident()?;
    print("memory, after 1,000 large values", Some(0.5), after.0, after.1);
    print("memory, before a request", None, before.0, before.1);
    Ok(())
}

/// Every connection sends all its values before it reads a reply, then asks for all before it reads one.
fn burst(proxy: Proxied) -> io::Result<()> {
    let value = vec![b'x'; LARGE];
    let connect = |_| Connection::open(proxy.port);
    let mut connections = (0..BUSY).map(connect).collect::<io::Result<Vec<_>>>()?;
    let keys: Vec<Vec<u8>> =
        (0..BUSY * VALUES).map(|number| format!("large:{number}").into_bytes()).collect();
    for (connection, keys) in connections.iter_mut().zip(keys.chunks(VALUES)) {
        for key in keys {
            let head = format!("*3\r\n$3\r\nSET\r\n${}\r\n", key.len());
            let middle = format!("\r\n${LARGE}\r\n");
            connection.send(&[head.as_bytes(), key, middle.as_bytes(), &value, b"\r\n"].concat())?;
        }
    }
    for connection in &mut connections {
        (0..VALUES).try_for_each(|_| connection.receive().and_then(Reply::ok))?;
    }
    for (connection, keys) in connections.iter_mut().zip(keys.chunks(VALUES)) {
        for key in keys {
            let head = format!("*2\r\n$3\r\nGET\r\n${}\r\n", key.len());
            connection.send(&[head.as_bytes(), key, b"\r\n"].concat())?;
        }
    }
    for connection in &mut connections {
        for _ in 0..VALUES {
            let reply = connection.receive()?;
            if reply.bytes().is_none_or(|value| value.len() != LARGE) {
                return Err(io::Error::other("a large value did not come back"));
            }
        }
    }
    Ok(())
}

/// What is resident; then what of it are not pages of the program's files.
fn print(name: &str, at_most: Option<f64>, keyhome: Resident, nutcracker: Resident) {
    let row = |name: &str, at_most: Option<f64>, keyhome: u64, nutcracker: u64| {
        let megabytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let ratio = keyhome as f64 / nutcracker as f64;
        let judged = at_most.map(|at_most| format!("{at_most:>8.2}{}", verdict(ratio, at_most)));
        println!(
            "{name:<34} {:>9.1} {:>11.1} {:>9} {ratio:>7.3} {}",
            megabytes(keyhome),
            megabytes(nutcracker),
            "-",
            judged.unwrap_or_default()
        );
    };
    row(name, at_most, keyhome.all, nutcracker.all);
    row("  without files", None, keyhome.own, nutcracker.own);
}
