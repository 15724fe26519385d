//! After a reload, or when a server is out or back, channels are on other servers, and patterns on other ones, too. Who
//! listens is listened for there, and is not told, as nothing changes for it.
//!
//! A channel is left where it was when the new server has confirmed it, so that a server which is tried again and is still
//! dead costs nobody a message.

use super::Worker;
use crate::subscriber::{Said, Sort};

/// How often it is looked whether channels have moved, in milliseconds.
pub(super) const TICK: u64 = 250;

impl Worker {
    /// Follows the channels of pools whose servers are out or back: another thread may have noticed it.
    pub(super) fn follow_channels(&mut self) {
        if self.now < self.next_follow {
            return;
        }
        self.next_follow = self.now + TICK * 1000;
        for at in 0..self.served {
            if !self.pools[at].has_moved() {
                continue;
            }
            let listen = self.clients.iter().filter(|(_, it)| it.pool == at && it.subscriber.is_some());
            let listen: Vec<usize> = listen.map(|(index, _)| index).collect();
            for index in listen {
                self.listen_elsewhere(index);
            }
        }
    }

    /// Listens where the channels of this client are now.
    pub(super) fn listen_elsewhere(&mut self, index: usize) {
        let Some(client) = self.clients.get(index) else { return };
        let pool = client.pool;
        self.pools[pool].refresh(self.now);
        self.stop_listening_to_dead(index);
        self.ask_again(index);
        let Some(subscriber) = self.clients.get(index).and_then(|client| client.subscriber.as_ref()) else {
            return;
        };
        if subscriber.is_unconfirmed() {
            // The client's own changes come first.
            return self.pools[pool].follow_again();
        }
        let mut moves = Vec::new();
        for (sort, names) in
            [(Sort::Channel, &subscriber.channels), (Sort::ShardChannel, &subscriber.shard_channels)]
        {
            for (name, subscription) in names {
                match self.pools[pool].place(name, self.now) {
                    Ok(home) if home == subscription.server => {}
                    Ok(home) => moves.push((home, sort, name.clone())),
                    // Nobody can publish there, either.
                    Err(_) => self.pools[pool].follow_again(),
                }
            }
        }
        for name in subscriber.patterns.keys() {
            let live = self.pools[pool].live();
            let new = live.filter(|server| !subscriber.connections.contains_key(server));
            moves.extend(new.map(|server| (server, Sort::Pattern, name.clone())));
        }
        for (server, sort, name) in moves {
            self.arrive(index, server, Said { sort, subscribes: true, name, asked: false });
        }
    }

    /// Listens on another server, too.
    fn arrive(&mut self, index: usize, server: usize, said: Said) {
        if let Ok(connection) = self.listening_connection(index, server) {
            self.say(index, server, connection, said);
        } else {
            let pool = self.clients[index].pool;
            self.pools[pool].follow_again();
        }
    }

    /// A server has confirmed a subscription that the client has not asked for. The channel is left where it was.
    pub(super) fn has_arrived(&mut self, index: usize, server: usize, said: Said) {
        let Some(subscriber) = self.clients.get_mut(index).and_then(|it| it.subscriber.as_deref_mut()) else {
            return;
        };
        if said.sort == Sort::Pattern {
            return;
        }
        let Some(subscription) = subscriber.of(said.sort).get_mut(&said.name) else { return };
        let before = std::mem::replace(&mut subscription.server, server);
        if before != server
            && let Some(connection) = subscriber.connections.get(&before).copied()
        {
            self.say(index, before, connection, Said { subscribes: false, ..said });
        }
    }

    /// The connection to a server on which a client listens has ended. Whether the client misses nothing by that: what was to
    /// arrive there is still where it was.
    pub(super) fn was_arriving(&mut self, index: usize, server: usize) -> bool {
        let Some(client) = self.clients.get_mut(index) else { return false };
        let Some(subscriber) = &mut client.subscriber else { return false };
        let relies = subscriber.relies_on(server);
        subscriber.leave(server);
        if relies {
            return false;
        }
        self.pools[client.pool].follow_again();
        self.ask_again(index);
        self.settle(index);
        true
    }

    /// A server that is out may hang: nothing is awaited from it, and nothing is published there.
    fn stop_listening_to_dead(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some(subscriber) = client.subscriber.as_deref_mut() else { return };
        let view = &self.pools[client.pool];
        let dead = subscriber.connections.keys().copied().filter(|server| !view.is_live(*server));
        let dead: Vec<usize> = dead.collect();
        let dead: Vec<usize> = dead.into_iter().filter_map(|server| subscriber.leave(server)).collect();
        for connection in dead {
            self.discard_own(index, connection);
        }
    }

    /// What the client has asked for, and a server that is left has not confirmed, is asked of those that are there.
    fn ask_again(&mut self, index: usize) {
        let lost = self.clients.get_mut(index).and_then(|client| client.subscriber.as_mut());
        let lost = lost.map(|subscriber| subscriber.take_lost()).unwrap_or_default();
        let asked = !lost.is_empty();
        for said in lost {
            if said.subscribes && said.sort != Sort::Pattern {
                self.change(index, said.sort, true, &said.name);
            } else {
                self.is_confirmed(index, &said);
            }
        }
        if asked {
            self.settle(index);
        }
    }
}
