//! The table of commands: a naive reading of the recordings, and real servers.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

mod live;
mod naive;
mod recorded;
mod words;
