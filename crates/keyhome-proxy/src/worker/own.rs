//! What the proxy answers itself, or puts together of what threads and servers say.

use std::sync::Arc;

use keyhome::command::{CommandKind, FanOut, Merge, command_route};
use keyhome_resp::{error, error_bytes, integer, simple};

use super::{
    Question, Worker,
    requests::{Request, Taken},
    survey::Ask,
};
use crate::{
    answers::{self, errors, info},
    combine::{self, is_refused, numbers},
    survey::Combine,
};

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
            _ if answers::empties(kind) => self.empty(index, kind, request),
            _ => return self.combined(index, kind, words),
        }
        Some(Taken::Now)
    }

    /// What several servers are asked, where their answers are no parts of one list or number.
    fn combined(&mut self, index: usize, kind: &CommandKind, words: &[&[u8]]) -> Option<Taken> {
        if !matches!(kind.fan_out, FanOut::AllPrimaries | FanOut::AllNodes) {
            return None;
        }
        let client = &self.clients[index];
        let (resp3, pool) = (client.session.resp3, client.pool);
        let live = || -> Vec<usize> { self.pools[pool].live().collect() };
        let names = || {
            let nodes = self.pools[pool].pool.all().nodes();
            live().into_iter().map(|server| nodes[server].name.clone()).collect()
        };
        let combine: Combine = match kind.command {
            "pubsub|numpat" => Box::new(combine::largest),
            "pubsub|numsub" | "pubsub|shardnumsub" => Box::new(combine::subscribers),
            "latency|latest" => Box::new(combine::latest_events),
            "latency|history" => Box::new(combine::by_time),
            "latency|histogram" => combine::histograms(resp3),
            "latency|doctor" | "latency|graph" | "memory|doctor" | "memory|malloc-stats" => {
                combine::texts(names(), resp3)
            }
            "function|stats" => Box::new(combine::running),
            _ if kind.merge == Merge::OneOk => Box::new(combine::killed),
            _ => return None,
        };
        // How many words it has is the core's to say.
        if command_route(words).is_err() {
            return None;
        }
        let servers = match kind.command {
            // One that runs a script may seem to be dead.
            _ if kind.merge == Merge::OneOk => (0..self.pools[pool].pool.all().nodes().len()).collect(),
            _ => live(),
        };
        // Behind a script that runs, a server reads nothing on the same connection.
        let apart = matches!(kind.command, "function|stats") || kind.merge == Merge::OneOk;
        if apart && !self.clients[index].replies.is_empty() {
            return Some(Taken::Later);
        }
        self.survey(index, None, &Ask { servers: &servers, words, apart, ..Ask::default() }, combine);
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
        self.survey(
            index,
            Some(&question),
            &Ask { servers: &servers, words, one, ..Ask::default() },
            Box::new(combine),
        );
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
