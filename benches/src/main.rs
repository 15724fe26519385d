//! Benchmarks beside the obvious alternatives. Every figure is a ratio of two things run in turn, in one process, on
//! the same keys, so that a busy machine slows both; the median over many rounds is printed.

mod commands;
mod decisions;
mod growth;
mod hot_keys;
mod keys;
mod paired;
mod peers;
mod rows;
mod zipf;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// Times keyhome beside the obvious alternatives and prints the ratios.
#[derive(Debug, Parser)]
struct Args {
    /// Rounds for each row
    #[arg(long, default_value_t = 31)]
    rounds: usize,

    /// Also measure how build, look-up and diff grow from 10 to 10,000 servers, and draw it into this file
    #[arg(long, value_name = "SVG")]
    growth: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    rows::print_all(args.rounds);
    if let Some(path) = args.growth {
        if let Err(error) = growth::draw(&path) {
            eprintln!("cannot draw {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("\ndrawn: {}", path.display());
    }
    ExitCode::SUCCESS
}
