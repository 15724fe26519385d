//! SUBSCRIBE and its kin: a channel on the server that owns it, where PUBLISH goes too; a pattern on all servers.

use std::collections::BTreeMap;

use keyhome::command::CommandKind;
use keyhome_resp::{Value, array, bulk, error, integer, null};

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::{
    answers,
    subscriber::{Subscriber, Subscription},
};

/// The kinds of subscriptions.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Channel,
    ShardChannel,
    Pattern,
}

impl Worker {
    /// (P|S)SUBSCRIBE and (P|S)UNSUBSCRIBE. None for other commands.
    pub(super) fn subscription(
        &mut self,
        index: usize,
        kind: &CommandKind,
        request: &Request<'_>,
    ) -> Option<Taken> {
        let (sort, subscribes) = match kind.command {
            "subscribe" => (Sort::Channel, true),
            "unsubscribe" => (Sort::Channel, false),
            "ssubscribe" => (Sort::ShardChannel, true),
            "sunsubscribe" => (Sort::ShardChannel, false),
            "psubscribe" => (Sort::Pattern, true),
            "punsubscribe" => (Sort::Pattern, false),
            _ => return None,
        };
        // Its confirmation comes after the replies of what was asked before.
        if !self.clients[index].replies.is_empty() {
            return Some(Taken::Later);
        }
        let words = request.words();
        let names = &words[1..];
        if subscribes && names.is_empty() {
            self.answer(index, |out| answers::wrong_words(out, kind.command));
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
        let known = self.clients[index].subscriber.as_mut().and_then(|it| it.of(sort).get(name).copied());
        let servers = match (sort, known) {
            (_, None) if !subscribes => return self.confirm(index, command, Some(name)),
            (Sort::Pattern, _) => 0..self.pools[pool].pool.all().nodes().len(),
            (_, Some(Subscription { server, .. })) => server..server + 1,
            (_, None) => match self.pools[pool].place(name, self.now) {
                Ok(server) => server..server + 1,
                Err(refusal) => return self.refuse(index, &refusal),
            },
        };
        if let Some(subscriber) = &mut self.clients[index].subscriber {
            let new = Subscription { server: servers.start, waits: 0, confirmed: false, silent: 0 };
            subscriber.of(sort).entry(name.to_vec()).or_insert(new).waits = servers.len();
        }
        for server in servers {
            if !self.tell_server(index, server, command, name) {
                return;
            }
        }
    }

    /// Says it to the server on the connection that the client listens on there. False if there can be none.
    pub(super) fn tell_server(&mut self, index: usize, server: usize, command: &str, name: &[u8]) -> bool {
        let held =
            self.clients[index].subscriber.as_ref().and_then(|it| it.connections.get(&server).copied());
        let connection = match held.map_or_else(|| self.private(index, server), Ok) {
            Ok(connection) => connection,
            // A subscriber that is deaf to one server would not know: its connection ends, as that server's has.
            Err(text) => {
                self.answer(index, |out| error(out, text));
                self.clients[index].closing = true;
                return false;
            }
        };
        let client = &mut self.clients[index];
        if let Some(subscriber) = &mut client.subscriber {
            subscriber.connections.insert(server, connection);
            subscriber.unconfirmed += 1;
        }
        client.halted = true;
        if let Some(to) = self.servers.get_mut(connection) {
            to.listens = true;
            to.patient = true;
            keyhome_resp::request(to.output.buffer(&mut self.stock), &[command.as_bytes(), name]);
        }
        self.server_is_due(connection);
        true
    }

    /// What came on a connection that a client listens on.
    pub(super) fn heard(&mut self, index: usize, frame: &[u8]) {
        let Some(client) = self.clients.get_mut(index) else { return };
        let Some(subscriber) = &mut client.subscriber else { return };
        let Some(Value::Array(mut values)) = Value::of(frame) else {
            // The server refuses, as its ACL may tell it.
            subscriber.unconfirmed = subscriber.unconfirmed.saturating_sub(1);
            client.output.buffer(&mut self.stock).extend_from_slice(frame);
            self.client_is_due(index);
            return self.settle(index);
        };
        let kind = values.next().and_then(Value::of);
        let command = match kind {
            Some(Value::Bulk(kind)) if kind.ends_with(b"subscribe") => {
                String::from_utf8_lossy(kind).into_owned()
            }
            _ => {
                client.output.buffer(&mut self.stock).extend_from_slice(frame);
                return self.client_is_due(index);
            }
        };
        let Some(Value::Bulk(name)) = values.next().and_then(Value::of) else { return };
        subscriber.unconfirmed = subscriber.unconfirmed.saturating_sub(1);
        let sort = match command.as_bytes() {
            [b'p', ..] => Sort::Pattern,
            [b's', b's' | b'u', b'u' | b'n', ..] if command != "subscribe" => Sort::ShardChannel,
            _ => Sort::Channel,
        };
        let of_sort = subscriber.of(sort);
        let Some(subscription) = of_sort.get_mut(name) else { return };
        if subscription.silent > 0 {
            subscription.silent -= 1;
            return self.settle(index);
        }
        subscription.waits = subscription.waits.saturating_sub(1);
        if subscription.waits == 0 {
            subscription.confirmed = true;
            if command.contains("unsub") {
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
    fn settle(&mut self, index: usize) {
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
                let text = format!(
                    "ERR Can't execute '{command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are \
                     allowed in this context"
                );
                self.answer(index, |out| error(out, &text));
                Taken::Now
            }
        }
    }
}

impl Subscriber {
    fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.shard_channels.is_empty() && self.patterns.is_empty()
    }

    fn of(&mut self, sort: Sort) -> &mut BTreeMap<Vec<u8>, Subscription> {
        match sort {
            Sort::Channel => &mut self.channels,
            Sort::ShardChannel => &mut self.shard_channels,
            Sort::Pattern => &mut self.patterns,
        }
    }
}

fn confirmed(subscriptions: &BTreeMap<Vec<u8>, Subscription>) -> usize {
    subscriptions.values().filter(|it| it.confirmed).count()
}
