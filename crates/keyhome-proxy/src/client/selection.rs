//! Which clients CLIENT LIST and CLIENT KILL are about.

use super::Client;

/// The kinds of clients that Redis tells apart; a proxy has no replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientType {
    Normal,
    Listener,
    Replica,
}

impl ClientType {
    pub(crate) fn read(word: &[u8]) -> Option<Self> {
        match word.to_ascii_lowercase().as_slice() {
            b"normal" => Some(Self::Normal),
            b"pubsub" => Some(Self::Listener),
            b"master" | b"primary" | b"slave" | b"replica" => Some(Self::Replica),
            _ => None,
        }
    }
}

/// Which clients of a pool are meant: those of whom all that is given is true.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// The pool's name.
    pub(crate) pool: String,
    pub(crate) ids: Option<Vec<u64>>,
    pub(crate) kind: Option<ClientType>,
    pub(crate) address: Option<Vec<u8>>,
    pub(crate) local_address: Option<Vec<u8>>,
    /// Not this one.
    pub(crate) but: Option<u64>,
}

impl Selection {
    /// Whether `client`, who is of the pool, is meant.
    pub(crate) fn has(&self, client: &Client) -> bool {
        let kind = if client.subscriber.is_some() { ClientType::Listener } else { ClientType::Normal };
        let id = client.session.id;
        self.ids.as_ref().is_none_or(|ids| ids.contains(&id))
            && self.kind.is_none_or(|wanted| wanted == kind)
            && self.address.as_ref().is_none_or(|address| *address == client.session.address.as_bytes())
            && self
                .local_address
                .as_ref()
                .is_none_or(|wanted| *wanted == client.stream.local_address().as_bytes())
            && self.but != Some(id)
    }
}
