//! What a client listens to: each channel on the server that owns it, patterns on all servers.

use std::collections::BTreeMap;

/// A client's subscriptions.
#[derive(Default)]
pub(crate) struct Subscriber {
    /// The connections of its own, by server.
    pub(crate) connections: BTreeMap<usize, usize>,
    pub(crate) channels: BTreeMap<Vec<u8>, Subscription>,
    /// Channels of SSUBSCRIBE.
    pub(crate) shard_channels: BTreeMap<Vec<u8>, Subscription>,
    pub(crate) patterns: BTreeMap<Vec<u8>, Subscription>,
    /// Confirmations that are still to come: requests wait for them.
    pub(crate) unconfirmed: usize,
}

/// A channel or a pattern.
#[derive(Clone, Copy)]
pub(crate) struct Subscription {
    /// The server that owns a channel; a pattern is on all.
    pub(crate) server: usize,
    /// Servers that have still to confirm the latest change.
    pub(crate) waits: usize,
    /// The client was told that it listens.
    pub(crate) confirmed: bool,
    /// Confirmations that are not the client's, as it has asked for nothing: the channel has moved to another server.
    pub(crate) silent: usize,
}
