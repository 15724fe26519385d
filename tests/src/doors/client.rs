//! A client of many servers, asked through a driver: a program of `doors/` that reads and writes through it.

use std::{path::Path, process::Command};

use serde_json::json;

use super::{driver::Driver, program};
use crate::{
    cases::{Key, to_hex},
    here,
};

/// A client library of many servers in another language.
#[derive(Debug)]
pub struct Client {
    name: &'static str,
    driver: Driver,
}

/// The clients, each in its own process.
pub fn clients() -> Vec<Client> {
    let (node, python) = (program("KEYHOME_NODE"), program("KEYHOME_PYTHON"));
    vec![
        Client::node(&node, "ioredis native", "ioredis", "native"),
        Client::node(&node, "ioredis wasm", "ioredis", "wasm"),
        Client::node(&node, "node-redis native", "node-redis", "native"),
        Client::python(&python, "redis-py sync", "sync"),
        Client::python(&python, "redis-py asyncio", "asyncio"),
    ]
}

impl Client {
    /// A client of the npm package, with this engine.
    fn node(node: &Path, name: &'static str, library: &str, engine: &str) -> Self {
        let mut command = Command::new(node);
        command.arg(here("doors/client.mjs")).arg(here("../node")).arg(library).env("KEYHOME_ENGINE", engine);
        Self::start(name, &mut command, engine)
    }

    /// A client of the pip package: `sync` or `asyncio`.
    fn python(python: &Path, name: &'static str, face: &str) -> Self {
        let mut command = Command::new(python);
        command.arg(here("doors/client.py")).arg(face);
        Self::start(name, &mut command, face)
    }

    /// What it says of itself must be what was asked for.
    fn start(name: &'static str, command: &mut Command, is: &str) -> Self {
        let mut driver = Driver::start(name, command);
        assert_eq!(driver.ask(&json!({ "ask": "hello" })), Ok(is.to_owned()), "{name}");
        Self { name, driver }
    }

    /// Such as `ioredis native`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is under these keys in a pool, as the client finds it.
    pub fn read(&mut self, config: &str, keys: &[Key]) -> Vec<Option<String>> {
        let request = json!({ "ask": "read", "config": config, "keys": digits(keys) });
        self.driver.ask(&request).expect("it refuses nothing")
    }

    /// Writes through the client.
    pub fn write(&mut self, config: &str, keys: &[Key], values: &[String]) {
        let request = json!({ "ask": "write", "config": config, "keys": digits(keys), "values": values });
        assert_eq!(self.driver.ask(&request), Ok(keys.len()), "{}", self.name);
    }
}

fn digits(keys: &[Key]) -> Vec<String> {
    keys.iter().map(|key| to_hex(&key.0)).collect()
}
