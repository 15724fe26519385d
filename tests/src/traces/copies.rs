//! Recorded names of copies.

use keyhome::{Router, router::KeyCopy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Subject, given};
use crate::cases::{from_hex, to_hex};

/// What a run starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// `copies`.
    pub trace: String,
    /// What it shows.
    pub name: String,
    /// The config of the pool, or none.
    pub config: Option<String>,
    /// The text of CLUSTER NODES, or none.
    pub cluster: Option<String>,
    /// The names of the nodes that are taken away.
    pub without: Vec<String>,
}

impl Header {
    /// Who is asked.
    pub fn router(&self) -> Router {
        let router = match (&self.config, &self.cluster) {
            (Some(config), _) => keyhome::from_config(config, None),
            (None, Some(cluster)) => keyhome::from_cluster(cluster.as_str()),
            (None, None) => panic!("a config or a cluster"),
        };
        router.and_then(|router| router.without(&self.without)).expect("a pool")
    }
}

/// A call of the public API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are the names of the router's methods and their arguments")]
pub enum Call {
    Copies { key_hex: String, n: usize },
}

impl Subject<Call> for Router {
    fn perform(&mut self, Call::Copies { key_hex, n }: &Call) -> Value {
        let key = from_hex(key_hex).expect("hexadecimal digits");
        let shown = |KeyCopy { index, key }| json!({ "index": index, "key_hex": to_hex(&key) });
        given(self.copies(key, *n).map(|copies| copies.into_iter().map(shown).collect::<Vec<_>>()))
    }
}
