//! What a client has said about itself.

use std::fmt::Write;

/// What is known of a client's connection.
pub(crate) struct Session {
    pub(crate) id: u64,
    /// Replies are of RESP3.
    pub(crate) resp3: bool,
    pub(crate) authenticated: bool,
    pub(crate) name: Vec<u8>,
    pub(crate) library: Vec<u8>,
    pub(crate) library_version: Vec<u8>,
    pub(crate) address: String,
    /// Microseconds of the worker's clock.
    pub(crate) since: u64,
    pub(crate) last_request: u64,
}

impl Session {
    pub(crate) fn new(id: u64, address: String, now: u64) -> Self {
        Self {
            id,
            resp3: false,
            authenticated: false,
            name: Vec::new(),
            library: Vec::new(),
            library_version: Vec::new(),
            address,
            since: now,
            last_request: now,
        }
    }

    /// As after connecting: RESET.
    pub(crate) fn reset(&mut self) {
        self.resp3 = false;
        self.authenticated = false;
        self.name.clear();
    }

    /// A line of CLIENT LIST.
    pub(crate) fn describe(&self, now: u64, out: &mut String) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "id={} addr={} name={} age={} idle={} db=0 resp={} lib-name={} lib-ver={}",
            self.id,
            self.address,
            text(&self.name),
            now.saturating_sub(self.since) / 1_000_000,
            now.saturating_sub(self.last_request) / 1_000_000,
            if self.resp3 { 3 } else { 2 },
            text(&self.library),
            text(&self.library_version),
        );
    }
}
