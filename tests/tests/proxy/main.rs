//! `keyhome proxy` on real redis-servers, beside the real nutcracker.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod beside_nutcracker;
mod commands;
mod connections;
mod ejecting;
mod fake_server;
mod faults;
mod fingerprints;
mod fleet;
mod hot_keys;
mod limits;
mod many_clients;
mod members;
mod metrics;
mod misbehaving;
mod own_answers;
mod reload;
mod reload_clients;
mod reload_faults;
mod rubbish;
mod running;
mod server_reports;
mod slow_log;
mod soak;
mod statistics;
mod subscriptions;
mod waiting;
