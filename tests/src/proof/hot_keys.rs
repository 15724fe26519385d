//! Which keys are hot: a stream of reads through each client gives the summary that every door gives, be it counted in the
//! client or in the proxy.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use super::{
    decisions,
    disagreement::{About, Disagreement},
};
use crate::{
    cases::{Key, to_hex},
    dice::Dice,
    door::{Door, Witness},
    doors::{Client, Hot},
    keys,
    pool::Pool,
    real::{COUNTERS, Through},
    traces::{Run, hotkeys},
};

/// Different keys, of which the first come most often.
const KEYS: usize = 500;

/// How often a key is read.
const READS: usize = 6_000;

/// How many are read in one pipeline.
const AT_ONCE: usize = 1_000;

/// How many hot keys each has found.
pub(super) fn prove(
    doors: &[Box<dyn Door>],
    through: &[Through<'_, Client>],
    pools: &[Pool],
    seed: u64,
) -> io::Result<Result<usize, Disagreement>> {
    let stream = stream(seed);
    let run = run(&stream);
    if let Err(disagreement) = decisions::replay(doors, std::slice::from_ref(&run)) {
        return Ok(Err(disagreement));
    }
    let wanted = hottest(run.play().last().unwrap_or(&Value::Null));
    assert_eq!(wanted.len(), COUNTERS, "more keys than counters");
    let pool = pools.iter().find(|pool| pool.nodes.len() > 2).expect("a pool of three servers");
    for one in through {
        let found = observed(one, pool, &stream)?;
        if found != wanted {
            return Ok(Err(disagreement(one.name(), &run, &wanted, &found)));
        }
    }
    Ok(Ok(wanted.len()))
}

/// Few keys come often, many seldom.
fn stream(seed: u64) -> Vec<Key> {
    let keys = keys::make(seed, KEYS);
    let mut dice = Dice::new(seed);
    (0..READS)
        .map(|_| {
            let most = 1 + dice.below(KEYS);
            let most = 1 + dice.below(most);
            keys[dice.below(most)].clone()
        })
        .collect()
}

/// The stream as the doors have it replayed.
fn run(stream: &[Key]) -> Run {
    let name = "reads".to_owned();
    let header = hotkeys::Header { trace: "hotkeys".to_owned(), name, capacity: COUNTERS, window: 0 };
    let record = |key: &Key| hotkeys::Call::Record { key_hex: to_hex(&key.0), now: 0 };
    let mut calls: Vec<_> = stream.iter().map(record).collect();
    calls.push(hotkeys::Call::Top { n: COUNTERS });
    Run::HotKeys(header, calls)
}

fn hottest(top: &Value) -> Vec<Hot> {
    let number = |hot: &Value, name: &str| hot[name].as_u64().unwrap_or_else(|| panic!("{hot}"));
    let hot = |hot: &Value| {
        let key = hot["key_hex"].as_str().unwrap_or_else(|| panic!("{hot}")).to_owned();
        (key, number(hot, "length"), number(hot, "count"), number(hot, "error"))
    };
    top.as_array().unwrap_or_else(|| panic!("{top}")).iter().map(hot).collect()
}

/// What one finds.
fn observed(one: &Through<'_, Client>, pool: &Pool, stream: &[Key]) -> io::Result<Vec<Hot>> {
    loop {
        one.forget();
        one.serve(pool, &[])?;
        let minute = minute();
        for some in stream.chunks(AT_ONCE) {
            let errors: Vec<_> = one.client(|client| client.get_each(some)).into_iter().flatten().collect();
            assert_eq!(errors, [""; 0], "{}", one.name());
        }
        let found = one.client(|client| client.hot_keys(COUNTERS));
        // The proxy halves its counts whenever a minute begins.
        if !one.is_proxied() || minute == self::minute() {
            return Ok(found);
        }
    }
}

fn minute() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() / 60)
}

fn disagreement(name: &str, run: &Run, wanted: &[Hot], found: &[Hot]) -> Disagreement {
    let at = (0..wanted.len()).find(|&at| wanted.get(at) != found.get(at)).unwrap_or(wanted.len());
    let shown = |hot: Option<&Hot>| format!("number {at}: {hot:?}");
    let said = [("rust".to_owned(), shown(wanted.get(at))), (name.to_owned(), shown(found.get(at)))];
    let header = run.keeping(|_| false);
    let note = format!("key, length, count and error, after {READS} reads\n");
    Disagreement { about: About::Run(Box::new(header)), said: said.into(), note }
}
