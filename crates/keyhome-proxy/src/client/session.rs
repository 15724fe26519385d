//! What a client has said about itself.

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
    /// The name of the last command.
    pub(crate) command: &'static str,
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
            command: "",
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
}
