//! What nutcracker wrote is read through clients of many servers, and the other way round.

use std::io;

use anstyle::{AnsiColor, Style};
use keyhome_live::Scratch;

use super::{KEYS, PLANS};
use crate::{cases::to_hex, doors::Client, keys, real::BehindNutcracker};

/// Of the keys of a pool: how many the client reads as nutcracker wrote them, and nutcracker as the client did.
type Shared = (usize, usize);

/// Shows it, and gives how many keys were read; a disagreement is added to those there are.
pub(super) fn show(clients: &mut [Client], wrong: &mut Vec<String>) -> io::Result<usize> {
    let scratch = Scratch::new()?;
    let servers = BehindNutcracker::start(&scratch, 5)?;
    let mut rows = Vec::new();
    for (seed, plan) in (1..).zip(PLANS) {
        let pool = servers.place(&plan.pool()).expect("a pool of nutcracker's");
        let (config, keys) = (pool.text(), keys::make(seed, KEYS));
        let nutcracker = servers.serve(&pool)?;
        let mut cells = Vec::new();
        for client in &mut *clients {
            let by = |who: &str| -> Vec<String> {
                (0..KEYS).map(|number| format!("{number} by {who} for {}", client.name())).collect()
            };
            let (theirs, ours) = (by("nutcracker"), by("itself"));
            nutcracker.write(&keys, &theirs)?;
            let read = client.read(&config, &keys);
            client.write(&config, &keys, &ours);
            let read_back = nutcracker.read(&keys)?;
            let mut compare = |who: &str, read: &[Option<String>], written: &[String]| {
                assert_eq!(read.len(), keys.len(), "{who} answers for each key");
                let mut right = 0;
                for ((key, found), value) in keys.iter().zip(read).zip(written) {
                    if found.as_ref() == Some(value) {
                        right += 1;
                    } else {
                        let key = to_hex(&key.0);
                        wrong.push(format!("{}, key {key}: {who} reads {found:?} for {value:?}", plan.name));
                    }
                }
                right
            };
            let name = client.name();
            cells.push((compare(name, &read, &theirs), compare("nutcracker", &read_back, &ours)));
        }
        rows.push((plan.name, cells));
    }
    print(clients, &rows);
    Ok(rows.len() * clients.len() * KEYS * 2)
}

fn print(clients: &[Client], rows: &[(&str, Vec<Shared>)]) {
    const WIDTH: usize = 11;
    let bold = Style::new().bold();
    let names: Vec<(&str, &str)> =
        clients.iter().map(|client| client.name().split_once(' ').unwrap_or(("", client.name()))).collect();
    let line = |first: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells.map(|cell| format!("  {cell:>WIDTH$}")).collect();
        anstream::println!("{bold}{first:<8}{cells}{bold:#}");
    };
    anstream::println!();
    line("", &mut names.iter().map(|name| name.0));
    line("pool", &mut names.iter().map(|name| name.1));
    for (pool, cells) in rows {
        let numbers = cells.iter().map(|&(read, read_back)| {
            let well = read == KEYS && read_back == KEYS;
            let style = if well { AnsiColor::Green } else { AnsiColor::Red }.on_default();
            format!("  {style}{:>WIDTH$}{style:#}", format!("{read} {read_back}"))
        });
        anstream::println!("{pool:<8}{}", numbers.collect::<String>());
    }
    anstream::println!(
        "\nOf {KEYS} keys that nutcracker wrote the client reads so many; and the other way round."
    );
}
