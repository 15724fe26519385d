//! After a reload channels may be on other servers, and patterns on more of them: who listens is listened for there,
//! and is not told, as nothing changes for it.

use std::collections::BTreeMap;

use super::Worker;
use crate::subscriber::{Subscriber, Subscription};

/// SUBSCRIBE and its opposite, for one kind of subscription.
const CHANNELS: [&str; 2] = ["subscribe", "unsubscribe"];
const SHARD_CHANNELS: [&str; 2] = ["ssubscribe", "sunsubscribe"];

impl Worker {
    /// Listens where the channels of this client are now.
    pub(super) fn listen_elsewhere(&mut self, index: usize) {
        let Some(client) = self.clients.get(index) else { return };
        let Some(subscriber) = &client.subscriber else { return };
        if client.closing {
            return self.client_is_due(index);
        }
        let pool = client.pool;
        let names = |of: &BTreeMap<Vec<u8>, Subscription>| -> Vec<(Vec<u8>, usize)> {
            of.iter().map(|(name, it)| (name.clone(), it.server)).collect()
        };
        let of_channels = (names(&subscriber.channels), CHANNELS);
        let of_shards = (names(&subscriber.shard_channels), SHARD_CHANNELS);
        let patterns: Vec<Vec<u8>> = subscriber.patterns.keys().cloned().collect();
        let unconfirmed = subscriber.unconfirmed > 0;
        let servers = self.pools[pool].pool.all().nodes().len();
        let mut moves = Vec::new();
        for (names, [subscribe, unsubscribe]) in [of_channels, of_shards] {
            for (name, before) in names {
                let home = match self.pools[pool].home(&name, self.now) {
                    Ok(home) => home,
                    Err(refusal) => {
                        self.refuse(index, &refusal);
                        self.clients[index].closing = true;
                        return;
                    }
                };
                if home == before {
                    continue;
                }
                moves.push((name.clone(), home, subscribe));
                if before < servers {
                    moves.push((name, before, unsubscribe));
                }
            }
        }
        for name in patterns {
            let new = (0..servers).filter(|server| !self.listens_on(index, *server));
            moves.extend(new.map(|server| (name.clone(), server, "psubscribe")));
        }
        if moves.is_empty() {
            return;
        }
        if unconfirmed {
            // Which confirmation is the client's and which is not could not be told. It connects again, and is well.
            self.clients[index].closing = true;
            return self.client_is_due(index);
        }
        for (name, server, command) in moves {
            if !self.tell_server(index, server, command, &name) {
                return;
            }
            if let Some(subscription) = self.subscription_of(index, command, &name) {
                subscription.silent += 1;
                if matches!(command, "subscribe" | "ssubscribe") {
                    subscription.server = server;
                }
            }
        }
    }

    fn listens_on(&self, index: usize, server: usize) -> bool {
        let subscriber = self.clients.get(index).and_then(|client| client.subscriber.as_ref());
        subscriber.is_some_and(|it| it.connections.contains_key(&server))
    }

    fn subscription_of(&mut self, index: usize, command: &str, name: &[u8]) -> Option<&mut Subscription> {
        let Subscriber { channels, shard_channels, patterns, .. } =
            self.clients.get_mut(index)?.subscriber.as_deref_mut()?;
        let of = match command.as_bytes() {
            [b'p', ..] => patterns,
            [b's', b's' | b'u', b'u' | b'n', ..] if command != "subscribe" => shard_channels,
            _ => channels,
        };
        of.get_mut(name)
    }
}
