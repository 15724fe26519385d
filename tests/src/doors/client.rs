//! A client, asked through a driver: a program of `doors/` that reads and writes through it, be it a client of many
//! servers or one of today's that stands before a proxy.

use std::{path::Path, process::Command};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{driver::Driver, program};
use crate::{
    cases::{Key, to_hex},
    here,
    real::Writes,
};

/// A client library in another language.
#[derive(Debug)]
pub struct Client {
    name: &'static str,
    driver: Driver,
    /// What it is open to.
    open: Value,
}

/// A hot key: its digits or those of its beginning, its length, its count, and by how much that may be too high.
pub type Hot = (String, u64, u64, u64);

/// The clients of many servers, each in its own process.
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

/// What people have before a proxy, each in its own process.
pub fn plain_clients() -> Vec<Client> {
    let (node, python) = (program("KEYHOME_NODE"), program("KEYHOME_PYTHON"));
    vec![
        Client::node(&node, "proxy ioredis", "plain-ioredis", "native"),
        Client::python(&python, "proxy redis-py", "plain"),
    ]
}

impl Client {
    /// A client of the npm package, with this engine.
    fn node(node: &Path, name: &'static str, library: &str, engine: &str) -> Self {
        let mut command = Command::new(node);
        command.arg(here("doors/client.mjs")).arg(here("../node")).arg(library).env("KEYHOME_ENGINE", engine);
        Self::start(name, &mut command, engine)
    }

    /// A client of the pip package, `sync` or `asyncio`, or `plain` redis-py.
    fn python(python: &Path, name: &'static str, face: &str) -> Self {
        let mut command = Command::new(python);
        command.arg("-B").arg(here("doors/client.py")).arg(face);
        Self::start(name, &mut command, face)
    }

    /// What it says of itself must be what was asked for.
    fn start(name: &'static str, command: &mut Command, is: &str) -> Self {
        let mut driver = Driver::start(name, command);
        assert_eq!(driver.ask(&json!({ "ask": "hello" })), Ok(is.to_owned()), "{name}");
        Self { name, driver, open: Value::Null }
    }

    /// Such as `ioredis native`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    fn ask<T: DeserializeOwned>(&mut self, request: &Value) -> T {
        let name = self.name;
        self.driver.ask(request).unwrap_or_else(|refusal| panic!("{name} refuses: {refusal:?}"))
    }

    /// As it is, if that is what it is open to.
    fn keep_open(&mut self, to: &Value) {
        if self.open != *to {
            self.open(to);
        }
    }

    /// What is under these keys in a pool, as the client finds it.
    pub fn read(&mut self, config: &str, keys: &[Key]) -> Vec<Option<String>> {
        self.keep_open(&json!({ "config": config }));
        self.read_all(keys)
    }

    /// Writes through the client.
    pub fn write(&mut self, config: &str, keys: &[Key], values: &[String]) {
        self.keep_open(&json!({ "config": config }));
        let request = json!({ "ask": "write", "keys": digits(keys), "values": values });
        assert_eq!(self.ask::<usize>(&request), keys.len(), "{}", self.name);
    }

    /// Reads each key, in a pipeline.
    pub(crate) fn get_each(&mut self, keys: &[Key]) -> Vec<Option<String>> {
        self.ask(&json!({ "ask": "get", "keys": digits(keys) }))
    }

    /// The keys that were asked for most.
    pub(crate) fn hot_keys(&mut self, n: usize) -> Vec<Hot> {
        self.ask(&json!({ "ask": "hot_keys", "n": n }))
    }
}

impl Writes for Client {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&mut self, to: &Value) {
        let mut request = to.clone();
        request["ask"] = json!("open");
        assert_eq!(self.ask::<usize>(&request), 1, "{}", self.name);
        self.open = to.clone();
    }

    fn set_each(&mut self, keys: &[Key], value: &str) -> Vec<Option<String>> {
        self.ask(&json!({ "ask": "set", "keys": digits(keys), "value": value }))
    }

    fn read_all(&mut self, keys: &[Key]) -> Vec<Option<String>> {
        self.ask(&json!({ "ask": "read", "keys": digits(keys) }))
    }

    fn close(&mut self) {
        assert_eq!(self.ask::<usize>(&json!({ "ask": "close" })), 1, "{}", self.name);
        self.open = Value::Null;
    }
}

fn digits(keys: &[Key]) -> Vec<String> {
    keys.iter().map(|key| to_hex(&key.0)).collect()
}
