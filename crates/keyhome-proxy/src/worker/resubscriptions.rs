//! After a reload, or when a server is out or back, channels are on other servers, and patterns on other ones, too. Who
//! listens is listened for there, and is not told, as nothing changes for it.
//!
//! A channel is left where it was when the new server has confirmed it, so that a server which is tried again and is still
//! dead costs nobody a message.

use keyhome_resp::request;

use super::Worker;
use crate::{
    server::Waiting,
    subscriber::{Sort, Subscriber},
};

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
        let Some(client) = self.clients.get(index) else { return };
        if client.closing {
            return self.client_is_due(index);
        }
        let Some(subscriber) = &client.subscriber else { return };
        if subscriber.unconfirmed > 0 {
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
            self.arrive(index, server, sort, name);
        }
    }

    /// Listens on another server, too.
    fn arrive(&mut self, index: usize, server: usize, sort: Sort, name: Vec<u8>) {
        let Some(subscriber) = self.clients[index].subscriber.as_ref() else { return };
        let is_new = !subscriber.connections.contains_key(&server);
        let Ok(connection) = self.listening_connection(index, server) else {
            let pool = self.clients[index].pool;
            return self.pools[pool].follow_again();
        };
        if is_new && let Some(to) = self.servers.get_mut(connection) {
            // Nobody waits for a server that does not answer this in the pool's time.
            to.patient = false;
            to.add(Waiting::own(self.now), &mut self.stock, |out| request(out, &["PING"]));
        }
        self.say(index, connection, sort.subscribe(), &name);
        if let Some(subscriber) = &mut self.clients[index].subscriber {
            subscriber.arriving.entry(server).or_default().push((sort, name));
        }
    }

    /// Whether it was the confirmation of a subscription that is on its way to this server. The channel is left where it was.
    pub(super) fn has_arrived(&mut self, index: usize, server: usize, sort: Sort, name: &[u8]) -> bool {
        let Some(subscriber) = self.clients.get_mut(index).and_then(|it| it.subscriber.as_deref_mut()) else {
            return false;
        };
        let Some(arriving) = subscriber.arriving.get_mut(&server) else { return false };
        let Some(at) = arriving.iter().position(|it| it.0 == sort && it.1 == name) else { return false };
        arriving.swap_remove(at);
        if arriving.is_empty() {
            subscriber.arriving.remove(&server);
        }
        if let Some(to) = subscriber.connections.get(&server).and_then(|it| self.servers.get_mut(*it)) {
            to.patient = true;
        }
        if sort != Sort::Pattern
            && let Some(subscription) = subscriber.of(sort).get_mut(name)
        {
            let before = std::mem::replace(&mut subscription.server, server);
            if before != server
                && let Some(connection) = subscriber.connections.get(&before).copied()
            {
                if let Some(subscription) = subscriber.of(sort).get_mut(name) {
                    subscription.left += 1;
                }
                self.say(index, connection, sort.unsubscribe(), name);
            }
        }
        true
    }

    /// The connection to a server on which a client listens has ended. Whether the client misses nothing by that: what was to
    /// arrive there is still where it was.
    pub(super) fn was_arriving(&mut self, index: usize, server: usize) -> bool {
        let Some(client) = self.clients.get_mut(index) else { return false };
        let Some(subscriber) = &mut client.subscriber else { return false };
        if subscriber.relies_on(server) {
            return false;
        }
        subscriber.connections.remove(&server);
        subscriber.forget_arrivals(server);
        self.pools[client.pool].follow_again();
        self.settle(index);
        true
    }

    /// A server that is out may hang: nothing is awaited from it, and nothing is published there.
    fn stop_listening_to_dead(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some(subscriber) = client.subscriber.as_deref_mut() else { return };
        let view = &self.pools[client.pool];
        let dead: Vec<(usize, usize)> = subscriber
            .connections
            .iter()
            .filter(|(server, _)| !view.is_live(**server))
            .map(|(server, connection)| (*server, *connection))
            .collect();
        for (server, connection) in dead {
            let Some(subscriber) =
                self.clients.get_mut(index).and_then(|client| client.subscriber.as_deref_mut())
            else {
                return;
            };
            let relies = subscriber.relies_on(server);
            subscriber.connections.remove(&server);
            subscriber.forget_arrivals(server);
            // What else is to be confirmed may be this server's to confirm.
            let owes = relies && subscriber.unconfirmed > 0;
            self.clients[index].closing |= owes;
            self.discard(connection);
            self.settle(index);
        }
    }
}

/// After a reload: connections, and what is on its way, by the new places of servers; what is nowhere any more is forgotten.
pub(super) fn change_places(subscriber: &mut Subscriber, place: impl Fn(usize) -> Option<usize>) -> bool {
    let mut complete = true;
    for (server, connection) in std::mem::take(&mut subscriber.connections) {
        if let Some(new) = place(server) {
            subscriber.connections.insert(new, connection);
        } else {
            subscriber.forget_arrivals(server);
            complete &= subscriber.unconfirmed == 0;
        }
    }
    let arriving = std::mem::take(&mut subscriber.arriving);
    subscriber.arriving =
        arriving.into_iter().filter_map(|(server, names)| Some((place(server)?, names))).collect();
    for it in subscriber.channels.values_mut().chain(subscriber.shard_channels.values_mut()) {
        // A place that no server has: it is nowhere.
        it.server = place(it.server).unwrap_or(usize::MAX);
    }
    complete
}
