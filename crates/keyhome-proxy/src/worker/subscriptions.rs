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
    subscriber::{Sort, Subscription},
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
                self.change(index, kind.command, sort, false, &name);
            }
        }
        for name in names {
            self.change(index, kind.command, sort, subscribes, name);
        }
        self.settle(index);
        Some(Taken::Now)
    }

    fn change(&mut self, index: usize, command: &str, sort: Sort, subscribes: bool, name: &[u8]) {
        let pool = self.clients[index].pool;
        self.pools[pool].refresh(self.now);
        let known = self.clients[index].subscriber.as_mut().and_then(|it| it.of(sort).get(name).copied());
        let servers = match (sort, known) {
            (_, None) if !subscribes => return self.confirm(index, command, Some(name)),
            (Sort::Pattern, _) if subscribes => self.pools[pool].live().collect(),
            (Sort::Pattern, _) => self.listened_on(index),
            (_, Some(Subscription { server, .. })) => vec![server],
            (_, None) => match self.pools[pool].place(name, self.now) {
                Ok(server) => vec![server],
                Err(refusal) => return self.refuse(index, &refusal),
            },
        };
        if let Some(subscriber) = &mut self.clients[index].subscriber {
            let server = servers.first().copied().unwrap_or_default();
            let new = Subscription { server, waits: 0, confirmed: false, left: 0 };
            subscriber.of(sort).entry(name.to_vec()).or_insert(new).waits = servers.len();
        }
        for server in servers {
            if !self.tell_server(index, server, command, name) {
                return;
            }
        }
    }

    /// The servers that the client listens on.
    fn listened_on(&self, index: usize) -> Vec<usize> {
        let subscriber = self.clients.get(index).and_then(|client| client.subscriber.as_ref());
        subscriber.map(|it| it.connections.keys().copied().collect()).unwrap_or_default()
    }

    /// Says it to the server. False if there can be no connection to it.
    fn tell_server(&mut self, index: usize, server: usize, command: &str, name: &[u8]) -> bool {
        match self.listening_connection(index, server) {
            Ok(connection) => {
                self.say(index, connection, command, name);
                true
            }
            // A subscriber that is deaf to one server would not know: its connection ends, as that server's has.
            Err(text) => {
                self.answer(index, |out| error(out, text));
                self.clients[index].closing = true;
                false
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

    /// Says it on a connection on which the client listens; requests wait for the confirmation.
    pub(super) fn say(&mut self, index: usize, connection: usize, command: &str, name: &[u8]) {
        let client = &mut self.clients[index];
        client.halted = true;
        if let Some(subscriber) = &mut client.subscriber {
            subscriber.unconfirmed += 1;
        }
        if let Some(to) = self.servers.get_mut(connection) {
            keyhome_resp::request(to.output.buffer(&mut self.stock), &[command.as_bytes(), name]);
            to.wait_ends = Some(self.now);
        }
        self.server_is_due(connection);
    }

    /// What came on a connection that a client listens on.
    pub(super) fn heard(&mut self, index: usize, server: usize, frame: &[u8]) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some(subscriber) = &mut client.subscriber else { return };
        let Some(Value::Array(mut values)) = Value::of(frame) else {
            // The server refuses, as its ACL may tell it.
            subscriber.unconfirmed = subscriber.unconfirmed.saturating_sub(1);
            if subscriber.arriving.get_mut(&server).and_then(Vec::pop).is_none() {
                client.output.buffer(&mut self.stock).extend_from_slice(frame);
                self.client_is_due(index);
            }
            return self.settle(index);
        };
        let command = match values.next().and_then(Value::of) {
            Some(Value::Bulk(kind)) => String::from_utf8_lossy(kind).into_owned(),
            _ => String::new(),
        };
        let Some((sort, subscribes)) = Sort::of(&command) else {
            client.output.buffer(&mut self.stock).extend_from_slice(frame);
            return self.client_is_due(index);
        };
        let Some(Value::Bulk(name)) = values.next().and_then(Value::of) else { return };
        subscriber.unconfirmed = subscriber.unconfirmed.saturating_sub(1);
        if subscribes && self.has_arrived(index, server, sort, name) {
            return self.settle(index);
        }
        let Some(subscriber) = self.clients[index].subscriber.as_deref_mut() else { return };
        let of_sort = subscriber.of(sort);
        let Some(subscription) = of_sort.get_mut(name) else { return };
        if !subscribes && subscription.left > 0 {
            subscription.left -= 1;
            return self.settle(index);
        }
        subscription.waits = subscription.waits.saturating_sub(1);
        if subscription.waits == 0 {
            subscription.confirmed = true;
            if !subscribes {
                of_sort.remove(name);
            }
            let name = name.to_vec();
            self.confirm(index, &command, Some(&name));
        }
        self.settle(index);
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
        let Some(subscriber) = &client.subscriber else { return };
        if subscriber.unconfirmed > 0 {
            return;
        }
        if subscriber.is_empty() {
            let connections = client.subscriber.take().map(|it| it.connections).unwrap_or_default();
            client.update_special();
            for connection in connections.into_values() {
                self.discard(connection);
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
