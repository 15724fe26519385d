//! The public lists of the core, for hosts to compare their own types with.

use alloc::{string::String, vec::Vec};

use keyhome::{
    Dialect, ErrorKind, OnFailure, Outcome, ReadFrom,
    command::{Access, FanOut, Merge},
    hash::Algorithm,
    health::LiveSet,
    router::Positions,
};
use serde::Serialize;

use crate::json;

#[derive(Serialize)]
struct Catalogue {
    error_codes: Vec<&'static str>,
    dialects: Vec<&'static str>,
    hashes: Vec<&'static str>,
    on_failure: &'static [&'static str],
    read_from: &'static [&'static str],
    outcomes: &'static [&'static str],
    live_sets: &'static [&'static str],
    positions: &'static [&'static str],
    access: &'static [&'static str],
    fan_out: &'static [&'static str],
    merge: &'static [&'static str],
}

/// The words of `error_codes`, `dialects`, `hashes` and of each enum of the core that users meet, in the core's order.
pub fn catalogue() -> String {
    json(&Catalogue {
        error_codes: ErrorKind::ALL.iter().map(|kind| kind.code()).collect(),
        dialects: Dialect::ALL.iter().map(|dialect| dialect.id).collect(),
        hashes: Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect(),
        on_failure: OnFailure::WORDS,
        read_from: ReadFrom::WORDS,
        outcomes: Outcome::WORDS,
        live_sets: LiveSet::WORDS,
        positions: Positions::WORDS,
        access: Access::WORDS,
        fan_out: FanOut::WORDS,
        merge: Merge::WORDS,
    })
}
