//! Where a request goes that is not about one key alone.

use keyhome::command::{CommandKind, CommandRoute, FanOut, ScanCursor, command_route};
use keyhome_resp::error;

use super::{
    Worker,
    requests::{Request, Taken},
};
use crate::answers::{self, errors};

impl Worker {
    /// A request that is not about one key alone.
    pub(super) fn other(&mut self, index: usize, kind: &CommandKind, request: &Request<'_>) -> Taken {
        if kind.fan_out == FanOut::Split {
            self.split(index, kind, request);
            return Taken::Now;
        }
        match kind.command {
            "multi" | "exec" | "discard" | "watch" | "unwatch" => {
                return self.transaction_command(index, kind, request);
            }
            _ => {}
        }
        if let Some(taken) = self.subscription(index, kind, request) {
            return taken;
        }
        let words = request.words();
        if let Some(taken) = self.answer_here(index, kind, &words, request) {
            return taken;
        }
        let route = match command_route(&words) {
            Ok(route) => route,
            Err(problem) => {
                self.answer(index, |out| errors::refused(out, &problem, kind.command));
                return Taken::Now;
            }
        };
        let pool = self.clients[index].pool;
        match route.fan_out {
            FanOut::Home | FanOut::Channel => {
                let places = if route.fan_out == FanOut::Channel { &route.channels } else { &route.keys };
                let mut homes = std::mem::take(&mut self.homes);
                homes.clear();
                let found = places.iter().try_for_each(|at| {
                    let (view, word) = (&mut self.pools[pool], words[*at]);
                    // A channel is no key.
                    let home = match route.fan_out {
                        FanOut::Channel => view.place(word, self.now)?,
                        _ => view.home(word, self.now)?,
                    };
                    homes.push((*at, home));
                    Ok(())
                });
                let taken = match found {
                    Err(refusal) => {
                        self.refuse(index, &refusal);
                        Taken::Now
                    }
                    Ok(()) => self.send_to_homes(index, &route, &words, &homes, request),
                };
                self.homes = homes;
                return taken;
            }
            FanOut::Any => match self.pools[pool].any(self.now) {
                Ok(server) => self.send(index, server, request),
                Err(refusal) => self.refuse(index, &refusal),
            },
            FanOut::AllPrimaries if route.blocking => {
                return self.wait_for_replicas(index, route.merge, request);
            }
            FanOut::AllPrimaries | FanOut::AllNodes if answers::is_for_all(kind) => {
                self.send_to_all(index, route.merge, request);
            }
            FanOut::Cursor => self.scan(index, &words),
            _ => self.answer(index, |out| error(out, &errors::about_one_server(kind.command))),
        }
        Taken::Now
    }

    /// A request of several keys, or of none.
    fn send_to_homes(
        &mut self,
        index: usize,
        route: &CommandRoute,
        words: &[&[u8]],
        homes: &[(usize, usize)],
        request: &Request<'_>,
    ) -> Taken {
        let pool = self.clients[index].pool;
        let server = match homes.first() {
            None => match self.pools[pool].any(self.now) {
                Ok(server) => server,
                Err(refusal) => {
                    self.refuse(index, &refusal);
                    return Taken::Now;
                }
            },
            Some((_, server)) => *server,
        };
        if homes.iter().any(|(_, other)| *other != server) {
            let text = errors::on_several(self.pools[pool].pool.all(), words, homes);
            self.answer(index, |out| error(out, &text));
        } else if route.blocking && answers::can_wait(route.command, words) {
            return self.block(index, server, request);
        } else {
            self.send(index, server, request);
        }
        Taken::Now
    }

    /// SCAN: from one server to the next, with a cursor that says which.
    fn scan(&mut self, index: usize, words: &[&[u8]]) {
        let client = &self.clients[index];
        let (pool, resp3) = (client.pool, client.session.resp3);
        let nodes = self.pools[pool].pool.all().nodes().len();
        let Some(cursor) = words.get(1) else {
            return self.wrong_words(index, "scan");
        };
        let Ok(cursor) = ScanCursor::read(cursor, nodes) else {
            return self.answer(index, |out| error(out, "ERR invalid cursor"));
        };
        match self.shared(pool, cursor.node, resp3, index) {
            Ok(connection) => self.scan_over(index, connection, cursor, words, nodes),
            Err(text) => self.answer(index, |out| error(out, text)),
        }
    }
}
