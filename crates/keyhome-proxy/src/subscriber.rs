//! What a client listens to: each channel on the server that owns it, patterns on all servers.

use std::collections::BTreeMap;

/// The kinds of subscriptions.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sort {
    Channel,
    /// SSUBSCRIBE.
    ShardChannel,
    Pattern,
}

impl Sort {
    pub(crate) fn subscribe(self) -> &'static str {
        match self {
            Self::Channel => "subscribe",
            Self::ShardChannel => "ssubscribe",
            Self::Pattern => "psubscribe",
        }
    }

    pub(crate) fn unsubscribe(self) -> &'static str {
        match self {
            Self::Channel => "unsubscribe",
            Self::ShardChannel => "sunsubscribe",
            Self::Pattern => "punsubscribe",
        }
    }

    /// Of the command, and whether it subscribes.
    pub(crate) fn of(command: &str) -> Option<(Self, bool)> {
        [Self::Channel, Self::ShardChannel, Self::Pattern].into_iter().find_map(|sort| match command {
            it if it == sort.subscribe() => Some((sort, true)),
            it if it == sort.unsubscribe() => Some((sort, false)),
            _ => None,
        })
    }
}

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
    /// Subscriptions that are on their way to another server, by it: the client has asked for nothing, and is not told.
    pub(crate) arriving: BTreeMap<usize, Vec<(Sort, Vec<u8>)>>,
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
    /// Servers that it has left have still to confirm that: the client is not told.
    pub(crate) left: usize,
}

impl Subscriber {
    pub(crate) fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.shard_channels.is_empty() && self.patterns.is_empty()
    }

    pub(crate) fn of(&mut self, sort: Sort) -> &mut BTreeMap<Vec<u8>, Subscription> {
        match sort {
            Sort::Channel => &mut self.channels,
            Sort::ShardChannel => &mut self.shard_channels,
            Sort::Pattern => &mut self.patterns,
        }
    }

    /// Whether what it listens to on this server has arrived there.
    pub(crate) fn relies_on(&self, server: usize) -> bool {
        let arriving = self.arriving.get(&server).map(Vec::as_slice).unwrap_or_default();
        let is_arriving =
            |name: &Vec<u8>| arriving.iter().any(|(sort, it)| *sort == Sort::Pattern && it == name);
        self.channels.values().chain(self.shard_channels.values()).any(|it| it.server == server)
            || !self.patterns.keys().all(is_arriving)
    }

    /// What was to arrive at this server will not.
    pub(crate) fn forget_arrivals(&mut self, server: usize) {
        let arriving = self.arriving.remove(&server).map_or(0, |names| names.len());
        self.unconfirmed = self.unconfirmed.saturating_sub(arriving);
    }
}
