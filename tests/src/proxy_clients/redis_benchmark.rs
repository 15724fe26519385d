//! redis-benchmark: each of its own tests is a check.

use std::{
    io,
    process::{Command, Output},
};

use super::{PASSWORD, Protocol, Row, Served};

pub(super) fn run(served: &Served, protocol: Protocol) -> io::Result<Row> {
    // What it does with a server itself, so that none of its tests is missed.
    let wanted = tests(&call(served.servers[0].port(), protocol, &[])?);
    let all = call(served.port()?, protocol, &[])?;
    let locked = call(served.locked()?, protocol, &["-a", PASSWORD, "-t", "set,get"])?;
    let done = tests(&all);
    let mut failures: Vec<(String, String)> = wanted
        .iter()
        .filter(|test| !done.contains(test))
        .map(|test| (test.clone(), complaint(&all)))
        .collect();
    if tests(&locked).len() != 2 || !complaint(&locked).is_empty() {
        failures.push(("password".to_owned(), complaint(&locked)));
    }
    if failures.is_empty() && !complaint(&all).is_empty() {
        failures.push(("complaints".to_owned(), complaint(&all)));
    }
    let version = String::from_utf8_lossy(&Command::new("redis-benchmark").arg("--version").output()?.stdout)
        .into_owned();
    let version = version.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let spoken = if protocol == Protocol::Resp(3) { 3 } else { 2 };
    anstream::println!("redis-benchmark {version}, RESP{spoken}: {} failed", failures.len());
    Ok(Row {
        client: "redis-benchmark".to_owned(),
        version,
        protocol: spoken,
        asked: protocol,
        checks: wanted.len() + 1,
        failures,
    })
}

fn call(port: u16, protocol: Protocol, words: &[&str]) -> io::Result<Output> {
    let mut command = Command::new("redis-benchmark");
    command.args(["-p", &port.to_string(), "-n", "1000", "-c", "20", "-P", "4", "-r", "1000", "--csv"]);
    command.args(protocol.flag()).args(words).output()
}

/// The names of the tests that were done, each of which is a line of numbers.
fn tests(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let rows = text.lines().skip_while(|line| !line.starts_with("\"test\"")).skip(1);
    rows.filter_map(|line| Some(line.split_once("\",\"")?.0.trim_start_matches('"').to_owned())).collect()
}

/// What it complains about.
fn complaint(output: &Output) -> String {
    // That a password on the command line may not be safe is none.
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let lines = said.lines().filter(|line| line.contains("WARNING") || line.contains("rror"));
    lines.collect::<Vec<_>>().join("\n")
}
