//! The packages for other languages, each asked through a driver: a program of `doors/` that uses the package as users
//! do, in their language.

use std::{
    path::Path,
    process::Command,
    sync::{Mutex, MutexGuard},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    cluster_node,
    driver::Driver,
    replay::{self, Played},
    ways::{Told, agreed},
};
use crate::{
    cases::{Key, to_hex},
    door::{Asked, Cluster, Door, Home, Refusal, Said, Witness},
    here,
    pool::Pool,
    traces::Run,
};

/// A package for another language.
#[derive(Debug)]
pub struct ForeignDoor {
    name: &'static str,
    driver: Mutex<Driver>,
    /// What a key can be, such as `text` and `bytes`.
    forms: Vec<String>,
}

/// What a driver says of itself.
#[derive(Deserialize)]
struct Hello {
    engine: String,
    version: String,
    forms: Vec<String>,
}

impl ForeignDoor {
    /// The npm package in Node, with this engine.
    pub fn node(node: &Path, engine: &str) -> Self {
        let name = if engine == "native" { "node native" } else { "node wasm" };
        let mut command = Command::new(node);
        command.arg(here("doors/node.mjs")).arg(here("../node/dist/index.mjs"));
        Self::start(name, engine, command.env("KEYHOME_ENGINE", engine))
    }

    /// The npm package in a page of a real Chromium.
    pub fn browser(node: &Path) -> Self {
        Self::start("browser", "wasm", Command::new(node).arg(here("doors/browser.mjs")))
    }

    /// The pip package, in the environment that `python` belongs to.
    pub fn python(python: &Path) -> Self {
        let mut command = Command::new(python);
        // What is imported is not compiled into the checkout.
        command.arg("-B").arg(here("doors/door.py"));
        Self::start("python", "python", &mut command)
    }

    fn start(name: &'static str, engine: &str, command: &mut Command) -> Self {
        let mut driver = Driver::start(name, command);
        let hello: Hello = driver.ask(&json!({ "ask": "hello" })).expect("it refuses nothing");
        assert_eq!((hello.engine.as_str(), hello.version.as_str()), (engine, keyhome::VERSION), "{name}");
        Self { name, driver: Mutex::new(driver), forms: hello.forms }
    }

    fn driver(&self) -> MutexGuard<'_, Driver> {
        self.driver.lock().unwrap_or_else(|_| panic!("{} has failed before", self.name))
    }

    fn ask<T: DeserializeOwned>(&self, request: &Value) -> Asked<T> {
        self.driver().ask(request).into()
    }

    /// Asks for something about keys, in some ways.
    fn told(&self, mut request: Value, keys: &[Key], ways: &[String]) -> Result<Vec<Told>, Refusal> {
        let mut driver = self.driver();
        request["set"] = json!(driver.keep(keys));
        request["ways"] = json!(ways);
        driver.ask(&request)
    }

    fn homes_in(&self, of: &Value, keys: &[Key], ways: &[String]) -> Result<Vec<Home>, Refusal> {
        let told = self.told(json!({ "ask": "homes", "of": of }), keys, ways)?;
        Ok(agreed(&ways.iter().zip(told).collect::<Vec<_>>()))
    }

    /// The homes of keys in every way there is.
    fn every_way(&self, of: &Value, keys: &[Key]) -> Result<Vec<Home>, Refusal> {
        let mut ways = self.ways("index");
        ways.extend(["node:text", "node:bytes", "explain:text"].map(str::to_owned));
        ways.extend(self.ways("indexes"));
        ways.extend(["packed", "group:text"].map(str::to_owned));
        self.homes_in(of, keys, &ways)
    }

    /// A call with keys in every form.
    fn ways(&self, call: &str) -> Vec<String> {
        self.forms.iter().map(|form| format!("{call}:{form}")).collect()
    }

    fn nodes(&self, of: &Value) -> Asked<Vec<Value>> {
        self.ask(&json!({ "ask": "nodes", "of": of }))
    }

    fn pool_names(&self, text: &str) -> Vec<String> {
        let names = self.ask(&json!({ "ask": "pool_names", "text": text })).answer();
        names.unwrap_or_else(|refusal| panic!("{}: {refusal:?}", self.name))
    }

    /// A pool as the contract shows it: what the package says of its settings are `name` and `options` in one.
    fn with_options(&self, config: &str, pool: &str, nodes: &[Value]) -> Value {
        let asked = self.ask(&json!({ "ask": "settings", "of": of(config, Some(pool), &[]) }));
        let mut options: serde_json::Map<String, Value> =
            asked.answer().unwrap_or_else(|refusal| panic!("{}: {refusal:?}", self.name));
        let name = options.remove("name");
        json!({ "name": name, "options": options, "nodes": nodes })
    }
}

/// What a package says of a command.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OfCommand {
    Positions(Vec<usize>),
    Route(Value),
    Kind(Value),
    Refused(Refusal),
}

fn said(keys: OfCommand, route: OfCommand, kind: OfCommand) -> Said {
    Said {
        keys: match keys {
            OfCommand::Positions(positions) => Ok(positions),
            OfCommand::Refused(refusal) => Err(refusal),
            other => panic!("no positions: {other:?}"),
        },
        route: match route {
            OfCommand::Route(route) => Ok(route),
            OfCommand::Refused(refusal) => Err(refusal),
            other => panic!("no route: {other:?}"),
        },
        kind: match kind {
            OfCommand::Kind(kind) => Ok(kind),
            OfCommand::Refused(refusal) => Err(refusal),
            other => panic!("no kind: {other:?}"),
        },
    }
}

fn of(config: &str, pool: Option<&str>, without: &[&[String]]) -> Value {
    json!({ "config": config, "pool": pool, "without": without })
}

impl Witness for ForeignDoor {
    fn name(&self) -> &str {
        self.name
    }

    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>> {
        let gone = pool.gone();
        let of = if pool.is_map() {
            json!({ "cluster": pool.text(), "decoded": true, "without": [gone] })
        } else {
            of(&pool.text(), None, &[&gone])
        };
        let batches = ["packed", "indexes:text"].map(str::to_owned);
        let told = match self.told(json!({ "ask": "homes", "of": of }), keys, &batches) {
            Ok(told) => told,
            Err(refusal) => return Asked::Refused(refusal),
        };
        let mut ways: Vec<_> = batches.into_iter().zip(told).collect();
        // A batch with a key that has no home says nothing about the others.
        if ways.iter().any(|(_, told)| matches!(told, Told::Refused(_))) {
            let way = "index:text".to_owned();
            match self.told(json!({ "ask": "homes", "of": of }), keys, std::slice::from_ref(&way)) {
                Ok(told) => ways.splice(0..0, std::iter::once(way).zip(told)).for_each(drop),
                Err(refusal) => return Asked::Refused(refusal),
            }
        }
        Asked::Answered(agreed(&ways))
    }
}

impl Door for ForeignDoor {
    fn placement(&self, config: &str, pool: Option<&str>, keys: &[Key]) -> Asked<Vec<Home>> {
        self.every_way(&of(config, pool, &[]), keys).into()
    }

    fn without(
        &self,
        config: &str,
        pool: Option<&str>,
        steps: &[&[String]],
        keys: &[Key],
    ) -> Asked<Vec<Result<Vec<Home>, Refusal>>> {
        let whole = match self.nodes(&of(config, pool, &[])).answer() {
            Ok(nodes) => nodes,
            Err(refusal) => return Asked::Refused(refusal),
        };
        let mut answers = Vec::new();
        for last in 0..steps.len() {
            let of = of(config, pool, &steps[..=last]);
            answers.push(self.every_way(&of, keys));
            if answers[last].is_err() {
                break;
            }
            let Asked::Answered(nodes) = self.nodes(&of) else { panic!("a router has nodes") };
            assert_eq!(nodes, whole, "{}: nodes and indexes stay", self.name);
        }
        Asked::Answered(answers)
    }

    fn successors(
        &self,
        config: &str,
        pool: Option<&str>,
        without: &[String],
        n: usize,
        keys: &[Key],
    ) -> Asked<Vec<Vec<usize>>> {
        let mut driver = self.driver();
        let set = driver.keep(keys);
        let of = of(config, pool, &[without]);
        driver.ask(&json!({ "ask": "successors", "of": of, "set": set, "n": n })).into()
    }

    fn balance(&self, config: &str, pool: Option<&str>, without: &[String]) -> Asked<Value> {
        self.ask(&json!({ "ask": "balance", "of": of(config, pool, &[without]) }))
    }

    fn arcs(&self, pool: &Pool) -> Asked<Value> {
        self.ask(&json!({ "ask": "arcs", "text": pool.text(), "without": pool.gone() }))
    }

    fn diff(&self, old: &str, new: &str) -> Asked<Value> {
        self.ask(&json!({ "ask": "diff", "of": of(old, None, &[]), "other": of(new, None, &[]) }))
    }

    fn fingerprint(&self, config: &str) -> Asked<String> {
        self.ask(&json!({ "ask": "fingerprint", "of": of(config, None, &[]) }))
    }

    fn slots(&self, keys: &[Key]) -> Asked<Vec<u16>> {
        let mut ways = self.ways("slot");
        ways.extend(self.ways("slots"));
        ways.push("packed".to_owned());
        let told = self.told(json!({ "ask": "slots" }), keys, &ways).expect("every key here has a slot");
        let slots = agreed(&ways.iter().zip(told).collect::<Vec<_>>());
        let slot = |slot: Home| slot.unwrap_or_else(|why| panic!("{}: {why}", self.name)) as u16;
        Asked::Answered(slots.into_iter().map(slot).collect())
    }

    fn config(&self, config: &str, pools: &[&str]) -> Asked<Vec<Value>> {
        assert_eq!(self.pool_names(config), pools, "{}", self.name);
        if pools.len() > 1 {
            let Asked::Refused(refusal) = self.nodes(&of(config, None, &[])) else {
                panic!("{}: several pools, none named, and no error", self.name)
            };
            assert_eq!(refusal.code, "pool.required", "{}", self.name);
        }
        let given = |pool: &&str| {
            let nodes = self.nodes(&of(config, Some(pool), &[])).answer()?;
            Ok(self.with_options(config, pool, &nodes))
        };
        pools.iter().map(given).collect::<Result<_, Refusal>>().into()
    }

    fn config_error(&self, config: &str, pool: Option<&str>) -> Asked<()> {
        self.nodes(&of(config, pool, &[])).map(drop)
    }

    fn cluster(&self, kind: &str, reply: &Value, keys: &[Key]) -> Asked<Cluster> {
        let ask = |decoded: bool| {
            let of = json!({ "cluster": reply, "decoded": decoded });
            let nodes = self.nodes(&of).answer()?;
            Ok((nodes, self.every_way(&of, keys)?))
        };
        let (decoded, undecoded) = (ask(true), ask(false));
        if let ("nodes", Some(text), true) = (kind, reply.as_str(), decoded.is_ok()) {
            assert_eq!(self.pool_names(text), [""; 0], "{}: a cluster has no pools", self.name);
        }
        assert_eq!(decoded, undecoded, "{}: a reply as texts and as bytes", self.name);
        let cluster = |(nodes, homes): (Vec<Value>, _)| Cluster {
            nodes: nodes.iter().map(cluster_node).collect(),
            homes,
        };
        decoded.map(cluster).into()
    }

    fn commands(&self, commands: &[Vec<Key>]) -> Asked<Vec<Said>> {
        let words = |words: &Vec<Key>| words.iter().map(|word| to_hex(&word.0)).collect::<Vec<_>>();
        let args: Vec<_> = commands.iter().map(words).collect();
        let mut driver = self.driver();
        let mut ask = |what: &str| -> Result<Vec<OfCommand>, Refusal> {
            let said: Vec<OfCommand> = driver.ask(&json!({ "ask": what, "args_hex": args }))?;
            assert_eq!(said.len(), commands.len(), "{}: an answer for each command", self.name);
            Ok(said)
        };
        let all = ask("command_keys")
            .and_then(|keys| Ok(keys.into_iter().zip(ask("command_routes")?).zip(ask("command_kinds")?)));
        all.map(|all| all.map(|((keys, route), kind)| said(keys, route, kind)).collect()).into()
    }

    fn replay(&self, run: &Run) -> Asked<Vec<Value>> {
        let played: Asked<Vec<Played>> = self.ask(&replay::request(run));
        played.map(|played| played.into_iter().map(Played::recorded).collect())
    }
}
