//! Ejection: the timelines of the descriptions, a naive twin on random runs, and what must hold whatever happens.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod always;
mod timelines;

use keyhome::{
    Health, OnFailure,
    health::{Event, Rules},
};

const MS: u64 = 1000;

fn rules(on_failure: OnFailure, server_failure_limit: u32, server_retry_timeout: u32) -> Rules {
    Rules { on_failure, auto_eject_hosts: true, server_failure_limit, server_retry_timeout }
}

fn health(on_failure: OnFailure, limit: u32, retry: u32, nodes: usize) -> Health {
    Health::new(rules(on_failure, limit, retry), nodes).unwrap()
}

fn ejected(index: usize, at: u64, until: u64) -> Event {
    Event::Ejected { index, at, until }
}

fn returned(index: usize, at: u64, away: u64, keys_elsewhere: bool) -> Event {
    Event::Returned { index, at, away, keys_elsewhere }
}
