//! What a run has shown, for people: it is what `docs/chaos.md` has of a longer one.

use std::collections::BTreeMap;

use super::{
    checker::{Rules, Starvation, Verdict},
    history::{History, Target, Via},
};

fn milliseconds(micros: u64) -> String {
    format!("{:.1}", micros as f64 / 1000.0)
}

/// Prints it.
pub fn print(history: &History, rules: &Rules, verdict: &Verdict) {
    println!(
        "\non_failure: {}, timeout {} ms, server_retry_timeout {} ms",
        rules.mode.word(),
        rules.timeout / 1000,
        rules.retry / 1000
    );
    println!(
        "\nclient            operations  answered    failed  slowest, ms  of it starved  it may take  starved, ms"
    );
    let starvation = Starvation::new(history);
    for (at, client) in history.clients.iter().enumerate() {
        let own = || history.operations.iter().filter(move |one| one.client == at);
        let answered = own().filter(|one| one.is_answered()).count();
        let slowest = own().filter_map(|one| Some((one.end? - one.begin, one.via, one.begin))).max();
        let (took, via, begin) = slowest.unwrap_or((0, Via::Get, 0));
        let meanwhile = starvation.of(at, begin, begin + took);
        let starved: u64 =
            history.starved.iter().filter(|one| one.client == Some(at)).map(|one| one.micros).sum();
        println!(
            "{:<16}{:>12}{answered:>10}{:>10}{:>13}{:>15}{:>13}{:>13}  {via:?}",
            client.name,
            own().count(),
            own().count() - answered,
            milliseconds(took),
            milliseconds(meanwhile),
            milliseconds(client.bound),
            milliseconds(starved)
        );
    }
    print_errors(history);
    print_faults(history);
    print_recoveries(history, rules, verdict);
    println!(
        "\nanswers that had to show what was acknowledged: {}; of which only the key was certain: {}; effects of writes \
         that had failed: {}",
        verdict.held_to_writes, verdict.held_to_key, verdict.late_effects
    );
}

fn print_errors(history: &History) {
    let mut errors: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for operation in &history.operations {
        if let Some(error) = &operation.error {
            *errors.entry((error, operation.client)).or_default() += 1;
        }
    }
    println!("\nerror                                  client             times");
    for ((error, client), times) in errors {
        println!("{error:<39}{:<16}{times:>8}", history.clients[client].name);
    }
}

fn print_faults(history: &History) {
    let mut faults: BTreeMap<(bool, &str), (usize, u64)> = BTreeMap::new();
    for fault in &history.faults {
        let (times, lasted) = faults.entry((fault.target == Target::Proxy, fault.what)).or_default();
        *times += 1;
        *lasted += fault.end - fault.begin;
    }
    println!("\nfault                           times  on average, ms");
    for ((is_proxy, what), (times, lasted)) in faults {
        let target = if is_proxy { "proxy" } else { "server" };
        println!("{:<32}{times:>5}{:>16}", format!("{target} {what}"), milliseconds(lasted / times as u64));
    }
}

fn print_recoveries(history: &History, rules: &Rules, verdict: &Verdict) {
    let mut took: BTreeMap<(usize, bool, &str), Vec<u64>> = BTreeMap::new();
    for recovery in &verdict.recoveries {
        let key = (recovery.client, recovery.target == Target::Proxy, recovery.what);
        took.entry(key).or_default().push(recovery.took);
    }
    println!("\nfirst success on a server after    client            times  median, ms  longest, ms");
    for ((client, is_proxy, what), mut took) in took {
        took.sort_unstable();
        let target = if is_proxy { "proxy" } else { "server" };
        println!(
            "{:<35}{:<16}{:>7}{:>12}{:>13}",
            format!("{target} {what}"),
            history.clients[client].name,
            took.len(),
            milliseconds(took[took.len() / 2]),
            milliseconds(took[took.len() - 1])
        );
    }
    println!(
        "it may take {} ms; {} were cut short by the next fault",
        milliseconds(rules.retry + rules.timeout),
        verdict.interrupted
    );
}
