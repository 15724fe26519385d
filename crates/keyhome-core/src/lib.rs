//! The routing core of keyhome: which node owns a key, exactly as the systems in use decide it.
//!
//! `no_std` with `alloc`; no I/O, no clock, no dice. A [`Router`] is made from a [`Dialect`] ("exactly like X"), its
//! options and the nodes of a pool, and never changes. A key meets three things in order:
//!
//! 1. [`key`]: which bytes of it are hashed (hash tags);
//! 2. [`hash`]: the hash function;
//! 3. `placement`: how the hash becomes a node: a ring of points, a list, a table of slots.
//!
//! [`health`] says which nodes take part, [`replica`] which copy of a node serves a read; both take time and dice as
//! arguments.
//!
//! ```
//! use keyhome_core::{Dialect, Member, Node, Options, Router};
//!
//! let nodes = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"].map(|a| Member::from(Node::new(a, a)));
//! let router = Router::new(Dialect::TWEMPROXY, &Options::new(), nodes.into())?;
//! assert_eq!(router.node("user:1001")?.address, "10.0.0.1:6379");
//! # Ok::<(), keyhome_core::Error>(())
//! ```

#![no_std]

extern crate alloc;

pub mod command;
pub mod dialect;
pub mod digits;
pub mod error;
pub mod hash;
pub mod health;
pub mod hotkeys;
pub mod key;
mod packed;
mod placement;
pub mod quote;
pub mod replica;
pub mod router;
pub mod share;
pub mod topology;
mod words;
pub mod writers;

pub use command::{Command, CommandKind, CommandRoute, command_keys, command_kind, command_route};
pub use dialect::{Dialect, Options};
pub use error::{Error, ErrorKind};
pub use health::{Health, OnFailure, Outcome};
pub use hotkeys::HotKeys;
pub use key::{slot, slots, slots_packed};
pub use replica::{ReadFrom, ReplicaSet};
pub use router::Router;
pub use topology::{Endpoint, Member, Node, Replica, Role};
pub use writers::Writer;
