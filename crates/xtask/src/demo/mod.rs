//! `cargo xtask demo`: keyhome beside real servers.
//!
//! Keys are written through a real nutcracker and into a real Redis Cluster. Then every [`Door`] to keyhome is asked
//! where each key lives, and the key is read straight from that server. A door that says otherwise than the
//! servers has led a key astray.

mod behind_nutcracker;
mod comparison;
mod door;
mod in_cluster;
mod keys;

use anstyle::{AnsiColor, Style};
use anyhow::{Result, bail};
use keyhome_live::{Nutcracker, RedisServer, Scratch};

use crate::checkout::Checkout;
use crate::dist;
use crate::table::{Column, Table};
use comparison::{Observed, Tally, compare};
use door::{CommandLine, Door};

/// Keys for all pools of nutcracker together, and the same number for the cluster.
const KEYS: usize = 1000;

/// redis-servers behind nutcracker.
const SERVERS: usize = 5;

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    dist::build_command(checkout)?;
    let doors: Vec<Box<dyn Door>> = vec![Box::new(CommandLine::new(dist::keyhome(checkout)))];

    let scratch = Scratch::new()?;
    let servers = (0..SERVERS).map(|_| RedisServer::start(&scratch)).collect::<Result<Vec<_>, _>>()?;
    let cluster = in_cluster::start(&scratch)?;
    anstream::println!("\nredis-server {}, nutcracker {}\n", servers[0].version()?, Nutcracker::version()?);
    let mut observed = behind_nutcracker::observe(&scratch, &servers, &keys::make(1, KEYS))?;
    observed.push(in_cluster::observe(&scratch, &cluster, &keys::make(2, KEYS))?);

    let mut tallies = Vec::new();
    for observed in &observed {
        tallies.push(compare(observed, &doors)?);
    }
    report(&observed, &tallies, &doors)
}

fn report(observed: &[Observed], tallies: &[Tally], doors: &[Box<dyn Door>]) -> Result<()> {
    let mut table = Table::new([
        Column::text("pool"),
        Column::text("hash"),
        Column::text("distribution"),
        Column::text("tag"),
        Column::text("servers"),
        Column::number("keys"),
        Column::number("at home"),
        Column::number("astray"),
    ]);
    for (pool, tally) in observed.iter().zip(tallies) {
        let numbers = [pool.keys.len(), tally.at_home, tally.astray.len()].map(|number| number.to_string());
        let texts = [&pool.pool, &pool.hash, &pool.distribution, &pool.tag, &pool.servers];
        table.row(texts.into_iter().cloned().chain(numbers));
    }
    table.print();
    let names: Vec<&str> = doors.iter().map(|door| door.name()).collect();
    anstream::println!("\nasked: {}", names.join(", "));

    let keys: usize = observed.iter().map(|pool| pool.keys.len()).sum();
    let at_home: usize = tallies.iter().map(|tally| tally.at_home).sum();
    let astray: Vec<&String> = tallies.iter().flat_map(|tally| &tally.astray).collect();
    let color = if astray.is_empty() { AnsiColor::Green } else { AnsiColor::Red };
    let style: Style = color.on_default().bold();
    for line in astray.iter().take(10) {
        anstream::println!("  {line}");
    }
    anstream::println!("{style}{keys} keys, {at_home} at home, {} astray{style:#}", astray.len());
    if !astray.is_empty() {
        bail!("{} of {keys} keys are not where keyhome says", astray.len());
    }
    Ok(())
}
