//! Six servers, a proxy and six clients under load, while servers and proxy are killed, paused, cut off and slowed down; and
//! then everything that anybody was told is checked. `docs/chaos.md` says what that shows.
//!
//! [`plan`] says what is done when, [`fleet`] does it, [`programs`] are the clients, [`history`] is what they wrote down, and
//! [`checker`] reads it.

pub mod checker;
pub mod clock;
pub mod fleet;
pub mod history;
pub mod plan;
pub mod programs;
pub mod relay;
pub mod report;

use std::{
    collections::BTreeSet,
    io, thread,
    time::{Duration, Instant},
};

use keyhome::{Router, config::Config};

use checker::{Mode, Rules, Verdict, check};
use clock::Watch;
use fleet::Fleet;
use history::{Asks, Client, History, Kind};
use programs::Programs;

use crate::at_once;

/// Of each of the two modes, if `KEYHOME_CHAOS_SECONDS` does not say otherwise.
const SECONDS: u64 = 14;

const RETRY: u64 = 600_000;
const TIMEOUT: u64 = 400_000;
const MARGIN: u64 = 2_000_000;

/// Without any fault, first and last.
const CALM: Duration = Duration::from_secs(1);

/// So many operations a second each client does at least, on a machine that does much else too.
const PACE: u64 = 20;

/// Runs both modes and prints what they showed. Whether all is well.
///
/// # Errors
/// Where servers, proxy or clients do not start, or do not come to their end.
pub fn run() -> io::Result<bool> {
    let given = |name: &str, or: u64| {
        std::env::var(name).map_or(Ok(or), |text| {
            text.parse().map_err(|error| io::Error::other(format!("{name} is {text:?}: {error}")))
        })
    };
    let seed = given("KEYHOME_CHAOS_SEED", u64::from(std::process::id()))?;
    let seconds = given("KEYHOME_CHAOS_SECONDS", SECONDS)?;
    println!("KEYHOME_CHAOS_SEED={seed} KEYHOME_CHAOS_SECONDS={seconds}");
    let mut well = true;
    for mode in [Mode::Fail, Mode::Remap] {
        let rules = Rules { mode, timeout: TIMEOUT, retry: RETRY, margin: MARGIN };
        let (history, verdict) = run_mode(&rules, seed, Duration::from_secs(seconds))?;
        report::print(&history, &rules, &verdict);
        well &= is_well(&history, &verdict, seconds);
    }
    println!("KEYHOME_CHAOS_SEED={seed}: {}", if well { "all is well" } else { "not all is well" });
    Ok(well)
}

fn run_mode(rules: &Rules, seed: u64, length: Duration) -> io::Result<(History, Verdict)> {
    let fleet = Fleet::start(rules)?;
    let router = router(&fleet.config())?;
    let home = |key: &str| router.index(key).unwrap_or_else(|error| panic!("{key}: {error}"));
    let mut history = History { clients: programs::clients(rules), ..History::default() };
    let watch = Watch::begin();
    let mut programs = Programs::start(&fleet, seed)?;
    wait_until_all_write(&mut programs)?;
    thread::sleep(CALM);
    // Longer than a server is out that a busy machine has let fail once more.
    let recovery = Duration::from_micros(rules.retry + rules.timeout + rules.margin) + CALM * 2;
    let plan = plan::plan(seed, length.saturating_sub(recovery + CALM));
    at_once::each(&plan, |lane| fleet.suffer(lane, seed)).into_iter().collect::<io::Result<()>>()?;
    thread::sleep(recovery);
    let (is_there, log) = fleet.proxy_log()?;
    if !is_there {
        return Err(io::Error::other(format!("the proxy has ended\n{log}")));
    }
    programs.end(&mut history)?;
    history.starved.extend(watch.end());
    history.faults = fleet.faults();
    history.found = fleet.found()?;
    let auditor = history.clients.len();
    // It waits as long as its connections do.
    history.clients.push(Client { name: "audit".to_owned(), asks: Asks::Homes, bound: 20_000_000 });
    let counts = |kind| matches!(kind, Kind::Incr | Kind::Count);
    let keys: BTreeSet<(&str, bool)> =
        history.operations.iter().map(|one| (one.key.as_str(), counts(one.kind))).collect();
    let asked = |(key, counts): (&str, bool)| (key.to_owned(), if counts { Kind::Count } else { Kind::Get });
    let keys: Vec<(String, Kind)> = keys.into_iter().map(asked).collect();
    history.operations.extend(fleet.audit(&keys, home, auditor)?);
    let verdict = check(&history, rules, home);
    Ok((history, verdict))
}

fn router(config: &str) -> io::Result<Router> {
    let router = Config::parse(config).and_then(|config| config.pool(None)?.router());
    router.map_err(io::Error::other)
}

fn wait_until_all_write(programs: &mut Programs) -> io::Result<()> {
    let begin = Instant::now();
    while programs.written()?.contains(&0) {
        programs.all_run()?;
        if begin.elapsed() > Duration::from_secs(60) {
            return Err(io::Error::other("a client has done nothing for a minute"));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// A run in which little was done shows nothing.
fn is_well(history: &History, verdict: &Verdict, seconds: u64) -> bool {
    const SHOWN: usize = 20;
    for violation in verdict.violations.iter().take(SHOWN) {
        println!("\n{violation}");
    }
    if verdict.violations.len() > SHOWN {
        println!("... and {} more", verdict.violations.len() - SHOWN);
    }
    let mut well = verdict.violations.is_empty();
    let asking = history.clients.iter().enumerate().filter(|(_, client)| client.asks != Asks::Homes);
    for (at, client) in asking {
        let answered = history.operations.iter().filter(|one| one.client == at && one.is_answered()).count();
        if (answered as u64) < PACE * seconds {
            println!("\n{} was answered {answered} times only", client.name);
            well = false;
        }
        if verdict.recoveries.iter().all(|it| it.client != at) {
            println!("\n{} was never seen to recover", client.name);
            well = false;
        }
    }
    if (verdict.held_to_writes as u64) < PACE * seconds {
        println!("\nfew answers had to show what was acknowledged");
        well = false;
    }
    well
}
