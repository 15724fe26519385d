//! `keyhome-doors proof`: all doors are asked for the same things; `keyhome-doors clients`: the part of it that writes
//! through the proxy and the clients of many servers; `keyhome-doors demo`: a table of a few, for people.
//! `cargo xtask test doors` and `cargo xtask demo` build the doors and run it. `keyhome-doors proxy-clients`,
//! `keyhome-doors chaos` and `keyhome-doors fingerprint` are what the stages of those names run, and `keyhome-doors record`
//! writes the runs of `vectors/traces/` anew.
#![allow(clippy::panic, reason = "a proof that cannot go on stops")]

use std::{io, process::ExitCode};

use anstyle::{AnsiColor, Style};
use keyhome_tests::{
    chaos, demo,
    doors::{self, COUNT},
    fingerprint,
    proof::{self, ClientScore, Disagreement, Proof, Score},
    proxy_clients, traces,
};

/// Another one gives other pools and keys.
const SEED: u64 = 1;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["proof"] => proof(),
        ["clients"] => only_clients(),
        ["demo"] => done(demo::run(&doors::all(), &mut doors::clients(), &mut doors::plain_clients())),
        ["proxy-clients"] => done_or_not(proxy_clients::run()),
        ["chaos"] => done_or_not(chaos::run()),
        ["fingerprint"] => done_or_not(fingerprint::run()),
        ["record"] => {
            traces::write_all();
            ExitCode::SUCCESS
        }
        _ => {
            anstream::eprintln!(
                "usage: keyhome-doors proof|clients|demo|proxy-clients|chaos|fingerprint|record"
            );
            ExitCode::FAILURE
        }
    }
}

fn seed() -> u64 {
    let seed = std::env::var("KEYHOME_SEED").map_or(SEED, |seed| {
        seed.parse().unwrap_or_else(|error| panic!("KEYHOME_SEED is {seed:?}: {error}"))
    });
    println!("seed {seed}; KEYHOME_SEED={} gives other pools and keys", seed.wrapping_add(1));
    seed
}

fn proof() -> ExitCode {
    let seed = seed();
    let doors = doors::all();
    match Proof::new(&doors, seed).run() {
        Ok((scores, clients)) => {
            print(&scores);
            print_clients(&clients);
            let green: Style = AnsiColor::Green.on_default().bold();
            let (doors, clients) = (scores.len(), clients.len());
            anstream::println!("\n{green}{doors} doors, {clients} that write, 0 disagreements{green:#}");
            done(doors == COUNT)
        }
        Err(disagreement) => disagree(seed, &disagreement),
    }
}

fn done_or_not(well: io::Result<bool>) -> ExitCode {
    match well {
        Ok(well) => done(well),
        Err(error) => {
            anstream::eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn only_clients() -> ExitCode {
    let seed = seed();
    match proof::only_clients(seed) {
        Ok(clients) => {
            print_clients(&clients);
            ExitCode::SUCCESS
        }
        Err(disagreement) => disagree(seed, &disagreement),
    }
}

fn disagree(seed: u64, disagreement: &Disagreement) -> ExitCode {
    let red: Style = AnsiColor::Red.on_default().bold();
    anstream::println!("\n{red}a disagreement{red:#} (KEYHOME_SEED={seed})\n{disagreement}");
    ExitCode::FAILURE
}

fn done(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print(scores: &[Score]) {
    let bold = Style::new().bold();
    let titles = "door         contract  cannot be  decisions    random     homes in  without some  asked in  entries   \
                  beside real       slots";
    let more = "                cases      asked   replayed  commands        pools         nodes every way  of arcs     \
                servers";
    anstream::println!("\n{bold}{titles}{bold:#}\n{bold}{}{bold:#}", more.trim_end());
    for score in scores {
        let Score { name, contract, homes, without, every_way, arcs, beside, slots, replayed, commands } =
            score;
        println!(
            "{name:<12}{:>9}{:>11}{replayed:>11}{commands:>10}{homes:>13}{without:>14}{every_way:>10}{arcs:>9}{beside:>13}{slots:>12}",
            contract.answered, contract.not_here
        );
    }
}

fn print_clients(scores: &[ClientScore]) {
    let bold = Style::new().bold();
    anstream::println!("\n{bold}written           found at home  while servers  hot keys{bold:#}");
    anstream::println!("{bold}through          and read again           fail{bold:#}");
    for ClientScore { name, homes, failures, hot_keys } in scores {
        println!("{name:<18}{homes:>13}{failures:>15}{hot_keys:>10}");
    }
}
