//! A request is over: was it slow?

use slab::Slab;

use crate::{
    client::Client,
    pool::Pool,
    server::{ServerConnection, Waiting},
    slow_log::SlowRequest,
};

/// Tells the slow log of a request that is over, by its reply or without one. `waiting` was the next of `connection`.
#[inline]
pub(super) fn note_if_slow(
    pool: &Pool,
    connection: &ServerConnection,
    waiting: &Waiting,
    clients: &Slab<Client>,
    now: u64,
) {
    let micros = now.saturating_sub(waiting.since);
    if pool.slow_log.is_slow(micros) {
        note(pool, connection, waiting, clients, micros);
    }
}

#[cold]
fn note(pool: &Pool, connection: &ServerConnection, waiting: &Waiting, clients: &Slab<Client>, micros: u64) {
    let client = clients.get(waiting.client as usize).filter(|it| it.generation == waiting.generation);
    let session = client.map(|it| &it.session);
    let server = pool.all().nodes().get(connection.server);
    pool.slow_log.add(SlowRequest {
        id: 0,
        when: 0,
        micros,
        words: connection.last_words(waiting),
        // One that is gone has no address any more.
        client_address: session.map(|it| it.address.clone()).unwrap_or_default(),
        client_name: session.map(|it| it.name.clone()).unwrap_or_default(),
        server: server.map(|node| node.name.clone()).unwrap_or_default(),
    });
}
