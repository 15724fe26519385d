//! Pools as they are made up for comparisons, and as a config or a cluster's reply writes them.

mod random;
mod simpler;

pub use random::random;

use std::{fmt::Write, ops::RangeInclusive};

use serde_json::{Value, json};

use crate::twin::pool::System;

/// A node of a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// None: it is known by its address.
    pub name: Option<String>,
    /// `host:port`
    pub address: String,
    /// 1 where the system has no weights.
    pub weight: u32,
    /// npm's hashring: its own number of digests.
    pub vnodes: Option<u32>,
    /// Redis Cluster: the slots it owns.
    pub slots: Vec<RangeInclusive<u16>>,
}

impl Node {
    /// A node that is nothing but its address.
    pub fn new(address: impl Into<String>) -> Self {
        Self { name: None, address: address.into(), weight: 1, vnodes: None, slots: Vec::new() }
    }
}

/// How a pool is written.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// As a config.
    Config,
    /// As the text of CLUSTER NODES.
    Map,
    /// As this text of CLUSTER NODES, of a real cluster.
    MapOf(String),
}

/// A pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// How it is written.
    pub form: Form,
    /// Whose rule it follows.
    pub system: System,
    /// In the order of the config.
    pub nodes: Vec<Node>,
    /// Which of the nodes are taken away.
    pub gone: Vec<usize>,
}

impl Pool {
    /// The text from which routers are made.
    pub fn text(&self) -> String {
        self.text_with(&[])
    }

    /// The same; where it is a config, with more settings.
    pub(crate) fn text_with(&self, more: &[(&str, String)]) -> String {
        match &self.form {
            Form::Config => self.yaml(more),
            Form::Map => self.map(),
            Form::MapOf(text) => text.clone(),
        }
    }

    /// Whether its text is that of CLUSTER NODES.
    pub fn is_map(&self) -> bool {
        self.form != Form::Config
    }

    /// The names of the nodes that are taken away.
    pub fn gone(&self) -> Vec<String> {
        self.gone.iter().map(|&index| self.name(index).to_owned()).collect()
    }

    /// What people call a node; twemproxy and libmemcached leave the usual port of memcached out.
    pub fn name(&self, index: usize) -> &str {
        let Node { name, address, .. } = &self.nodes[index];
        let short = match self.system {
            System::Twemproxy { .. } | System::Libmemcached { .. } => address.strip_suffix(":11211"),
            _ => None,
        };
        name.as_deref().unwrap_or(short.unwrap_or(address))
    }

    /// The pool with all its nodes.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self { gone: vec![], ..self.clone() }
    }

    /// The same pool with its nodes at these addresses.
    #[must_use]
    pub fn at(&self, addresses: &[String]) -> Self {
        let mut pool = self.clone();
        for (node, address) in pool.nodes.iter_mut().zip(addresses) {
            node.address.clone_from(address);
        }
        pool
    }

    fn yaml(&self, more: &[(&str, String)]) -> String {
        let mut yaml = String::from("pool:\n");
        for (name, value) in self.settings().iter().chain(more) {
            put(&mut yaml, format_args!("  {name}: {value}"));
        }
        put(&mut yaml, format_args!("  servers:"));
        for line in self.servers() {
            put(&mut yaml, format_args!("   - {line}"));
        }
        yaml
    }

    /// The members of a config that say how it places, as they stand in the file.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let (dialect, options) = self.system.dialect();
        let dialect = (dialect != "twemproxy").then(|| ("dialect", dialect.to_owned()));
        // A text in quotes, as JSON has it, is YAML too.
        dialect
            .into_iter()
            .chain(options.into_iter().map(|(name, value)| (name, value.to_string())))
            .collect()
    }

    /// The servers as they stand in a config.
    pub(crate) fn servers(&self) -> impl Iterator<Item = String> {
        self.nodes.iter().map(server)
    }

    /// CLUSTER NODES: each primary with its slots, the second one of two with a replica.
    fn map(&self) -> String {
        let mut text = String::new();
        for (number, node) in (1..).zip(&self.nodes) {
            let Node { address, .. } = node;
            let ranges: Vec<String> = node.slots.iter().map(range).collect();
            let epoch = number % 7;
            put(
                &mut text,
                format_args!(
                    "{number:040x} {address}@1{number:04} master - 0 0 {epoch} connected {}",
                    ranges.join(" ")
                ),
            );
            if number % 2 == 0 {
                let replica = number + 1000;
                put(
                    &mut text,
                    format_args!(
                        "{replica:040x} 10.9.9.9:{replica}@1{replica} slave {number:040x} 0 0 {epoch} connected"
                    ),
                );
            }
        }
        text
    }
}

fn put(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{}", line.to_string().trim_end()).expect("a String takes all");
}

fn range(slots: &RangeInclusive<u16>) -> String {
    let (first, last) = (slots.start(), slots.end());
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// A server as twemproxy writes it; with more than it knows, as a mapping.
fn server(node: &Node) -> String {
    let Node { address, weight, .. } = node;
    if node.vnodes.is_none() && node.slots.is_empty() {
        let name = node.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        return format!("{address}:{weight}{name}");
    }
    let mut server = json!({ "address": address });
    let mut set = |member: &str, value: Option<Value>| {
        if let Some(value) = value {
            server[member] = value;
        }
    };
    set("name", node.name.clone().map(Value::from));
    set("weight", (*weight != 1).then(|| json!(weight)));
    set("vnodes", node.vnodes.map(Value::from));
    let ranges: Vec<String> = node.slots.iter().map(range).collect();
    set("slots", (!ranges.is_empty()).then(|| json!(ranges.join(","))));
    server.to_string()
}
