//! The table of commands: the contract, a naive reading of the recordings, and real servers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod contract;
mod live;
mod naive;
mod recorded;
mod words;
