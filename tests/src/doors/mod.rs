//! The doors.

mod client;
mod command;
mod driver;
mod foreign;
mod replay;
mod rust;
mod ways;

pub(crate) use ways::shown;

pub use client::{Client, Hot, clients, plain_clients};
pub use command::CommandDoor;
pub use foreign::ForeignDoor;
pub use rust::RustDoor;

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    cases::ClusterNode,
    door::{Door, Refusal},
};

/// How many doors there are.
pub const COUNT: usize = 6;

/// All doors, that of Rust first. `KEYHOME_NODE` and `KEYHOME_PYTHON` name the programs that have the packages, as
/// `cargo xtask test doors` does.
pub fn all() -> [Box<dyn Door>; COUNT] {
    let node = program("KEYHOME_NODE");
    [
        Box::new(RustDoor),
        Box::new(CommandDoor::new()),
        Box::new(ForeignDoor::node(&node, "native")),
        Box::new(ForeignDoor::node(&node, "wasm")),
        Box::new(ForeignDoor::browser(&node)),
        Box::new(ForeignDoor::python(&program("KEYHOME_PYTHON"))),
    ]
}

pub(crate) fn program(variable: &str) -> PathBuf {
    let program = std::env::var_os(variable);
    program.unwrap_or_else(|| panic!("{variable} is not set: run it by `cargo xtask test`")).into()
}

/// The JSON of an error: `code`, and where it applies `line` and `column`.
fn refusal(error: &Value) -> Refusal {
    let number = |name: &str| error[name].as_u64().map(|number| number as u32);
    let code = error["code"].as_str().unwrap_or_else(|| panic!("an error without code: {error}"));
    let position = error["position"].as_u64().map(|position| position as usize);
    Refusal { code: code.to_owned(), line: number("line"), column: number("column"), position }
}

/// The JSON of a node, as far as a cluster's nodes are compared.
fn cluster_node(node: &Value) -> ClusterNode {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{node}")).to_owned();
    let replicas = node["replicas"].as_array().unwrap_or_else(|| panic!("{node}"));
    let mut replicas: Vec<String> = replicas.iter().map(|replica| text(&replica["address"])).collect();
    replicas.sort();
    ClusterNode { name: text(&node["name"]), address: text(&node["address"]), replicas }
}
