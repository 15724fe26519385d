//! The loop: what is ready is taken, and what that leads to is written.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use mio::{Events, Token};

use super::{CLIENT, CONTROL, LISTENER, Worker};
use crate::control::Control;

impl Worker {
    /// Serves until it is told to stop.
    pub(crate) fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        self.now = self.start.elapsed().as_micros() as u64;
        self.preconnect();
        loop {
            let queues =
                [&self.unread, &self.unread_servers, &self.resumed, &self.due_clients, &self.due_servers];
            let is_idle = queues.iter().all(|queue| queue.is_empty());
            let wait = match self.accepting.wait(self.now) {
                _ if !is_idle => Duration::ZERO,
                Some(pause) => self.tick.min(pause),
                None => self.tick,
            };
            match self.poll.poll(&mut events, Some(wait)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            self.now = self.start.elapsed().as_micros() as u64;
            for event in &events {
                let Token(token) = event.token();
                let index = token >> 2;
                match token & 3 {
                    LISTENER => self.accept(index),
                    CLIENT => {
                        if event.is_writable() {
                            self.client_is_due(index);
                        }
                        if event.is_read_closed() {
                            self.client_hangs_up(index);
                        }
                        if event.is_readable() || event.is_error() {
                            self.read_client(index);
                        }
                    }
                    CONTROL => self.obey(),
                    _ => {
                        if event.is_writable() {
                            self.server_is_writable(index);
                        }
                        if event.is_read_closed() {
                            self.server_hangs_up(index);
                        }
                        if event.is_readable() || event.is_error() {
                            self.read_server(index);
                        }
                    }
                }
            }
            for client in std::mem::take(&mut self.unread) {
                self.read_client(client);
            }
            for server in std::mem::take(&mut self.unread_servers) {
                self.read_server(server);
            }
            for client in std::mem::take(&mut self.resumed) {
                self.go_on(client);
            }
            self.write_to_servers();
            self.write_to_clients();
            if self.now >= self.look_at {
                self.look();
            }
            self.accept_again();
            self.follow_channels();
            if self.stopping && self.clients.is_empty() {
                return Ok(());
            }
        }
    }

    fn obey(&mut self) {
        while let Ok(control) = self.control.try_recv() {
            match control {
                // Whoever asked may be gone.
                Control::Count(to) => drop(to.send(self.count())),
                Control::Reload(change) => self.reload(change),
                Control::Ask { question, from, waiting } => self.answer_thread(&question, from, waiting),
                Control::Reply(waiting, reply) => self.hand_over(waiting, &reply),
                Control::Resolved { connection, serial, found } => self.resolved(connection, serial, found),
                Control::Stop => self.stop(),
            }
        }
    }
}
