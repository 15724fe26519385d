//! Recorded runs of health.

use keyhome::{
    Health, Node, OnFailure, Outcome,
    health::{LiveSet, Rules},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Subject, error_of, given};
use crate::twin::health::{Before, Pool};

/// What a run starts from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// `health`.
    pub trace: String,
    /// What it shows.
    pub name: String,
    /// The rules at first.
    #[serde(flatten)]
    pub rules: RulesText,
    /// How many nodes.
    pub nodes: usize,
}

/// Rules as in a config.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RulesText {
    /// A word of `on_failure`.
    pub on_failure: String,
    /// Whether nodes are ejected.
    pub auto_eject_hosts: bool,
    /// Failures.
    pub server_failure_limit: u32,
    /// Milliseconds.
    pub server_retry_timeout: u32,
}

impl RulesText {
    /// What they say.
    pub fn rules(&self) -> Rules {
        Rules {
            on_failure: OnFailure::find(&self.on_failure).expect("a word of on_failure"),
            auto_eject_hosts: self.auto_eject_hosts,
            server_failure_limit: self.server_failure_limit,
            server_retry_timeout: self.server_retry_timeout,
        }
    }

    fn twin(&self, servers: usize) -> Pool {
        let (limit, timeout) = (self.server_failure_limit.into(), self.server_retry_timeout.into());
        Pool::new(self.rules().on_failure.word(), self.auto_eject_hosts, limit, timeout, servers)
    }
}

impl Header {
    /// Who is asked.
    pub fn health(&self) -> Health {
        Health::new(self.rules.rules(), self.nodes).expect("a number of nodes")
    }

    /// The naive twin.
    pub fn twin(&self) -> Pool {
        self.rules.twin(self.nodes)
    }
}

/// A call of the public API.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are the names of Health's methods and their arguments")]
pub enum Call {
    Update {
        now: u64,
    },
    Admit {
        index: usize,
        now: u64,
    },
    Report {
        index: usize,
        outcome: String,
        now: u64,
    },
    DueChecks {
        now: u64,
    },
    NextCheck {},
    Gone {},
    Live {},
    IsLive {
        index: usize,
    },
    IsAllGone {},
    TakeEvents {},
    /// The health that comes of it is asked from then on. Nodes by their names.
    Reloaded {
        rules: RulesText,
        old: Vec<String>,
        new: Vec<String>,
        now: u64,
    },
}

impl Subject<Call> for Health {
    fn perform(&mut self, call: &Call) -> Value {
        match call {
            Call::Update { now } => json!(self.update(*now)),
            Call::Admit { index, now } => given(self.admit(*index, *now)),
            Call::Report { index, outcome, now } => {
                given(self.report(*index, Outcome::find(outcome).expect("a word"), *now))
            }
            Call::DueChecks { now } => json!(self.due_checks(*now)),
            Call::NextCheck {} => json!(self.next_check()),
            Call::Gone {} => json!(self.gone()),
            Call::Live {} => json!(self.live()),
            Call::IsLive { index } => json!(self.is_live(*index)),
            Call::IsAllGone {} => json!(self.is_all_gone()),
            Call::TakeEvents {} => json!(self.take_events()),
            Call::Reloaded { rules, old, new, now } => {
                let nodes = |names: &[String]| {
                    names.iter().map(|name| Node::new(name, format!("{name}:6379"))).collect::<Vec<_>>()
                };
                given(self.reloaded(rules.rules(), &nodes(old), &nodes(new), *now).map(|next| *self = next))
            }
        }
    }
}

impl Subject<Call> for Pool {
    fn perform(&mut self, call: &Call) -> Value {
        let out = |pool: &Self, index: usize| pool.servers[index].out_since.is_some();
        match call {
            Call::Update { now } => json!(match self.before(*now) {
                Before::Same => LiveSet::Same.word(),
                Before::Changed => LiveSet::Changed.word(),
                Before::Refuse => LiveSet::Empty.word(),
            }),
            Call::Admit { index, .. } | Call::Report { index, .. } if *index >= self.servers.len() => {
                error_of("argument.range")
            }
            Call::Admit { index, now } => {
                if self.admits(*index, *now) {
                    Value::Null
                } else {
                    error_of("node.ejected")
                }
            }
            Call::Report { index, outcome, now } => {
                match outcome.as_str() {
                    "reply" => self.reply(*index, *now),
                    "failure" => self.failure(*index, *now),
                    _ => self.check(*index, outcome == "check_passed", *now),
                }
                Value::Null
            }
            Call::DueChecks { now } => json!(self.checks(*now)),
            Call::NextCheck {} => {
                let out = self.servers.iter().filter(|server| server.out_since.is_some());
                let next = out.map(|server| server.next_retry).min();
                json!(next.filter(|_| self.mode == "probe"))
            }
            Call::Gone {} => {
                json!((0..self.routed_by.len()).filter(|index| !self.routed_by[*index]).collect::<Vec<_>>())
            }
            Call::Live {} => json!(self.nlive),
            Call::IsLive { index } => json!(*index < self.servers.len() && !out(self, *index)),
            Call::IsAllGone {} => json!(self.nlive == 0 && self.mode != "fail"),
            Call::TakeEvents {} => std::mem::take(&mut self.log).into_iter().map(event).collect(),
            Call::Reloaded { old, .. } if old.len() != self.servers.len() => error_of("argument.range"),
            Call::Reloaded { rules, old, new, now } => {
                let mut next = rules.twin(new.len());
                next.take_over(self, old, new, *now);
                *self = next;
                Value::Null
            }
        }
    }
}

fn event((what, index, at, more, keys_elsewhere): (&str, usize, u64, u64, bool)) -> Value {
    match what {
        "all_gone" => json!({ "event": what, "at": at, "until": more }),
        "returned" => {
            json!({ "event": what, "index": index, "at": at, "away": more, "keys_elsewhere": keys_elsewhere })
        }
        _ => json!({ "event": what, "index": index, "at": at, "until": more }),
    }
}
