//! The border of keyhome to WebAssembly.
//!
//! Calls that are rare (a router from a config, explanations, diffs) and those about many keys at once cross through
//! wasm-bindgen. What is called once a key or once a request crosses as plain WebAssembly functions, in [`hot`].
//!
//! Nothing is decided here. On other targets than WebAssembly this compiles, so that ordinary builds and lints cover
//! it, but nothing calls it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod command;
mod failure;
mod health;
mod hot_keys;
mod many;
mod replica_set;
mod router;
#[cfg(target_arch = "wasm32")]
mod runtime;

pub use command::{command_keys, command_route, is_failure, pool_settings, scan_next, scan_target};
pub use health::Health;
pub use hot_keys::HotKeys;
pub use keyhome_wasm_hot as hot;
pub use many::{failure, slots_packed, version};
pub use replica_set::ReplicaSet;
pub use router::Router;
