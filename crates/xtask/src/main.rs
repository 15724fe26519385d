//! What `make` calls. Each command is one module, and each part of `cargo xtask test` can be run by itself:
//! `cargo xtask test clippy fuzz`.

mod at_once;
mod bench;
mod binary;
mod checkout;
mod commands;
mod coverage;
mod crates;
mod dist;
mod documentation;
mod doors;
mod examples;
mod explorer;
mod external;
mod fuzz;
mod go_tools;
mod lanes;
mod layering;
mod licences;
mod map;
mod metadata;
mod no_std;
mod node;
mod node_tools;
mod notices;
mod npm_lock;
mod once;
mod proxy_clients;
mod python;
mod python_environment;
mod python_packages;
mod redis_py;
mod release;
mod rustc_web;
mod site;
mod stages;
mod table;
mod test;
mod test_long;
mod tree;
mod versions;
mod wasm;

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Parser, Subcommand};

use checkout::Checkout;

/// Builds, shows, tests and measures keyhome.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build what is released: the `keyhome` command, and the packages in `dist/`
    Build {
        /// What to build of it; all if nothing is named
        #[arg(value_name = "PART")]
        parts: Vec<String>,
    },
    /// Build the docs site into `target/site`
    Site,
    /// Compare all doors of keyhome with real servers: where they say a key lives, and where the key is
    Demo,
    /// Run every check, or the stages that are named
    Test {
        /// Stages to run; all of them if none is named
        #[arg(value_name = "STAGE")]
        stages: Vec<String>,
        /// List the stages
        #[arg(long)]
        list: bool,
    },
    /// Run one stage without a heading and without a look at the tree: a part of `test`
    #[command(hide = true)]
    Stage { name: String },
    /// Run what takes too long for every change, or the stages of it that are named
    TestLong {
        /// Stages to run; all of them if none is named
        #[arg(value_name = "STAGE")]
        stages: Vec<String>,
        /// List the stages
        #[arg(long)]
        list: bool,
    },
    /// Print how fast keyhome is beside the obvious alternatives
    Bench,
    /// Print what a request costs keyhome's proxy beside nutcracker and Envoy
    BenchProxy {
        /// Only the rows whose names contain one of these; all of them if none is named
        #[arg(value_name = "ROW")]
        rows: Vec<String>,
    },
    /// Write the texts that the licences of what is shipped ask for, anew from the dependencies
    Notices,
    /// Write the command table of keyhome-core anew from the recordings of real servers
    Commands,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = Checkout::find().and_then(|checkout| match arguments.command {
        Command::Build { parts } => dist::build(&checkout, &parts),
        Command::Site => site::build(&checkout),
        Command::Demo => doors::demo(&checkout),
        Command::Test { list: true, .. } => {
            test::list();
            Ok(())
        }
        Command::Test { stages, .. } => test::run(&checkout, &stages),
        Command::Stage { name } => test::run_stage(&checkout, &name),
        Command::TestLong { list: true, .. } => {
            test_long::list();
            Ok(())
        }
        Command::TestLong { stages, .. } => test_long::run(&checkout, &stages),
        Command::Bench => bench::run(&checkout),
        Command::BenchProxy { rows } => bench::proxy(&checkout, &rows),
        Command::Notices => notices::write(&checkout),
        Command::Commands => commands::write(&checkout),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let red: Style = AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}failed:{red:#} {error:#}");
            ExitCode::FAILURE
        }
    }
}
