//! Another config takes the place of the old one between two turns of the loop. Clients, connections to servers and counts
//! are given to the pools of the same names.

use std::sync::Arc;

use super::{ToServer, Worker, keyhome_command::GONE};
use crate::{
    client::Client,
    control::{Change, Wish},
    counters::PoolCounters,
    listener::Listener,
    pool::{Pool, PoolView},
    registration::OnDifference,
    server::{ServerConnection, Waiting},
};

/// To a client that waits for something to happen on a server that is not its key's any more: it would wait in vain.
const MOVED: &str = "UNBLOCKED the server was taken out of the config while the command waited; ask again";

/// Where clients, connections and counts of a pool go.
struct Move {
    /// The pool of the same name.
    pool: usize,
    /// The place of each of its servers there; none for those that connections cannot be kept to.
    servers: Vec<Option<usize>>,
    /// No password was asked for, and now one is: who is connected stays so, as in Redis.
    admits: bool,
}

impl Move {
    fn of(old: &Pool, pools: &[Arc<Pool>]) -> Option<Self> {
        let pool = pools.iter().position(|pool| pool.name == old.name)?;
        let new = &pools[pool];
        let (before, after) = (&old.settings, &new.settings);
        let stays = before.redis_auth == after.redis_auth && before.redis_db == after.redis_db;
        let server = |server| if stays { new.server_of(old, server) } else { None };
        let servers = (0..old.all().nodes().len()).map(server).collect();
        let admits = before.redis_auth.is_none() && after.redis_auth.is_some();
        Some(Self { pool, servers, admits })
    }

    fn server(&self, old: usize) -> Option<usize> {
        self.servers.get(old).copied().flatten()
    }
}

impl Worker {
    /// KEYHOME RELOAD: the owner of the proxy does it and answers; what the client asks next is asked of the new config.
    pub(super) fn ask_to_reload(&mut self, index: usize, on_difference: Option<OnDifference>) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let number = client.replies.expect();
        client.halted = true;
        let waiting = Waiting::of(index, client.generation, number, 0, self.now);
        if self.wishes.send(Wish { worker: self.number, waiting, on_difference }).is_err() {
            self.hand_over(waiting, GONE);
        }
    }

    pub(super) fn reload(&mut self, change: Change) {
        let Change { pools, listeners, done } = change;
        self.accept_last(&pools);
        self.change_listeners(&pools, listeners);
        let old = std::mem::take(&mut self.pools);
        let moves: Vec<Option<Move>> = old
            .iter()
            .enumerate()
            .map(|(at, view)| if at < self.served { Move::of(&view.pool, &pools) } else { None })
            .collect();
        self.served = pools.len();
        self.pools = pools.into_iter().map(PoolView::new).collect();
        let surplus = self.change_pools(&old, &moves);
        let former = self.keep_former(old, &moves, &surplus);
        let left = self.change_connections(&moves, &former, &surplus);
        self.change_clients(&moves, &former);
        for index in left {
            self.leave(index);
        }
        self.set_tick();
        self.preconnect();
        // Whoever reloads may be gone.
        let _ = done.send(());
    }

    /// Who has connected where nobody will listen is a client still.
    fn accept_last(&mut self, pools: &[Arc<Pool>]) {
        let is_kept = |listener: &Listener| pools.iter().any(|pool| listener.is_of(&pool.settings));
        let ending = self.listeners.iter().filter(|(_, listener)| !is_kept(listener));
        let ending: Vec<usize> = ending.map(|(index, _)| index).collect();
        for index in ending {
            self.accept_all(index);
        }
    }

    fn change_listeners(&mut self, pools: &[Arc<Pool>], new: Vec<Listener>) {
        let registry = self.poll.registry();
        self.listeners.retain(|_, listener| {
            let at = pools.iter().position(|pool| listener.is_of(&pool.settings));
            match at {
                Some(at) => listener.give_to(at, &pools[at].settings),
                None => listener.deregister(registry),
            }
            at.is_some()
        });
        for listener in new {
            if let Err(error) = self.listen(listener) {
                tracing::error!(%error, "a listener that hears nothing");
            }
        }
    }

    /// Counts and lists of connections, for the new pools. Gives the connections for which there is no place any more.
    fn change_pools(&mut self, old: &[PoolView], moves: &[Option<Move>]) -> Vec<usize> {
        let mut counters: Vec<PoolCounters> =
            self.pools.iter().map(|view| PoolCounters::new(view.pool.all().nodes().len())).collect();
        let mut to_servers: Vec<Vec<ToServer>> =
            self.pools.iter().map(|view| ToServer::of_pool(&view.pool)).collect();
        let mut surplus = Vec::new();
        for (at, (view, to)) in old.iter().zip(moves).enumerate() {
            let Some(to) = to else { continue };
            let servers = view.pool.all().nodes();
            let mut before = std::mem::replace(&mut self.counters[at], PoolCounters::new(servers.len()));
            let new = self.pools[to.pool].pool.all().nodes();
            for (server, node) in servers.iter().enumerate() {
                if let Some(place) = new.iter().position(|new| new.name == node.name) {
                    counters[to.pool].servers[place] = std::mem::take(&mut before.servers[server]);
                }
                let Some(place) = to.server(server) else { continue };
                let here = std::mem::take(&mut self.to_servers[at][server]);
                let there = &mut to_servers[to.pool][place];
                there.idle = here.idle;
                for (before, after) in here.shared.into_iter().zip(&mut there.shared) {
                    surplus.extend(before.iter().skip(after.len()).flatten());
                    after.iter_mut().zip(before).for_each(|(after, before)| *after = before);
                }
            }
            before.servers = std::mem::take(&mut counters[to.pool].servers);
            counters[to.pool] = before;
        }
        self.counters.splice(0..0, counters);
        self.to_servers = to_servers;
        surplus
    }

    /// Keeps those of the old pools that something still needs, behind the new ones: their places, by their old ones.
    fn keep_former(&mut self, old: Vec<PoolView>, moves: &[Option<Move>], surplus: &[usize]) -> Vec<usize> {
        let mut needed = vec![false; old.len()];
        for (index, connection) in &self.servers {
            let stays = moves[connection.pool].as_ref().and_then(|to| to.server(connection.server));
            needed[connection.pool] |= stays.is_none() || surplus.contains(&index);
        }
        for (_, client) in &self.clients {
            needed[client.pool] |= moves[client.pool].is_none();
        }
        let former_counters = self.counters.split_off(self.served);
        let mut places = Vec::with_capacity(old.len());
        for ((view, counters), needed) in old.into_iter().zip(former_counters).zip(needed) {
            places.push(self.pools.len());
            if needed {
                self.to_servers.push(vec![ToServer::default(); view.pool.all().nodes().len()]);
                self.pools.push(view);
                self.counters.push(counters);
            }
        }
        places
    }

    /// Gives the connections that are to be left.
    fn change_connections(
        &mut self,
        moves: &[Option<Move>],
        former: &[usize],
        surplus: &[usize],
    ) -> Vec<usize> {
        let mut left = Vec::new();
        for (index, connection) in &mut self.servers {
            let to = moves[connection.pool].as_ref();
            match to.and_then(|to| Some((to.pool, to.server(connection.server)?))) {
                Some((pool, server)) if !surplus.contains(&index) => {
                    (connection.pool, connection.server) = (pool, server);
                }
                _ => {
                    connection.pool = former[connection.pool];
                    connection.leaves = true;
                    left.push(index);
                }
            }
        }
        left
    }

    fn change_clients(&mut self, moves: &[Option<Move>], former: &[usize]) {
        let mut without_pool = Vec::new();
        let mut listeners = Vec::new();
        for (index, client) in &mut self.clients {
            let Some(to) = &moves[client.pool] else {
                client.pool = former[client.pool];
                without_pool.push(index);
                continue;
            };
            client.pool = to.pool;
            client.session.authenticated |= to.admits;
            // What it asked before is done before what it asks next, though that may go over another connection.
            client.halted |= !client.replies.is_empty();
            if client.special {
                change_places(client, to);
                if client.subscriber.is_some() {
                    listeners.push(index);
                }
            }
        }
        for index in without_pool {
            self.let_go(index, MOVED);
        }
        for index in listeners {
            self.listen_elsewhere(index);
        }
    }

    /// No new request goes over this connection. What is under way is answered, and what could wait for ever comes to an
    /// end.
    fn leave(&mut self, index: usize) {
        // Its place may be another's already.
        let Some(connection) = self.servers.get_mut(index).filter(|it| it.leaves) else { return };
        if let Some((client, generation)) = connection.owner {
            let client = client as usize;
            let owner = self.clients.get(client).filter(|it| it.generation == generation);
            if owner.is_some_and(|it| it.blocked_on.contains(&index)) {
                return self.end_wait(index, MOVED);
            }
            let ends = owner.and_then(|it| it.transaction.as_ref()).is_some_and(|it| it.ending);
            if ends {
                return;
            }
            connection.owner = None;
            if owner.is_some() && !connection.listens {
                self.transaction_lost(client);
            }
        }
        if self.servers.get(index).is_some_and(ServerConnection::has_left) {
            self.discard(index);
        }
    }
}

/// What a client has on servers, by the new places of these.
fn change_places(client: &mut Client, to: &Move) {
    if let Some(pinned) = client.transaction.as_mut().and_then(|it| it.pinned.as_mut()) {
        // A place that no server has: nothing is sent there.
        pinned.server = to.server(pinned.server).unwrap_or(usize::MAX);
    }
    if let Some(subscriber) = &mut client.subscriber {
        subscriber.change_places(|server| to.server(server));
    }
}
