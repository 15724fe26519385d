//! Every case of the contract that is about configs and cluster replies.

#![allow(clippy::unwrap_used)] // the helpers of these tests are tests too

use std::{fs, path::Path};

use keyhome_config::{Config, Reply, from_cluster, looks_like_cluster_nodes};
use serde_json::{Value, json};

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract").join(file);
    serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()
}

/// Runs `check` on every case; it returns what is wrong.
fn run(file: &str, check: impl Fn(&Value) -> Option<String>) {
    let cases = cases(file);
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            check(case).map(|wrong| {
                format!("{}: {wrong}\n{}", case["name"], case.get("config").unwrap_or(&case["reply"]))
            })
        })
        .collect();
    println!("{file}: {} cases run", cases.len());
    assert!(!cases.is_empty(), "{file} is empty");
    assert!(failures.is_empty(), "{} of {} wrong:\n\n{}", failures.len(), cases.len(), failures.join("\n\n"));
}

/// Whether `found` has what `expected` has; a field of a node that the case leaves out is not compared.
fn has(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(key, value)| found.get(key).is_some_and(|found| has(found, value)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| has(found, expected))
        }
        _ => found == expected,
    }
}

#[test]
fn configs() {
    run("config.json", |case| {
        let config = match Config::parse(case["config"].as_str().unwrap()) {
            Ok(config) => config,
            Err(error) => return Some(format!("{error:?}")),
        };
        for pool in &config.pools {
            if let Err(error) = pool.router() {
                return Some(format!("no router: {error:?}"));
            }
        }
        let found = json!(config.pools);
        let options = |pools: &Value| -> Vec<Value> {
            pools.as_array().unwrap().iter().map(|pool| pool["options"].clone()).collect()
        };
        let right = has(&found, &case["pools"]) && options(&found) == options(&case["pools"]);
        (!right).then(|| format!("found    {found}\nexpected {}", case["pools"]))
    });
}

#[test]
fn config_errors() {
    run("config_errors.json", |case| {
        let result = Config::parse(case["config"].as_str().unwrap())
            .and_then(|config| config.pool(case["pool"].as_str())?.router());
        let Err(error) = result else { return Some("accepted".into()) };
        println!("{}: {}: {error:?}", case["name"], case.get("config").unwrap_or(&case["reply"]));
        let right = |key: &str, found: Option<u32>| case[key].is_null() || case[key] == json!(found);
        let right =
            case["code"] == error.code() && right("line", error.line()) && right("column", error.column());
        (!right).then(|| {
            format!("found {error:?}\nexpected {} {} {}", case["code"], case["line"], case["column"])
        })
    });
}

#[test]
fn cluster_replies() {
    run("cluster.json", |case| {
        let reply = Reply::from_json(&case["reply"].to_string()).unwrap();
        let router = match (from_cluster(&reply), case["error"].as_str()) {
            (Ok(router), None) => router,
            (Err(error), Some(code)) if error.code() == code => {
                println!("{}: {error:?}", case["name"]);
                return None;
            }
            (Ok(_), Some(_)) => return Some("accepted".into()),
            (Err(error), _) => return Some(format!("found {error:?}, expected {}", case["error"])),
        };
        if case["kind"] == "nodes" && !looks_like_cluster_nodes(case["reply"].as_str().unwrap()) {
            return Some("does not look like CLUSTER NODES".into());
        }
        let nodes: Vec<Value> = router.nodes().iter().map(node).collect();
        let expected: Vec<Value> = case["nodes"].as_array().unwrap().iter().map(sorted).collect();
        if nodes != expected {
            return Some(format!("found {nodes:?}\nexpected {expected:?}"));
        }
        let (mut indexes, mut errors) = (Vec::new(), serde_json::Map::new());
        for (position, key) in case["keys_hex"].as_array().unwrap().iter().enumerate() {
            match router.index(bytes(key.as_str().unwrap())) {
                Ok(index) => indexes.push(json!(index)),
                Err(error) => {
                    indexes.push(Value::Null);
                    errors.insert(position.to_string(), json!(error.code()));
                }
            }
        }
        let expected_errors = case.get("errors").cloned().unwrap_or_else(|| json!({}));
        let right = case["indexes"] == json!(indexes) && expected_errors == json!(errors);
        (!right)
            .then(|| format!("found {indexes:?} {errors:?}\nexpected {} {expected_errors}", case["indexes"]))
    });
}

fn node(node: &keyhome_core::Node) -> Value {
    let replicas: Vec<_> = node.replicas.iter().map(|replica| &replica.address).collect();
    sorted(&json!({"name": node.name, "address": node.address, "replicas": replicas}))
}

/// Replicas are a set.
fn sorted(node: &Value) -> Value {
    let mut node = node.clone();
    node["replicas"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
    node
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
