//! KEYHOME WRITERS: all that write to the servers of the pools, and what each of them has announced there.

use std::{collections::BTreeMap, sync::Arc};

use keyhome::{Writer, writers::Entry};
use serde_json::{Value, json};

use super::{Registration, at_once, texts};
use crate::{
    answers::keyhome::write,
    control::{Control, Line},
    server::Waiting,
};

/// A client that has asked who writes.
pub(crate) struct Asker {
    /// The way to its worker.
    pub(crate) line: Arc<Line>,
    pub(crate) waiting: Waiting,
    pub(crate) resp3: bool,
}

impl Asker {
    /// Tells it.
    pub(super) fn tell(&self, registrations: &mut [Registration]) {
        let pools = registrations.iter_mut().map(Registration::writers).collect();
        let mut reply = Vec::new();
        write(&mut reply, &Value::Array(pools), self.resp3);
        if let Err(error) = self.line.send(Control::Reply(self.waiting, reply)) {
            tracing::debug!(%error, "nobody waits for who writes");
        }
    }
}

impl Registration {
    /// Those who write to this pool's servers, those who began first before the others; and the servers that do not say.
    fn writers(&mut self) -> Value {
        let (writer, settings) = (&self.writer, &self.pool.settings);
        let outcomes = at_once(&mut self.servers, |server| server.ask_for(writer, settings, Writer::list));
        let mut silent = Vec::new();
        let mut members = Vec::new();
        for (server, outcome) in self.servers.iter().zip(&outcomes) {
            match outcome {
                Ok(listed) => members.push((&server.name, listed)),
                Err(error) => silent.push(json!({ "name": server.name, "error": error.to_string() })),
            }
        }
        let mut writers: BTreeMap<Entry<'_>, Vec<&String>> = BTreeMap::new();
        for (name, listed) in members {
            for entry in texts(listed).into_iter().filter_map(Entry::read) {
                writers.entry(entry).or_default().push(name);
            }
        }
        let writers = writers.into_iter().map(|(Entry { since, id, fingerprint, who }, nodes)| {
            let alike = fingerprint == self.fingerprint;
            json!({ "writer": who, "id": id, "since": since, "fingerprint": fingerprint, "alike": alike, "nodes": nodes })
        });
        json!({
            "name": self.pool.name,
            "fingerprint": self.fingerprint,
            "writers": writers.collect::<Vec<_>>(),
            "silent": silent,
        })
    }
}
