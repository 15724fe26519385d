//! What a request costs a proxy: keyhome beside the real nutcracker and the real Envoy, on the same servers, in turn.
//!
//! What is compared is the processor time of the proxy's process, user and system, which a busy machine disturbs far less
//! than it does the time that passes. Every row is the median over rounds of a ratio within the round.

mod fleet;
mod keys;
mod latency;
mod load;
mod memory;
mod process;
mod threads;

use std::{io, path::PathBuf, process::ExitCode};

use clap::Parser;

use fleet::Fleet;

/// Measures keyhome's proxy beside nutcracker and Envoy and prints the ratios.
#[derive(Debug, Parser)]
struct Args {
    /// The command keyhome
    #[arg(long, value_name = "FILE", default_value = "target/release/keyhome")]
    keyhome: PathBuf,

    /// Envoy; without it, nutcracker alone is the peer
    #[arg(long, value_name = "FILE")]
    envoy: Option<PathBuf>,

    /// Rounds for each row of processor time
    #[arg(long, default_value_t = 5)]
    rounds: usize,

    /// Rounds for the row of latency
    #[arg(long, default_value_t = 9)]
    latency_rounds: usize,

    /// Only the rows whose names contain one of these
    #[arg(value_name = "ROW")]
    rows: Vec<String>,
}

impl Args {
    fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| row.contains(wanted.as_str()))
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the proxy could not be measured: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> io::Result<()> {
    process::raise_open_files()?;
    let fleet = Fleet::start(&args.keyhome, args.envoy.as_deref())?;
    keys::fill(&fleet)?;
    println!("processor time of the proxy a request, in microseconds; {} rounds", args.rounds);
    println!(
        "{:<34} {:>9} {:>11} {:>9} {:>7} {:>8}",
        "load", "keyhome", "nutcracker", "Envoy", "ratio", "at most"
    );
    for load in load::LOADS.iter().filter(|load| args.wants(load.name)) {
        load::measure(&fleet, load, args.rounds)?.print(load);
    }
    if args.wants("threads") {
        println!("\n{:<34} {:>9} {:>11} {:>9} {:>7} {:>8}", "threads", "2", "1", "", "ratio", "at most");
        for load in load::LOADS.iter().filter(|load| load.threads) {
            threads::measure(&fleet, &args.keyhome, load, args.rounds)?;
        }
    }
    println!();
    if args.wants("latency") {
        latency::measure(&fleet, args.latency_rounds)?;
    }
    if args.wants("memory") {
        memory::measure(&args.keyhome)?;
    }
    Ok(())
}

/// The middle one, or the upper of the two in the middle.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What is said of a ratio that is too large.
fn verdict(ratio: f64, at_most: f64) -> &'static str {
    if ratio <= at_most { "" } else { "  MISSED" }
}
