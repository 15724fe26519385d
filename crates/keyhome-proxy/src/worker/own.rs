//! What the proxy answers itself, or puts together of what threads and servers say.

use std::sync::Arc;

use keyhome::command::{CommandKind, FanOut, Merge};
use keyhome_resp::{Value, array, error, error_bytes, integer, simple};

use super::{
    Question, Worker,
    requests::{Request, Taken},
    survey::Ask,
};
use crate::answers::{self, errors, info};

impl Worker {
    /// None for a command that servers answer.
    pub(super) fn answer_here(
        &mut self,
        index: usize,
        kind: &CommandKind,
        words: &[&[u8]],
        request: &Request<'_>,
    ) -> Option<Taken> {
        let client = self.clients.get_mut(index)?;
        // What was asked before is done and answered first: what comes after goes over connections of another protocol,
        // and RESET gives up those on which replies may still be to come.
        if matches!(kind.command, "hello" | "reset") && !client.replies.is_empty() {
            return Some(Taken::Later);
        }
        let pool = Arc::clone(&self.pools[client.pool].pool);
        let mut reply = Vec::new();
        if answers::of(client, &pool, kind, words, self.now, &mut reply) {
            if !reply.is_empty() {
                self.answer(index, |out| out.extend_from_slice(&reply));
            }
            match kind.command {
                "quit" => self.clients[index].closing = true,
                "reset" => self.forget_state(index),
                _ => {}
            }
            return Some(Taken::Now);
        }
        match kind.command {
            "client|list" => self.list_clients(index, words),
            "client|kill" => self.kill_clients(index, words),
            "client|unblock" => self.unblock_client(index, words),
            "info" => self.info(index, words),
            "pubsub|numpat" if words.len() == 2 => {
                self.ask_servers(index, words, Box::new(largest));
            }
            "pubsub|numsub" | "pubsub|shardnumsub" => {
                self.ask_servers(index, words, Box::new(subscribers));
            }
            _ if answers::empties(kind) => self.empty(index, kind, request),
            _ => return None,
        }
        Some(Taken::Now)
    }

    fn list_clients(&mut self, index: usize, words: &[&[u8]]) {
        let client = &self.clients[index];
        let resp3 = client.session.resp3;
        let selection = match answers::listed(&self.pools[client.pool].pool.name, words) {
            Ok(selection) => selection,
            Err(text) => return self.answer(index, |out| error_bytes(out, &text)),
        };
        let combine = move |replies: &[Vec<u8>], out: &mut Vec<u8>| {
            if !is_refused(replies, out) {
                answers::verbatim(out, &replies.concat(), resp3);
            }
        };
        self.survey(index, Some(&Question::Clients(selection)), &Ask::default(), Box::new(combine));
    }

    fn kill_clients(&mut self, index: usize, words: &[&[u8]]) {
        let client = &self.clients[index];
        let own = client.session.id;
        let (selection, old_form) = match answers::killed(&self.pools[client.pool].pool.name, own, words) {
            Ok(killed) => killed,
            Err(text) => return self.answer(index, |out| error_bytes(out, &text)),
        };
        let combine = move |replies: &[Vec<u8>], out: &mut Vec<u8>| {
            if is_refused(replies, out) {
                return;
            }
            match numbers(replies).map(|numbers| numbers.iter().sum::<i64>()) {
                Some(0) if old_form => error(out, "ERR No such client"),
                Some(_) if old_form => simple(out, "OK"),
                Some(sum) => integer(out, sum),
                None => error(out, "ERR a thread has not answered"),
            }
        };
        self.survey(index, Some(&Question::Kill(selection)), &Ask::default(), Box::new(combine));
    }

    fn unblock_client(&mut self, index: usize, words: &[&[u8]]) {
        let pool = &self.pools[self.clients[index].pool].pool.name;
        let question = match answers::unblocked(pool, words) {
            Ok((selection, how)) => Question::Unblock(selection, how),
            Err(text) => return self.answer(index, |out| error_bytes(out, &text)),
        };
        let combine = |replies: &[Vec<u8>], out: &mut Vec<u8>| {
            if !is_refused(replies, out) {
                integer(out, numbers(replies).map_or(0, |numbers| numbers.iter().sum()));
            }
        };
        self.survey(index, Some(&question), &Ask::default(), Box::new(combine));
    }

    fn info(&mut self, index: usize, words: &[&[u8]]) {
        let client = &self.clients[index];
        let (resp3, pool) = (client.session.resp3, Arc::clone(&self.pools[client.pool].pool));
        let sections = info::Sections::of(words);
        // The version is asked of servers until one of them has said it.
        let one = !sections.of_servers && sections.has_version() && !pool.knows_redis_version();
        let ask_servers = sections.of_servers || one;
        let servers: Vec<usize> =
            if ask_servers { self.pools[client.pool].live().collect() } else { Vec::new() };
        let words: &[&[u8]] = if one { &[b"INFO", b"server"] } else { words };
        let (threads, uptime) = (self.lines.len(), self.now / 1_000_000);
        let question = Question::Count(pool.name.clone());
        let combine = move |replies: &[Vec<u8>], out: &mut Vec<u8>| {
            let (of_threads, of_servers) = replies.split_at(threads.min(replies.len()));
            if let Some(version) = of_servers.iter().find_map(|reply| info::redis_version(reply)) {
                pool.learn_redis_version(version);
            }
            let clients = numbers(of_threads).map_or(0, |numbers| numbers.iter().sum::<i64>());
            let own = sections.write(&pool, clients as u64, uptime);
            if sections.of_servers {
                info::merged(&own, of_servers, resp3, out);
            } else {
                answers::verbatim(out, own.as_bytes(), resp3);
            }
        };
        self.survey(index, Some(&question), &Ask { servers: &servers, words, one }, Box::new(combine));
    }

    /// FLUSHDB, FLUSHALL, FUNCTION FLUSH: on all servers, also those that are out, or they would come back with what was
    /// to be gone.
    fn empty(&mut self, index: usize, kind: &CommandKind, request: &Request<'_>) {
        if !self.allow_flush {
            let command = kind.command.replace('|', " ").to_ascii_uppercase();
            let text = format!("ERR {command} empties every server of the pool: --allow-flush allows it");
            return self.answer(index, |out| error(out, &text));
        }
        let servers: Vec<usize> =
            (0..self.pools[self.clients[index].pool].pool.all().nodes().len()).collect();
        self.send_to_servers(index, &servers, Merge::AllOk, request);
    }

    /// Whether a command without keys may be part of a transaction in a pool of one server.
    pub(super) fn is_for_only_server(&self, kind: &CommandKind) -> bool {
        match kind.fan_out {
            FanOut::AllPrimaries | FanOut::AllNodes => {
                answers::is_for_all(kind) || answers::empties(kind) && self.allow_flush
            }
            fan_out => fan_out == FanOut::Cursor,
        }
    }

    pub(super) fn wrong_words(&mut self, index: usize, command: &str) {
        self.answer(index, |out| errors::wrong_words(out, command));
    }
}

/// Whether one of those who were asked refuses; then the reply is what it says.
fn is_refused(replies: &[Vec<u8>], out: &mut Vec<u8>) -> bool {
    let refused = replies.iter().find(|reply| matches!(reply.first(), Some(b'-' | b'!')));
    if let Some(refused) = refused {
        out.extend_from_slice(refused);
    }
    refused.is_some()
}

fn numbers(replies: &[Vec<u8>]) -> Option<Vec<i64>> {
    let number = |reply: &Vec<u8>| match Value::of(reply) {
        Some(Value::Integer(number)) => Some(number),
        _ => None,
    };
    replies.iter().map(number).collect()
}

/// PUBSUB NUMPAT: a pattern is on all servers, and counts once.
fn largest(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if !is_refused(replies, out) {
        integer(out, numbers(replies).and_then(|numbers| numbers.into_iter().max()).unwrap_or_default());
    }
}

/// PUBSUB NUMSUB: a channel is on one server, and nobody listens to it on the others.
fn subscribers(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if is_refused(replies, out) {
        return;
    }
    let lists: Vec<Vec<&[u8]>> = replies
        .iter()
        .filter_map(|reply| match Value::of(reply) {
            Some(Value::Array(values)) => Some(values.collect()),
            _ => None,
        })
        .collect();
    let Some(first) = lists.first() else { return array(out, 0) };
    array(out, first.len());
    for (at, name) in first.iter().enumerate() {
        if at % 2 == 0 {
            out.extend_from_slice(name);
            continue;
        }
        let counts = lists.iter().map(|list| match list.get(at).and_then(|count| Value::of(count)) {
            Some(Value::Integer(count)) => count,
            _ => 0,
        });
        integer(out, counts.sum());
    }
}
