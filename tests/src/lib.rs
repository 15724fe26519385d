//! What every door of keyhome is asked, and how.
//!
//! A *door* is a way in: the Rust library, the command, the packages for other languages. [`cases`] reads the
//! contract's cases and [`recordings`] what real programs answered; [`contract`] and [`recorded`] ask a [`Door`] all of
//! them and report how many. [`twin`] answers naively, to be compared with. [`proof`] asks all doors at once for the
//! homes of random keys in random pools, beside real servers ([`real`]), and has them play all [`traces`] again;
//! [`demo`] shows it on a small scale.
//! [`proxy_clients`] is what people use, through the proxy; [`chaos`] is what becomes of clients while servers fail, and
//! [`fingerprint`] of those that place keys differently.
//! [`traces`] are recorded runs of health, replica choice and hot keys, [`world`] is where replicas are slow and fail.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]
#![allow(
    clippy::missing_panics_doc,
    reason = "everything here panics where something is not as it should be"
)]
#![allow(clippy::format_collect, reason = "plain before fast")]

mod at_once;
pub mod cases;
pub mod chaos;
pub mod commands;
pub mod contract;
pub mod demo;
pub mod dice;
pub mod documents;
mod door;
pub mod doors;
pub mod fingerprint;
pub mod keys;
mod lines;
pub mod pool;
pub mod proof;
pub mod proxy_clients;
pub mod real;
pub mod recorded;
pub mod recordings;
mod tally;
pub mod traces;
pub mod twin;
pub mod world;

pub use door::{Asked, Cluster, Door, Home, Refusal, Said, Witness};
pub use tally::{Count, Tally};

use std::path::{Path, PathBuf};

/// A file or folder of this package.
pub fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
