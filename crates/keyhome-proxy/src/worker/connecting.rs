//! Connections to servers come to be.

use std::{sync::Arc, time::Instant};

use keyhome::Outcome;

use super::{
    SERVER, Worker,
    servers::{is_out_of_files, text_of},
    token,
};
use crate::{
    resolver::{Asker, Found},
    server::{self, ServerConnection},
    stream::Stream,
};

impl Worker {
    #[cold]
    pub(super) fn connect(&mut self, pool: usize, server: usize, resp3: bool) -> Result<usize, &'static str> {
        let view = &self.pools[pool];
        let node = &view.pool.all().nodes()[server];
        let entry = self.servers.vacant_entry();
        let index = entry.key();
        let connected = server::connect(&node.address).and_then(|mut stream| {
            stream.register(self.poll.registry(), token(SERVER, index))?;
            Ok(stream)
        });
        let stream = match connected {
            Ok(stream) => stream,
            Err(problem) => {
                let (at, pool, server_name) = (pool, &view.pool.name, &node.name);
                if let Some(left_out) = self.to_servers[at][server].log.admit(Instant::now()) {
                    tracing::warn!(pool, server = server_name, error = %problem, left_out, "no connection");
                }
                // That this process may open no more files is no failure of the server's.
                if !is_out_of_files(&problem) {
                    view.pool.report(server, Outcome::Failure, self.now);
                }
                return Err(text_of(&problem));
            }
        };
        let keeps_requests = view.pool.slow_log.is_on();
        let is_name = matches!(stream, Stream::Unresolved);
        let mut connection = ServerConnection::new(stream, pool, server, resp3, keeps_requests);
        self.total_connections += 1;
        connection.since = self.now;
        connection.serial = self.total_connections;
        let settings = &view.pool.settings;
        connection.greet(settings.redis_auth.as_deref(), settings.redis_db, &mut self.stock);
        entry.insert(connection);
        if is_name {
            let serial = self.total_connections;
            let asker = Asker { line: Arc::clone(&self.line), connection: index, serial };
            self.resolver.look_up(&node.address, asker);
        }
        self.server_is_due(index);
        Ok(index)
    }

    /// `preconnect`: servers have a connection before the first request. Where there can be none, that is a failure of the
    /// server like any other, as in twemproxy.
    pub(super) fn preconnect(&mut self) {
        for pool in 0..self.served {
            if !self.pools[pool].pool.settings.preconnect {
                continue;
            }
            for server in 0..self.to_servers[pool].len() {
                if self.to_servers[pool][server].shared[0].first() == Some(&None)
                    && let Ok(index) = self.connect(pool, server, false)
                {
                    self.to_servers[pool][server].shared[0][0] = Some(index);
                }
            }
        }
    }

    pub(super) fn server_is_writable(&mut self, index: usize) {
        let Some(connection) = self.servers.get_mut(index) else { return };
        if !connection.connected {
            match connection.stream.take_error() {
                Ok(None) => connection.connected = true,
                Ok(Some(problem)) | Err(problem) => return self.connect_to_next(index, problem),
            }
        }
        if !connection.is_due {
            connection.is_due = true;
            self.due_servers.push(index);
        }
    }

    /// The name of a connection's server was looked up.
    pub(super) fn resolved(&mut self, index: usize, serial: u64, found: Found) {
        let Some(connection) = self.servers.get_mut(index).filter(|it| it.serial == serial) else { return };
        match found {
            Ok(mut addresses) => {
                addresses.reverse();
                connection.addresses = addresses;
                self.connect_to_next(index, std::io::ErrorKind::HostUnreachable.into());
            }
            Err(kind) => self.close_server(index, text_of(&kind.into())),
        }
    }

    /// Connects to the next address of a name; where there is none, the `problem` of the last is that of the connection.
    fn connect_to_next(&mut self, index: usize, mut problem: std::io::Error) {
        while let Some(connection) = self.servers.get_mut(index)
            && let Some(address) = connection.addresses.pop()
        {
            let connected = server::connect_to(address).and_then(|mut stream| {
                stream.register(self.poll.registry(), token(SERVER, index))?;
                Ok(stream)
            });
            match connected {
                Ok(stream) => {
                    connection.stream = stream;
                    return;
                }
                Err(error) => problem = error,
            }
        }
        self.close_server(index, text_of(&problem));
    }
}
