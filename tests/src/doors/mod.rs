//! The doors that Rust can reach. Those of other languages ask the same cases in their own tests.

mod command;
mod rust;

pub use command::CommandDoor;
pub use rust::RustDoor;

use serde_json::Value;

use crate::{cases::ClusterNode, door::Refusal};

/// The JSON of an error: `code`, and where it applies `line` and `column`.
fn refusal(error: &Value) -> Refusal {
    let number = |name: &str| error[name].as_u64().map(|number| number as u32);
    let code = error["code"].as_str().unwrap_or_else(|| panic!("an error without code: {error}"));
    Refusal { code: code.to_owned(), line: number("line"), column: number("column") }
}

/// The JSON of a node, as far as a cluster's nodes are compared.
fn cluster_node(node: &Value) -> ClusterNode {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{node}")).to_owned();
    let replicas = node["replicas"].as_array().unwrap_or_else(|| panic!("{node}"));
    let mut replicas: Vec<String> = replicas.iter().map(|replica| text(&replica["address"])).collect();
    replicas.sort();
    ClusterNode { name: text(&node["name"]), address: text(&node["address"]), replicas }
}
