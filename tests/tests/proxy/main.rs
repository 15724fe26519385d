//! `keyhome proxy` on real redis-servers, beside the real nutcracker.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod beside_nutcracker;
mod connections;
mod faults;
mod fleet;
mod hot_keys;
mod members;
mod metrics;
mod reload;
mod reload_clients;
mod running;
mod slow_log;
mod statistics;
mod subscriptions;
