//! Which server owns a key, exactly as the system that put it there decides it.
//!
//! Twemproxy, Redis Cluster, and the ketama libraries of half a dozen languages all spread keys over servers, and no
//! two of them alike: one rounds the points of a ring in single precision, one sorts servers by the length of their
//! names, one takes the later of two equal points. Whoever reads what another system wrote, moves from one to the next,
//! or calls one cluster from two languages must agree with it on every single key; one that disagrees looks like lost
//! data. This crate is that agreement: "exactly like X" as data for one small engine, tested against recordings of X.
//!
//! A **pool** is a named group of **nodes** and the rule that places keys on them, its **dialect**. A [`Router`] is a
//! pool made ready to answer; it never changes. It is made from a config, which is a nutcracker.yml as it stands, with
//! keys of ours where a pool is not twemproxy's:
//!
//! ```
//! let router = keyhome::from_config(
//!     "sessions:
//!        hash: fnv1a_64
//!        distribution: ketama
//!        hash_tag: '{}'
//!        servers:
//!         - 10.0.0.1:6379:1 redis-1
//!         - 10.0.0.2:6379:1 redis-2
//!         - 10.0.0.3:6379:1 redis-3
//!     ",
//!     None, // the only pool
//! )?;
//!
//! // A key's home, and what shares its tag shares its home.
//! let home = router.index("user:{1001}:cart")?;
//! assert_eq!(router.nodes()[home].name, "redis-1");
//! assert_eq!(router.index("user:{1001}:name")?, home);
//!
//! // Who owns it when that node is gone. Indexes stay what they were.
//! let without = router.without(&["redis-1"])?;
//! assert_ne!(without.index("user:{1001}:cart")?, home);
//! # Ok::<(), keyhome::Error>(())
//! ```
//!
//! Or from what a Redis Cluster says of itself:
//!
//! ```
//! let router = keyhome::from_cluster(
//!     "07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004 slave \
//!      e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected\n\
//!      e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 127.0.0.1:30001@31001 myself,master - \
//!      0 0 1 connected 0-16383\n",
//! )?;
//! let node = router.node("user:1001")?;
//! assert_eq!((node.address.as_str(), node.replicas.len()), ("127.0.0.1:30001", 1));
//! # Ok::<(), keyhome::Error>(())
//! ```
//!
//! A key is bytes; text is its UTF-8. An [`Error`] has a [kind](Error::kind) whose code is the same word in every
//! language that keyhome speaks, and where it applies line and column of the config, or the position of the key.
//!
//! Two routers that place every key alike have equal fingerprints, whatever language or config they were made from.
//! There is no I/O here, no clock and no randomness: `no_std` with `alloc`.

#![no_std]

pub use keyhome_config as config;
pub use keyhome_core::*;

use keyhome_config::Reply;

/// The version of keyhome, one for all its parts.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The router of a pool of a config: a nutcracker.yml, with our keys or without, in YAML or in JSON.
///
/// `pool` names the pool; it is not needed where there is one. Errors: those of [`config::Config::parse`], with line and
/// column; `pool.required` and `pool.unknown`, which name the pools there are.
pub fn from_config(text: &str, pool: Option<&str>) -> Result<Router, Error> {
    config::from_config(text, pool)
}

/// The router of a cluster, from the reply of CLUSTER NODES (a text), CLUSTER SLOTS or CLUSTER SHARDS (lists or maps).
///
/// Errors: `cluster.reply`, `config.slots`; see [`config::from_cluster`].
pub fn from_cluster(reply: impl Into<Reply>) -> Result<Router, Error> {
    config::from_cluster(&reply.into())
}

/// The READMEs' Rust is compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[doc = include_str!("../README.md")]
struct Readme;

/// So are those of the documents.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/health.md")]
#[doc = include_str!("../../../docs/hot-keys.md")]
#[doc = include_str!("../../../docs/replicas.md")]
#[doc = include_str!("../../../docs/rust.md")]
struct Documents;
