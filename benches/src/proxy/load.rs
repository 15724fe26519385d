//! Closed loops: redis-benchmark, whose connections each ask again when they are answered.

use std::{io, process::Command};

use crate::{
    fleet::{Fleet, Proxied},
    keys::{LARGE, LARGE_BYTES, SMALL, SMALL_BYTES},
    median, process, verdict,
};

/// Connections to a proxy of one thread.
pub(crate) const CONNECTIONS: usize = 50;

/// A row of the table.
pub(crate) struct Load {
    pub(crate) name: &'static str,
    /// The words of the request; `VALUE` stands for as many bytes as the values have.
    request: &'static [&'static str],
    /// Requests that a connection has on their way.
    pipeline: u32,
    requests: u32,
    large: bool,
    /// keyhome's processor time through the better peer's.
    at_most: f64,
    /// Whether it is measured with two threads too.
    pub(crate) threads: bool,
}

const KEY: &str = "key:__rand_int__";
const LARGE_KEY: &str = "large:__rand_int__";
const VALUE: &str = "VALUE";

const GET: Load = Load {
    name: "GET",
    request: &["GET", KEY],
    pipeline: 1,
    requests: 100_000,
    large: false,
    at_most: 0.80,
    threads: true,
};

pub(crate) const LOADS: &[Load] = &[
    GET,
    Load { name: "SET", request: &["SET", KEY, VALUE], ..GET },
    Load { name: "GET, pipeline of 16", pipeline: 16, requests: 800_000, at_most: 0.60, ..GET },
    Load {
        name: "SET, pipeline of 16",
        request: &["SET", KEY, VALUE],
        pipeline: 16,
        requests: 600_000,
        at_most: 0.60,
        threads: false,
        ..GET
    },
    Load { name: "GET, pipeline of 64", pipeline: 64, requests: 1_200_000, at_most: 0.50, ..GET },
    Load {
        name: "MGET of 10 keys over 3 servers",
        request: &["MGET", KEY, KEY, KEY, KEY, KEY, KEY, KEY, KEY, KEY, KEY],
        requests: 50_000,
        at_most: 0.60,
        threads: false,
        ..GET
    },
    Load {
        name: "GET of 16 KB",
        request: &["GET", LARGE_KEY],
        requests: 60_000,
        large: true,
        threads: false,
        ..GET
    },
    Load {
        name: "SET of 16 KB",
        request: &["SET", LARGE_KEY, VALUE],
        requests: 60_000,
        large: true,
        threads: false,
        ..GET
    },
];

/// Microseconds a request, each the median of its rounds, and the median of the ratios within a round.
pub(crate) struct Measured {
    keyhome: f64,
    nutcracker: f64,
    envoy: Option<f64>,
    ratio: f64,
}

impl Measured {
    pub(crate) fn print(&self, load: &Load) {
        let envoy = self.envoy.map_or_else(|| "-".into(), |envoy| format!("{envoy:.2}"));
        println!(
            "{:<34} {:>9.2} {:>11.2} {envoy:>9} {:>7.3} {:>8.2}{}",
            load.name,
            self.keyhome,
            self.nutcracker,
            self.ratio,
            load.at_most,
            verdict(self.ratio, load.at_most)
        );
    }
}

/// All proxies in turn, the first in turn too, after a round that does not count.
pub(crate) fn measure(fleet: &Fleet, load: &Load, rounds: usize) -> io::Result<Measured> {
    let proxies: Vec<Proxied> = fleet.proxies().collect();
    let mut all = Vec::new();
    for round in 0..=rounds {
        let mut costs = vec![0.0; proxies.len()];
        for turn in 0..proxies.len() {
            let at = (turn + round) % proxies.len();
            costs[at] = cost(proxies[at], load, CONNECTIONS)?;
        }
        if round > 0 {
            all.push(costs);
        }
    }
    let of = |at: usize| median(all.iter().map(|costs| costs[at]));
    let ratio = |costs: &Vec<f64>| costs[0] / costs[1..].iter().copied().fold(f64::INFINITY, f64::min);
    let envoy = fleet.envoy.map(|_| of(2));
    Ok(Measured { keyhome: of(0), nutcracker: of(1), envoy, ratio: median(all.iter().map(ratio)) })
}

/// Microseconds of processor time that a request costs a proxy.
pub(crate) fn cost(proxy: Proxied, load: &Load, connections: usize) -> io::Result<f64> {
    let before = process::spent(proxy.process)?;
    drive(proxy, load, connections)?;
    Ok((process::spent(proxy.process)? - before) as f64 / 1000.0 / f64::from(load.requests))
}

/// The requests a second that a proxy takes of one GET after the other, 50 connections at once.
pub(crate) fn peak(proxy: Proxied) -> io::Result<f64> {
    drive(proxy, &GET, CONNECTIONS)
}

/// Runs redis-benchmark, and gives the requests a second.
fn drive(proxy: Proxied, load: &Load, connections: usize) -> io::Result<f64> {
    let (keys, bytes) = if load.large { (LARGE, LARGE_BYTES) } else { (SMALL, SMALL_BYTES) };
    let value = "x".repeat(bytes);
    let mut command = Command::new("redis-benchmark");
    command.args([
        "--csv",
        "-e",
        "-c",
        &connections.to_string(),
        "-p",
        &proxy.port.to_string(),
        "-P",
        &load.pipeline.to_string(),
    ]);
    command.args(["-n", &load.requests.to_string(), "-r", &keys.to_string()]);
    command.args(load.request.iter().map(|word| if *word == VALUE { value.as_str() } else { word }));
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    // A line a test after the names of the columns; the test's name has no commas within its quotes.
    let second = text.lines().last().and_then(|line| line.split("\",\"").nth(1));
    match second.and_then(|number| number.parse().ok()) {
        Some(second) if output.status.success() && !errors.contains("Error from server") => Ok(second),
        _ => Err(io::Error::other(format!("redis-benchmark {}: {text}{errors}", load.name))),
    }
}
