//! Recorded runs of replica choice.

use keyhome::{Node, ReadFrom, Replica, ReplicaSet};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Subject, error_of, given};
use crate::twin::replica::Endpoints;

/// What a run starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// `replica`.
    pub trace: String,
    /// What it shows.
    pub name: String,
    /// A word of `read_from`.
    pub read_from: String,
    /// The caller's own.
    pub zone: Option<String>,
    /// The node.
    pub node: NodeText,
}

/// A node as a run names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeText {
    /// Its name.
    pub name: String,
    /// Of the primary.
    pub address: String,
    /// Of the primary.
    pub zone: Option<String>,
    /// In order.
    pub replicas: Vec<ReplicaText>,
}

/// A replica as a run names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are the fields of Replica")]
pub struct ReplicaText {
    pub address: String,
    pub zone: Option<String>,
}

impl NodeText {
    /// It.
    pub fn node(&self) -> Node {
        let mut node = Node::new(&self.name, &self.address);
        node.zone.clone_from(&self.zone);
        node.replicas = self.replicas.iter().map(ReplicaText::replica).collect();
        node
    }

    /// Addresses and zones, the primary first.
    pub fn endpoints(&self) -> Vec<(String, Option<String>)> {
        let replicas = self.replicas.iter().map(|replica| (replica.address.clone(), replica.zone.clone()));
        std::iter::once((self.address.clone(), self.zone.clone())).chain(replicas).collect()
    }
}

impl ReplicaText {
    fn replica(&self) -> Replica {
        let mut replica = Replica::new(&self.address);
        replica.zone.clone_from(&self.zone);
        replica
    }
}

impl Header {
    /// Who is asked.
    pub fn replica_set(&self) -> ReplicaSet {
        let read_from = ReadFrom::find(&self.read_from).expect("a word of read_from");
        ReplicaSet::new(read_from, self.zone.as_deref(), &self.node.node())
    }

    /// The naive twin.
    pub fn twin(&self) -> Endpoints {
        Endpoints::new(&self.read_from, self.zone.clone(), &self.node.endpoints())
    }
}

/// A call of the public API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are the names of ReplicaSet's methods and their arguments")]
pub enum Call {
    Choose { dice: u64, now: u64 },
    ChooseFrom { read_from: String, dice: u64, now: u64 },
    Sent { endpoint: usize, now: u64 },
    Done { endpoint: usize, latency: u64, now: u64 },
    Failed { endpoint: usize, now: u64 },
    Released { endpoint: usize, now: u64 },
    SetUp { endpoint: usize, up: bool },
    Replace { node: NodeText },
    IsUp { endpoint: usize },
    InFlight { endpoint: usize },
    Latency { endpoint: usize },
    Count {},
}

impl Subject<Call> for ReplicaSet {
    fn perform(&mut self, call: &Call) -> Value {
        match *call {
            Call::Choose { dice, now } => given(self.choose(dice, now)),
            Call::ChooseFrom { ref read_from, dice, now } => {
                given(self.choose_from(ReadFrom::find(read_from).expect("a word"), dice, now))
            }
            Call::Sent { endpoint, now } => given(self.sent(endpoint, now)),
            Call::Done { endpoint, latency, now } => given(self.done(endpoint, latency, now)),
            Call::Failed { endpoint, now } => given(self.failed(endpoint, now)),
            Call::Released { endpoint, now } => given(self.released(endpoint, now)),
            Call::SetUp { endpoint, up } => given(self.set_up(endpoint, up)),
            Call::Replace { ref node } => json!(self.replace(&node.node())),
            Call::IsUp { endpoint } => json!(self.is_up(endpoint)),
            Call::InFlight { endpoint } => json!(self.in_flight(endpoint)),
            Call::Latency { endpoint } => json!(self.latency(endpoint)),
            Call::Count {} => json!(self.count()),
        }
    }
}

impl Subject<Call> for Endpoints {
    fn perform(&mut self, call: &Call) -> Value {
        let count = self.all.len();
        match *call {
            Call::Sent { endpoint, .. }
            | Call::Done { endpoint, .. }
            | Call::Failed { endpoint, .. }
            | Call::Released { endpoint, .. }
            | Call::SetUp { endpoint, .. }
                if endpoint >= count =>
            {
                return error_of("argument.range");
            }
            Call::Choose { dice, now } => return self.chosen(None, dice, now),
            Call::ChooseFrom { ref read_from, dice, now } => return self.chosen(Some(read_from), dice, now),
            Call::Sent { endpoint, now } => self.sent(endpoint, now),
            Call::Done { endpoint, latency, now } => self.done(endpoint, latency, now),
            Call::Failed { endpoint, now } => self.failed(endpoint, now),
            Call::Released { endpoint, now } => self.released(endpoint, now),
            Call::SetUp { endpoint, up } => self.set_up(endpoint, up),
            Call::Replace { ref node } => return json!(self.replace(&node.endpoints())),
            Call::IsUp { endpoint } => return json!(endpoint < count && self.all[endpoint].up),
            Call::InFlight { endpoint } => {
                return json!(self.all.get(endpoint).map_or(0, |one| one.in_flight));
            }
            Call::Latency { endpoint } => return json!(self.latency(endpoint)),
            Call::Count {} => return json!(count),
        }
        Value::Null
    }
}

impl Endpoints {
    fn chosen(&mut self, read_from: Option<&str>, dice: u64, now: u64) -> Value {
        let read_from = read_from.unwrap_or(&self.read_from).to_owned();
        self.choose(&read_from, dice, now)
            .map_or_else(|| error_of("replica.unavailable"), |index| json!(index))
    }
}
