//! What a client listens to: each channel on the server that owns it, patterns on all servers.

use std::collections::{BTreeMap, VecDeque};

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
    /// What servers have still to confirm, by server, in the order in which it was said: requests wait for it.
    said: BTreeMap<usize, VecDeque<Said>>,
    /// What was to be confirmed by servers that are left.
    lost: Vec<Said>,
    /// A server has refused a part of what the client has asked for last, and the client was told: of one request it is
    /// told once.
    told_of_refusal: bool,
}

/// A channel or a pattern.
#[derive(Clone, Copy)]
pub(crate) struct Subscription {
    /// The server that owns a channel; a pattern is on all.
    pub(crate) server: usize,
    /// Servers that have still to confirm the latest change that the client has asked for.
    pub(crate) waits: usize,
    /// The client was told that it listens.
    pub(crate) confirmed: bool,
}

/// SUBSCRIBE or its opposite, as a server was told.
pub(crate) struct Said {
    pub(crate) sort: Sort,
    pub(crate) subscribes: bool,
    pub(crate) name: Vec<u8>,
    /// The client has asked for it, and is told when it is done; else the channel is moved.
    pub(crate) asked: bool,
}

impl Said {
    pub(crate) fn command(&self) -> &'static str {
        if self.subscribes { self.sort.subscribe() } else { self.sort.unsubscribe() }
    }
}

impl Subscription {
    /// One that nobody has confirmed.
    pub(crate) fn new(server: usize) -> Self {
        Self { server, waits: 0, confirmed: false }
    }
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

    /// Whether a server has still to confirm something.
    pub(crate) fn is_unconfirmed(&self) -> bool {
        !self.said.is_empty()
    }

    pub(crate) fn say(&mut self, server: usize, said: Said) {
        self.said.entry(server).or_default().push_back(said);
    }

    /// What a server confirms, or refuses.
    pub(crate) fn next_said(&mut self, server: usize) -> Option<Said> {
        let said = self.said.get_mut(&server)?;
        let next = said.pop_front();
        if said.is_empty() {
            self.said.remove(&server);
        }
        next
    }

    /// A server refuses what it was told next, as its ACL may tell it. Whether the client is to be told.
    pub(crate) fn refused(&mut self, server: usize) -> bool {
        if let Some(said) = self.next_said(server) {
            if !said.asked {
                return false;
            }
            let of_sort = self.of(said.sort);
            if said.subscribes && of_sort.get(&said.name).is_some_and(|it| !it.confirmed) {
                of_sort.remove(&said.name);
            }
        }
        !std::mem::replace(&mut self.told_of_refusal, true)
    }

    /// All that the client has asked for is confirmed or refused.
    pub(crate) fn settled(&mut self) {
        self.told_of_refusal = false;
    }

    /// Whether what it listens to on this server has arrived there, or was asked for.
    pub(crate) fn relies_on(&self, server: usize) -> bool {
        let arrives = |name: &Vec<u8>| {
            let said = self.said.get(&server).into_iter().flatten();
            said.into_iter().any(|it| it.sort == Sort::Pattern && !it.asked && it.name == *name)
        };
        self.channels.values().chain(self.shard_channels.values()).any(|it| it.server == server)
            || !self.patterns.keys().all(arrives)
    }

    /// Its connection to this server is no more; what was to be confirmed there is to be taken by [`take_lost`](Self::take_lost).
    pub(crate) fn leave(&mut self, server: usize) -> Option<usize> {
        self.lost.extend(self.said.remove(&server).into_iter().flatten().filter(|it| it.asked));
        self.connections.remove(&server)
    }

    pub(crate) fn take_lost(&mut self) -> Vec<Said> {
        std::mem::take(&mut self.lost)
    }

    /// After a reload: all by the new places of servers. Those that have none are left.
    pub(crate) fn change_places(&mut self, place: impl Fn(usize) -> Option<usize>) {
        let left: Vec<usize> = self.connections.keys().copied().filter(|it| place(*it).is_none()).collect();
        for server in left {
            self.leave(server);
        }
        let connections = std::mem::take(&mut self.connections).into_iter();
        self.connections = connections.filter_map(|(server, it)| Some((place(server)?, it))).collect();
        let said = std::mem::take(&mut self.said).into_iter();
        self.said = said.filter_map(|(server, it)| Some((place(server)?, it))).collect();
        for it in self.channels.values_mut().chain(self.shard_channels.values_mut()) {
            // A place that no server has: it is nowhere.
            it.server = place(it.server).unwrap_or(usize::MAX);
        }
    }
}
