//! WATCH, MULTI and EXEC: on one server, over a connection that is the client's alone for as long as it takes.

/// A client's transaction, or the keys that it watches before one.
#[derive(Default)]
pub(crate) struct Transaction {
    /// MULTI was said; before it, keys are watched.
    pub(crate) multi: bool,
    /// The server that the first key chose, and the connection to it.
    pub(crate) pinned: Option<Pinned>,
    /// Commands without keys that came before the first key: where they go is not known yet.
    pub(crate) early: Vec<u8>,
    pub(crate) early_count: usize,
    /// Commands that were queued.
    pub(crate) queued: usize,
    /// A command could not be queued, or the connection is gone: EXEC will refuse.
    pub(crate) failed: bool,
    /// EXEC or DISCARD was sent: when it is answered, the connection is free.
    pub(crate) ending: bool,
}

/// Where a transaction takes place.
#[derive(Clone, Copy)]
pub(crate) struct Pinned {
    pub(crate) server: usize,
    pub(crate) connection: usize,
}
