//! The `keyhome` command: a printer over the routing core. Every answer is the core's.

mod args;
mod command;
mod config_file;
mod failure;
mod hexadecimal;
mod key_lines;
mod key_sample;
mod page_server;
mod report;
mod table;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let json = args.json;
    match command::run(args) {
        Ok(answer) => answer.into(),
        Err(failure) => failure.report(json),
    }
}
