//! The router against naive twins, on random pools and keys.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod arcs;
mod batches;
mod configs;
mod copies;
mod explanations;
mod fingerprints;
mod homes;
mod hot_keys;
mod moves;
mod rings;
mod shares;
mod ties;

use std::{cell::Cell, fmt::Debug};

use keyhome_core::{Error, Router};
use keyhome_tests::twin::{Code, Twin, pool::Pool};
use proptest::{
    prelude::Strategy,
    sample::Index,
    test_runner::{Config, TestCaseResult, TestRunner},
};

/// Runs `test` on so many random inputs, or as many as `PROPTEST_CASES` says, and prints how many there were and
/// how much they held.
fn check<S: Strategy>(
    name: &str,
    cases: u32,
    inputs: &S,
    test: impl Fn(S::Value, &Cell<u64>) -> TestCaseResult,
) where
    S::Value: Debug,
{
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = asked.unwrap_or(cases);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let held = Cell::new(0);
    if let Err(error) = TestRunner::new(config).run(inputs, |input| test(input, &held)) {
        panic!("{name}: {error}");
    }
    println!("{name}: {cases} cases, {} comparisons", held.get());
    assert!(held.get() > 0, "nothing was compared");
}

/// Counts comparisons.
fn add(held: &Cell<u64>, count: usize) {
    held.set(held.get() + count as u64);
}

/// The router of a pool and its twin, or `None` where both refuse it with one code.
fn both(pool: &Pool) -> Option<(Router, Twin)> {
    agreed(pool.router(), Twin::new(pool), pool)
}

/// Both without the nodes that `gone` picks.
fn both_without(router: &Router, twin: &Twin, gone: &[Index]) -> Option<(Router, Twin)> {
    let indexes: Vec<usize> = gone.iter().map(|index| index.index(twin.pool.nodes.len())).collect();
    let names: Vec<&str> = indexes.iter().map(|index| twin.pool.nodes[*index].name.as_str()).collect();
    agreed(router.without(&names), twin.without(&indexes), &twin.pool)
}

fn agreed(router: Result<Router, Error>, twin: Result<Twin, Code>, pool: &Pool) -> Option<(Router, Twin)> {
    match (router, twin) {
        (Ok(router), Ok(twin)) => Some((router, twin)),
        (Err(error), Err(code)) => {
            assert_eq!(error.code(), code, "{pool:?}");
            None
        }
        (Ok(_), Err(code)) => panic!("the router takes what the twin refuses with {code}: {pool:?}"),
        (Err(error), Ok(_)) => panic!("{error:?} of {pool:?}"),
    }
}

/// An answer of the router in the twin's words.
fn plain<T>(answer: Result<T, Error>) -> Result<T, Code> {
    answer.map_err(|error| error.code())
}
