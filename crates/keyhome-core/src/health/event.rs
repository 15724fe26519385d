//! What happened to nodes, to be told to people.

use serde::Serialize;

/// What happened. Times are those of the calls; in JSON, `event` says which of these it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A node failed too often and is out.
    Ejected {
        /// The node.
        index: usize,
        /// Since when.
        at: u64,
        /// When it is tried again at the earliest; for `probe`, when its first check is due.
        until: u64,
    },
    /// A node that was out already failed again, or failed its check: its next try is put off.
    Postponed {
        /// The node.
        index: usize,
        /// When it failed.
        at: u64,
        /// When it is tried or checked again at the earliest.
        until: u64,
    },
    /// A node is back.
    Returned {
        /// The node.
        index: usize,
        /// Since when.
        at: u64,
        /// For how long it was out, in microseconds.
        away: u64,
        /// Whether keys were placed as if it were not there, from `at - away` to `at`. What was written in that time
        /// lies on other nodes and is not found there any more; what lies on this one is as old as its absence. Where
        /// the others' keys move too when a node goes (`modula`, unequal weights), the same is true of theirs.
        keys_elsewhere: bool,
    },
    /// The last node that was there is out too. `remap` and `probe` refuse every request until one is back.
    AllGone {
        /// Since when.
        at: u64,
        /// When one is tried or checked again at the earliest.
        until: u64,
    },
}
