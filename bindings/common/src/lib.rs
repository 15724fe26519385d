//! What the borders of keyhome to other languages share: config text in, indexes out, errors as plain fields, and
//! everything with a shape (nodes, explanations, balances, diffs) as one JSON text, parsed by the host.
//!
//! Nothing here knows of napi, pyo3 or wasm-bindgen, and nothing here decides anything.

#![no_std]

extern crate alloc;

mod answers;
mod arguments;
mod catalogue;
mod cluster;
mod command;
mod failure;
mod json;
mod replicas;
mod utf16;
mod writers;

pub use answers::{
    arcs, balance, copies, diff, estimate, explain, group_packed, health_snapshot, hot_keys_summary, hottest,
    index, nodes, pool_names, pool_settings, replica_snapshot, scan_next, scan_target, successors,
    take_events,
};
pub use arguments::{hot_keys_options, outcome, read_from, rules};
pub use catalogue::catalogue;
pub use cluster::{from_cluster, from_cluster_json, from_cluster_text};
pub use command::{EvenKeys, Word, command_keys, command_kind, command_route, words};
pub use failure::Failure;
pub use keyhome::{
    Command, CommandRoute, Error, ErrorKind, Health, HotKeys, ReadFrom, ReplicaSet, Router, VERSION,
    command_route as core_command_route, config,
    health::{LiveSet, Rules, is_failure},
    key::{slot_called, slot_of_ascii},
    slot, slots, slots_packed,
};
pub use replicas::{replace, replica_set};
pub use utf16::push_utf8;
pub use writers::writers;

use json::json;

/// A router of the pool of a config.
pub fn from_config(text: &str, pool: Option<&str>) -> Result<Router, Failure> {
    keyhome::from_config(text, pool).map_err(Failure::from)
}

/// A router of a config or of the text of CLUSTER NODES, whichever it is.
pub fn read(text: &str, pool: Option<&str>) -> Result<Router, Failure> {
    config::read(text, pool).map_err(Failure::from)
}
