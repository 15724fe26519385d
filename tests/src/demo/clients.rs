//! What each client of many servers wrote, and what nutcracker wrote, is read through all the others.

use std::io;

use anstyle::{AnsiColor, Style};
use keyhome_live::Scratch;

use super::{KEYS, PLANS};
use crate::{
    cases::{Key, to_hex},
    doors::Client,
    keys,
    real::{BehindNutcracker, Serving},
};

/// Who writes into a pool and reads from it.
enum Peer<'a> {
    Nutcracker(&'a Serving<'a>),
    Client(&'a mut Client),
}

const NUTCRACKER: &str = "nutcracker";

impl Peer<'_> {
    fn name(&self) -> &'static str {
        match self {
            Peer::Nutcracker(_) => NUTCRACKER,
            Peer::Client(client) => client.name(),
        }
    }

    fn write(&mut self, config: &str, keys: &[Key], values: &[String]) -> io::Result<()> {
        match self {
            Peer::Nutcracker(nutcracker) => nutcracker.write(keys, values),
            Peer::Client(client) => {
                client.write(config, keys, values);
                Ok(())
            }
        }
    }

    fn read(&mut self, config: &str, keys: &[Key]) -> io::Result<Vec<Option<String>>> {
        match self {
            Peer::Nutcracker(nutcracker) => nutcracker.read(keys),
            Peer::Client(client) => Ok(client.read(config, keys)),
        }
    }
}

/// Shows it, and gives how many keys were read; a disagreement is added to those there are.
pub(super) fn show(clients: &mut [Client], wrong: &mut Vec<String>) -> io::Result<usize> {
    let scratch = Scratch::new()?;
    let servers = BehindNutcracker::start(&scratch, 5)?;
    let count = clients.len() + 1;
    // For each writer, how many of its keys each reader found.
    let mut right = vec![vec![0; count]; count];
    for (seed, plan) in (1..).zip(PLANS) {
        let pool = servers.place(&plan.pool()).expect("a pool of nutcracker's");
        let (config, keys) = (pool.text(), keys::make(seed, KEYS));
        let nutcracker = servers.serve(&pool)?;
        let mut peers = vec![Peer::Nutcracker(&nutcracker)];
        peers.extend(clients.iter_mut().map(Peer::Client));
        for (writer, right) in right.iter_mut().enumerate() {
            let who = peers[writer].name();
            let values: Vec<String> = (0..KEYS).map(|number| format!("{number} by {who}")).collect();
            peers[writer].write(&config, &keys, &values)?;
            for (reader, right) in right.iter_mut().enumerate().filter(|&(reader, _)| reader != writer) {
                let found = peers[reader].read(&config, &keys)?;
                let reader = peers[reader].name();
                assert_eq!(found.len(), keys.len(), "{reader} answers for each key");
                for ((key, found), value) in keys.iter().zip(&found).zip(&values) {
                    if found.as_ref() == Some(value) {
                        *right += 1;
                    } else {
                        let key = to_hex(&key.0);
                        wrong.push(format!(
                            "{}, key {key}: {reader} reads {found:?} for {value:?}",
                            plan.name
                        ));
                    }
                }
            }
        }
    }
    let names: Vec<&str> = std::iter::once(NUTCRACKER).chain(clients.iter().map(Client::name)).collect();
    print(&names, &right);
    Ok(PLANS.len() * KEYS * count * (count - 1))
}

/// Who wrote beside who read; `redis-py asyncio` stands in two lines above its column.
fn print(names: &[&str], right: &[Vec<usize>]) {
    let all = PLANS.len() * KEYS;
    let bold = Style::new().bold();
    let halves: Vec<(&str, &str)> =
        names.iter().map(|name| name.split_once(' ').unwrap_or(("", name))).collect();
    let widths: Vec<usize> = halves.iter().map(|(above, below)| above.len().max(below.len())).collect();
    let first = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let line = |title: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells.zip(&widths).map(|(cell, width)| format!("  {cell:>width$}")).collect();
        anstream::println!("{bold}{title:<first$}{cells}{bold:#}");
    };
    anstream::println!();
    line("", &mut halves.iter().map(|half| half.0));
    line("written by", &mut halves.iter().map(|half| half.1));
    for (writer, (name, row)) in names.iter().zip(right).enumerate() {
        let cells = row.iter().zip(&widths).enumerate().map(|(reader, (&right, width))| {
            let color = if right == all { AnsiColor::Green } else { AnsiColor::Red };
            let style = color.on_default();
            if reader == writer {
                format!("  {:>width$}", "-")
            } else {
                format!("  {style}{right:>width$}{style:#}")
            }
        });
        anstream::println!("{name:<first$}{}", cells.collect::<String>());
    }
    let found: usize = right.iter().flatten().sum();
    let missing = all * names.len() * (names.len() - 1) - found;
    anstream::println!(
        "\nEach writes {KEYS} keys into each of the {} pools, and each number is how many of them the client\n\
         above reads as they were written; {missing} are missing.",
        PLANS.len()
    );
}
