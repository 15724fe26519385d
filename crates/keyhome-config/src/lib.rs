//! Config texts and cluster replies, read into routers. `no_std` with `alloc`; no I/O.
//!
//! A config is a nutcracker.yml as it stands, plus optional keys of ours, in YAML or in JSON. What is wrong with one
//! is said with line and column (from 1, in code points), the field, what was found and what is accepted.
//!
//! ```
//! use keyhome_config::Config;
//!
//! let config = Config::parse(
//!     "sessions:
//!        listen: 127.0.0.1:22121
//!        hash_tag: '{}'
//!        servers:
//!         - 127.0.0.1:6379:1 redis-1
//!         - 127.0.0.1:6380:1 redis-2
//!     ",
//! )?;
//! let pool = config.pool(None)?;
//! assert_eq!(pool.settings.server_retry_timeout, 30000);
//! assert_eq!(pool.router()?.nodes()[1].name, "redis-2");
//!
//! let error = Config::parse("sessions:\n  hosh: md5\n").unwrap_err();
//! assert_eq!(error.to_string(), "line 2, column 3: hosh: `hosh` is not a key of a pool; did you mean `hash`?");
//! # Ok::<(), keyhome_core::Error>(())
//! ```
//!
//! A text, YAML or JSON, becomes a tree in which everything knows its place; the tree becomes pools; what is wrong
//! only in a pool as a whole, [`Dialect::check`](keyhome_core::Dialect::check) says.

#![no_std]

extern crate alloc;

pub mod cluster;
mod config;
mod cursor;
mod document;
mod fields;
mod json;
mod listen;
mod pool;
mod scalar;
mod server;
mod settings;
mod slots;
mod split;
mod wording;
mod yaml;

pub use cluster::{Reply, from_cluster, looks_like_cluster_nodes};
pub use config::Config;
pub use listen::{Listen, Socket};
pub use pool::{Pool, ShownSettings};
pub use settings::Settings;

pub use keyhome_core::{OnFailure, ReadFrom};

use alloc::{string::String, vec::Vec};

use keyhome_core::{Error, ErrorKind, Router};

/// The router of a pool of a config. `pool` names the pool; it is not needed where there is one.
///
/// Errors: those of [`Config::parse`] and [`Config::pool`].
#[inline(never)]
pub fn from_config(text: &str, pool: Option<&str>) -> Result<Router, Error> {
    Config::parse(text)?.pool(pool)?.router()
}

/// The names of the pools of a text that [`read`] takes, in its order; a cluster has none.
///
/// Errors: those of [`Config::parse`].
pub fn pool_names(text: &str) -> Result<Vec<String>, Error> {
    if looks_like_cluster_nodes(text) {
        return Ok(Vec::new());
    }
    Ok(Config::parse(text)?.pools.iter().map(|pool| pool.name.clone()).collect())
}

/// The router of a text that is a config or a reply of CLUSTER NODES, whichever it looks like.
///
/// `pool` names the pool of a config; it is not needed where there is one. A cluster has no pools: naming one is
/// `pool.unknown`. Other errors: those of [`Config::parse`], [`Config::pool`], [`from_cluster`].
pub fn read(text: &str, pool: Option<&str>) -> Result<Router, Error> {
    if !looks_like_cluster_nodes(text) {
        return from_config(text, pool);
    }
    match pool {
        None => cluster::from_cluster_nodes(text),
        Some(name) => {
            let detail = alloc::format!("no pool is called {}; a cluster has no pools", wording::quote(name));
            Err(Error::new(ErrorKind::PoolUnknown, detail))
        }
    }
}
