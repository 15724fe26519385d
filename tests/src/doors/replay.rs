//! A run as `doors/README.md` asks it of a package for another language, and what came of it as the recordings have it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cases::to_hex,
    door::Refusal,
    traces::{Run, copies, health, hotkeys, replica},
};

/// What one call gives.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Played {
    Gives(Value),
    Refused(Refusal),
}

impl Played {
    /// As the recordings have it.
    pub(super) fn recorded(self) -> Value {
        match self {
            Self::Gives(value) => in_digits(value),
            Self::Refused(refusal) => json!({ "error": refusal.code }),
        }
    }
}

/// Keys and bytes in hexadecimal digits: a door gives a `key` as text where it is one.
fn in_digits(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(in_digits).collect(),
        Value::Object(mut members) => {
            if members.len() == 1
                && let Some(digits) = members.get("bytes")
            {
                return digits.clone();
            }
            if let Some(key) = members.remove("key") {
                let digits = match key {
                    Value::String(text) => json!(to_hex(text.as_bytes())),
                    bytes => in_digits(bytes),
                };
                members.insert("key_hex".to_owned(), digits);
            }
            members.into_iter().collect()
        }
        other => other,
    }
}

/// The request.
pub(super) fn request(run: &Run) -> Value {
    let (make, calls, of) = match run {
        Run::Health(header, calls) => {
            let make = json!({ "health": { "rules": header.rules, "nodes": header.nodes } });
            (make, calls.iter().map(health_call).collect(), Value::Null)
        }
        Run::Replica(header, calls) => {
            let options = match &header.zone {
                Some(zone) => json!({ "read_from": header.read_from, "zone": zone }),
                None => json!({ "read_from": header.read_from }),
            };
            let make = json!({ "replica_set": { "index": 0, "options": options } });
            (make, calls.iter().map(replica_call).collect(), of_node(&header.node))
        }
        Run::HotKeys(header, calls) => {
            let make = json!({ "hot_keys": { "capacity": header.capacity, "window": header.window } });
            (make, calls.iter().map(hot_keys_call).collect(), Value::Null)
        }
        Run::Copies(header, calls) => {
            let copies::Header { config, cluster, without, .. } = header;
            let of = match (config, cluster) {
                (Some(config), _) => json!({ "config": config, "without": [without] }),
                (None, cluster) => json!({ "cluster": cluster, "decoded": true, "without": [without] }),
            };
            let copies = calls
                .iter()
                .map(|copies::Call::Copies { key_hex, n }| json!(["copies", [{ "key": key_hex }, n]]));
            (json!({ "router": {} }), copies.collect::<Vec<_>>(), of)
        }
    };
    json!({ "ask": "replay", "make": make, "calls": calls, "of": of })
}

/// A router whose only node it is.
fn of_node(node: &replica::NodeText) -> Value {
    let replica =
        |replica: &replica::ReplicaText| zoned(json!({ "address": replica.address }), replica.zone.as_ref());
    let replicas: Vec<Value> = node.replicas.iter().map(replica).collect();
    let server = json!({ "name": node.name, "address": node.address, "replicas": replicas });
    json!({ "config": json!({ "pool": { "servers": [zoned(server, node.zone.as_ref())] } }).to_string() })
}

/// A router of nodes of these names.
fn of_names(names: &[String]) -> Value {
    let servers: Vec<Value> =
        names.iter().map(|name| json!({ "name": name, "address": format!("{name}:6379") })).collect();
    json!({ "config": json!({ "pool": { "servers": servers } }).to_string() })
}

fn zoned(mut server: Value, zone: Option<&String>) -> Value {
    if let Some(zone) = zone {
        server["zone"] = json!(zone);
    }
    server
}

fn health_call(call: &health::Call) -> Value {
    use health::Call;
    match call {
        Call::Update { now } => json!(["update", [now]]),
        Call::Admit { index, now } => json!(["admit", [index, now]]),
        Call::Report { index, outcome, now } => json!(["report", [index, outcome, now]]),
        Call::DueChecks { now } => json!(["due_checks", [now]]),
        Call::NextCheck {} => json!(["next_check", []]),
        Call::Gone {} => json!(["gone", []]),
        Call::Live {} => json!(["live", []]),
        Call::IsLive { index } => json!(["is_live", [index]]),
        Call::IsAllGone {} => json!(["is_all_gone", []]),
        Call::TakeEvents {} => json!(["take_events", []]),
        Call::Reloaded { rules, old, new, now } => {
            json!(["reloaded", [rules, { "of": of_names(old) }, { "of": of_names(new) }, now]])
        }
    }
}

fn replica_call(call: &replica::Call) -> Value {
    use replica::Call;
    match call {
        Call::Choose { dice, now } => json!(["choose", [dice, now]]),
        Call::ChooseFrom { read_from, dice, now } => json!(["choose", [dice, now, read_from]]),
        Call::Sent { endpoint, now } => json!(["sent", [endpoint, now]]),
        Call::Done { endpoint, latency, now } => json!(["done", [endpoint, latency, now]]),
        Call::Failed { endpoint, now } => json!(["failed", [endpoint, now]]),
        Call::Released { endpoint, now } => json!(["released", [endpoint, now]]),
        Call::SetUp { endpoint, up } => json!(["set_up", [endpoint, up]]),
        Call::Replace { node } => json!(["replace", [{ "of": of_node(node) }, 0]]),
        Call::IsUp { endpoint } => json!(["is_up", [endpoint]]),
        Call::InFlight { endpoint } => json!(["in_flight", [endpoint]]),
        Call::Latency { endpoint } => json!(["latency", [endpoint]]),
        Call::Count {} => json!(["count", []]),
    }
}

fn hot_keys_call(call: &hotkeys::Call) -> Value {
    use hotkeys::Call;
    match call {
        Call::Record { key_hex, now } => json!(["record", [{ "key": key_hex }, now]]),
        Call::RecordMany { key_hex, count, now } => json!(["record", [{ "key": key_hex }, now, count]]),
        Call::Advance { now } => json!(["advance", [now]]),
        Call::Top { n } => json!(["top", [n]]),
        Call::Estimate { key_hex } => json!(["estimate", [{ "key": key_hex }]]),
        Call::Total {} => json!(["total", []]),
        Call::Floor {} => json!(["floor", []]),
        Call::Len {} => json!(["size", []]),
        Call::ToBytes {} => json!(["to_bytes", []]),
        Call::FromBytes { bytes_hex } => json!(["from_bytes", [{ "bytes": bytes_hex }]]),
        Call::Merge { bytes_hex } => json!(["merge", [{ "summary": bytes_hex }]]),
    }
}
