//! SUBSCRIBE and its kin: a channel on the server that owns it, where PUBLISH goes too; a pattern on all servers.

use std::collections::BTreeMap;

use keyhome::command::CommandKind;
use keyhome_resp::{Value, array, bulk, error, integer, null};

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::{
    answers::errors,
    subscriber::{Said, Sort, Subscription},
};

impl Worker {
    /// (P|S)SUBSCRIBE and (P|S)UNSUBSCRIBE. None for other commands.
    pub(super) fn subscription(
        &mut self,
        index: usize,
        kind: &CommandKind,
        request: &Request<'_>,
    ) -> Option<Taken> {
        let (sort, subscribes) = Sort::of(kind.command)?;
        // Its confirmation comes after the replies of what was asked before.
        if !self.clients[index].replies.is_empty() {
            return Some(Taken::Later);
        }
        let words = request.words();
        let names = &words[1..];
        if subscribes && names.is_empty() {
            self.answer(index, |out| errors::wrong_words(out, kind.command));
            return Some(Taken::Now);
        }
        let client = &mut self.clients[index];
        client.subscriber.get_or_insert_default();
        client.update_special();
        if !subscribes && names.is_empty() {
            let all = self.clients[index].subscriber.as_mut().map(|it| it.of(sort).keys().cloned().collect());
            let all: Vec<_> = all.unwrap_or_default();
            if all.is_empty() {
                self.confirm(index, kind.command, None);
            }
            for name in all {
                self.change(index, sort, false, &name);
            }
        }
        for name in names {
            self.change(index, sort, subscribes, name);
        }
        self.settle(index);
        Some(Taken::Now)
    }

    pub(super) fn change(&mut self, index: usize, sort: Sort, subscribes: bool, name: &[u8]) {
        let pool = self.clients[index].pool;
        self.pools[pool].refresh(self.now);
        let Some(subscriber) = self.clients[index].subscriber.as_deref_mut() else { return };
        let known = subscriber.of(sort).get(name).map(|it| it.server);
        let listened_on = known.filter(|server| subscriber.connections.contains_key(server));
        let servers: Vec<usize> = match sort {
            _ if !subscribes && known.is_none() => {
                return self.confirm(index, sort.unsubscribe(), Some(name));
            }
            Sort::Pattern if subscribes => self.pools[pool].live().collect(),
            Sort::Pattern => subscriber.connections.keys().copied().collect(),
            _ => match listened_on {
                Some(server) => vec![server],
                None if !subscribes => Vec::new(),
                None => match self.pools[pool].place(name, self.now) {
                    Ok(server) => vec![server],
                    Err(refusal) => return self.refuse(index, &refusal),
                },
            },
        };
        let Some(server) = servers.first().copied() else {
            // It has no server at the moment that could confirm anything.
            subscriber.of(sort).remove(name);
            return self.confirm(index, sort.unsubscribe(), Some(name));
        };
        let subscription = subscriber.of(sort).entry(name.to_vec()).or_insert(Subscription::new(server));
        subscription.waits = servers.len();
        subscription.server = server;
        for server in servers {
            match self.listening_connection(index, server) {
                Ok(connection) => {
                    let said = Said { sort, subscribes, name: name.to_vec(), asked: true };
                    self.say(index, server, connection, said);
                }
                // A subscriber that is deaf to one server would not know: its connection ends, as that server's has.
                Err(text) => {
                    self.answer(index, |out| error(out, text));
                    self.clients[index].closing = true;
                    return;
                }
            }
        }
    }

    /// The connection on which the client listens to a server.
    pub(super) fn listening_connection(
        &mut self,
        index: usize,
        server: usize,
    ) -> Result<usize, &'static str> {
        let subscriber = self.clients[index].subscriber.as_ref();
        if let Some(connection) = subscriber.and_then(|it| it.connections.get(&server)) {
            return Ok(*connection);
        }
        let connection = self.private(index, server)?;
        if let Some(subscriber) = &mut self.clients[index].subscriber {
            subscriber.connections.insert(server, connection);
        }
        if let Some(to) = self.servers.get_mut(connection) {
            to.listens = true;
            to.patient = true;
        }
        Ok(connection)
    }

    /// Says it to a server, on the connection on which the client listens; requests wait for the confirmation.
    pub(super) fn say(&mut self, index: usize, server: usize, connection: usize, said: Said) {
        let client = &mut self.clients[index];
        client.halted = true;
        if let Some(to) = self.servers.get_mut(connection) {
            let words = [said.command().as_bytes(), &said.name];
            keyhome_resp::request(to.output.buffer(&mut self.stock), &words);
            to.wait_ends = Some(self.now);
        }
        if let Some(subscriber) = &mut client.subscriber {
            subscriber.say(server, said);
        }
        self.server_is_due(connection);
    }

    /// What came on a connection that a client listens on.
    pub(super) fn heard(&mut self, index: usize, server: usize, frame: &[u8]) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some(subscriber) = &mut client.subscriber else { return };
        let Some(Value::Array(mut values)) = Value::of(frame) else {
            if subscriber.refused(server) {
                client.output.buffer(&mut self.stock).extend_from_slice(frame);
                self.client_is_due(index);
            }
            return self.settle(index);
        };
        let kind = values.next().and_then(Value::of);
        if !matches!(kind, Some(Value::Bulk(kind)) if kind.ends_with(b"subscribe")) {
            client.output.buffer(&mut self.stock).extend_from_slice(frame);
            return self.client_is_due(index);
        }
        match subscriber.next_said(server) {
            Some(said) if said.asked => self.is_confirmed(index, &said),
            Some(said) if said.subscribes => self.has_arrived(index, server, said),
            _ => {}
        }
        self.settle(index);
    }

    /// One of the servers that were told has done what the client has asked for.
    pub(super) fn is_confirmed(&mut self, index: usize, said: &Said) {
        let subscriber = self.clients.get_mut(index).and_then(|client| client.subscriber.as_deref_mut());
        let Some(of_sort) = subscriber.map(|it| it.of(said.sort)) else { return };
        let Some(subscription) = of_sort.get_mut(&said.name) else { return };
        subscription.waits = subscription.waits.saturating_sub(1);
        if subscription.waits > 0 {
            return;
        }
        subscription.confirmed = true;
        if !said.subscribes {
            of_sort.remove(&said.name);
        }
        self.confirm(index, said.command(), Some(&said.name));
    }

    /// Tells the client that it has subscribed, or has not any more, and to how much it listens in all.
    fn confirm(&mut self, index: usize, command: &str, name: Option<&[u8]>) {
        let client = &mut self.clients[index];
        let count = client.subscriber.as_ref().map_or(0, |it| match command {
            "ssubscribe" | "sunsubscribe" => confirmed(&it.shard_channels),
            _ => confirmed(&it.channels) + confirmed(&it.patterns),
        });
        let resp3 = client.session.resp3;
        let out = client.output.buffer(&mut self.stock);
        if resp3 {
            out.extend_from_slice(b">3\r\n");
        } else {
            array(out, 3);
        }
        bulk(out, command.as_bytes());
        match name {
            Some(name) => bulk(out, name),
            None => null(out, resp3),
        }
        integer(out, count as i64);
        self.client_is_due(index);
    }

    /// When all is confirmed, the next requests are taken; who listens to nothing any more is a client like any other.
    pub(super) fn settle(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some(subscriber) = &mut client.subscriber else { return };
        if subscriber.is_unconfirmed() {
            return;
        }
        subscriber.settled();
        if subscriber.is_empty() {
            let connections = client.subscriber.take().map(|it| it.connections).unwrap_or_default();
            client.update_special();
            for connection in connections.into_values() {
                self.discard_own(index, connection);
            }
        }
        self.resume(index);
    }

    /// A client of RESP2 that listens can do nothing else.
    pub(super) fn while_listening(
        &mut self,
        index: usize,
        kind: &CommandKind,
        request: &Request<'_>,
    ) -> Taken {
        match kind.command {
            "ping" => {
                let text = request.word(1).unwrap_or_default();
                self.answer(index, |out| {
                    array(out, 2);
                    bulk(out, b"pong");
                    bulk(out, text);
                });
                Taken::Now
            }
            "quit" | "reset" => self.other(index, kind, request),
            command => {
                self.answer(index, |out| error(out, &errors::while_listening(command)));
                Taken::Now
            }
        }
    }
}

fn confirmed(subscriptions: &BTreeMap<Vec<u8>, Subscription>) -> usize {
    subscriptions.values().filter(|it| it.confirmed).count()
}
