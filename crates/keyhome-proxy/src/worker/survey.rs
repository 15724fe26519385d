//! What all threads are asked, or all servers, for one client: it becomes one reply in its place among the others.

use std::sync::Arc;

use keyhome_resp::integer;

use super::{Why, Worker};
use crate::{
    client::Selection,
    control::{Control, Line},
    server::Waiting,
    survey::{Combine, Survey},
};

/// What a thread is asked about what is its own.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// The lines of CLIENT LIST.
    Clients(Selection),
    /// Closes clients, and says how many.
    Kill(Selection),
    /// How many clients the pool of this name has.
    Count(String),
    /// Ends what a client waits for, in this way: `TIMEOUT` or `ERROR`.
    Unblock(Selection, &'static str),
}

/// What servers are asked.
#[derive(Default)]
pub(super) struct Ask<'a> {
    pub(super) servers: &'a [usize],
    pub(super) words: &'a [&'a [u8]],
    /// The first that does not refuse is enough.
    pub(super) one: bool,
    /// Over connections of the client's own. All that it has asked before is answered.
    pub(super) apart: bool,
}

impl Worker {
    /// Tells it how to reach the other threads.
    pub(crate) fn meet(&mut self, lines: Arc<Vec<Line>>) {
        self.lines = lines;
    }

    /// Asks all threads `question`, this one too, and servers. The answers come in this order.
    pub(super) fn survey(
        &mut self,
        index: usize,
        question: Option<&Question>,
        ask: &Ask<'_>,
        combine: Combine,
    ) {
        let Ask { servers, words, .. } = *ask;
        let client = &self.clients[index];
        let (pool, resp3, generation) = (client.pool, client.session.resp3, client.generation);
        let connection = |server: &usize| {
            if ask.apart { self.private(index, *server) } else { self.shared(pool, *server, resp3, index) }
        };
        let connections: Vec<_> = servers.iter().map(connection).collect();
        if ask.apart {
            let own: Vec<usize> = connections.iter().flatten().copied().collect();
            for connection in &own {
                if let Some(connection) = self.servers.get_mut(*connection) {
                    connection.needs_no_database = true;
                }
            }
            let client = &mut self.clients[index];
            client.blocked_on = own;
            client.halted = true;
            client.update_special();
        }
        let threads = if question.is_some() { self.lines.len() } else { 0 };
        let asked = threads + connections.len();
        let one_from = ask.one.then_some(threads);
        let number = self.clients[index].replies.expect_survey(Survey::new(asked, one_from, combine));
        let waiting = |part: usize, now: u64| Waiting::of(index, generation, number, part as u32, now);
        if let Some(question) = question {
            let lines = Arc::clone(&self.lines);
            for (part, line) in lines.iter().enumerate() {
                let waiting = waiting(part, self.now);
                if part == self.number {
                    if let Some(answer) = self.own_answer(question, Some(index), part, waiting) {
                        self.hand_over(waiting, &answer);
                    }
                    continue;
                }
                let question = Control::Ask { question: question.clone(), from: self.number, waiting };
                if let Err(problem) = line.send(question) {
                    self.hand_over(waiting, format!("-ERR {problem}\r\n").as_bytes());
                }
            }
        }
        for (part, connection) in connections.into_iter().enumerate() {
            let waiting = waiting(threads + part, self.now);
            if let Ok(connection) = connection {
                self.server_is_due(connection);
            }
            match connection.map(|connection| self.servers.get_mut(connection)) {
                Ok(Some(connection)) => {
                    let bytes =
                        connection.add(waiting, &mut self.stock, |out| keyhome_resp::request(out, words));
                    self.counters[connection.pool].servers[connection.server].count_request(bytes);
                }
                Ok(None) => self.hand_over(waiting, b"-ERR Connection refused\r\n"),
                Err(text) => self.hand_over(waiting, format!("-{text}\r\n").as_bytes()),
            }
        }
    }

    /// Answers another thread.
    pub(super) fn answer_thread(&mut self, question: &Question, from: usize, waiting: Waiting) {
        if let Some(answer) = self.own_answer(question, None, from, waiting) {
            self.tell_thread(from, waiting, answer);
        }
    }

    pub(super) fn tell_thread(&self, thread: usize, waiting: Waiting, answer: Vec<u8>) {
        // If that thread has ended, so has the client.
        if let Some(line) = self.lines.get(thread)
            && let Err(problem) = line.send(Control::Reply(waiting, answer))
        {
            tracing::debug!(%problem, "nobody waits for an answer");
        }
    }

    /// The answer to a question that thread `from` asks for `waiting`, and client `asker` if that is one of this thread. None
    /// where a server has to say it first.
    fn own_answer(
        &mut self,
        question: &Question,
        asker: Option<usize>,
        from: usize,
        waiting: Waiting,
    ) -> Option<Vec<u8>> {
        Some(match question {
            Question::Unblock(selection, how) => {
                return self.unblock_selected(selection, how, from, waiting);
            }
            Question::Clients(selection) => {
                let mut lines = String::new();
                for client in self.selected(selection) {
                    if let Some(client) = self.clients.get(client) {
                        client.describe(self.now, &mut lines);
                        lines.push('\n');
                    }
                }
                lines.into_bytes()
            }
            Question::Count(pool) => {
                let pools = self.pools.iter().zip(&self.counters);
                let counters = pools.filter(|(view, _)| view.pool.name == *pool);
                let mut answer = Vec::new();
                integer(&mut answer, counters.map(|(_, counters)| counters.client_connections as i64).sum());
                answer
            }
            Question::Kill(selection) => {
                let selected = self.selected(selection);
                let mut answer = Vec::new();
                integer(&mut answer, selected.len() as i64);
                for client in selected {
                    // Who kills itself is told so first.
                    match self.clients.get_mut(client) {
                        Some(it) if asker == Some(client) => it.closing = true,
                        _ => self.close_client(client, Why::Done),
                    }
                }
                answer
            }
        })
    }

    pub(super) fn selected(&self, selection: &Selection) -> Vec<usize> {
        let of_pool = |pool: usize| self.pools.get(pool).is_some_and(|view| view.pool.name == selection.pool);
        let clients = self.clients.iter();
        let selected = clients.filter(|(_, client)| of_pool(client.pool) && selection.has(client));
        selected.map(|(index, _)| index).collect()
    }
}
