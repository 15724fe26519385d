//! The cases of `contract/*.json`.

use std::{collections::BTreeMap, fs};

use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};
use serde_json::Value;

use crate::{door::Home, here};

/// Reads a file of cases.
pub fn read<C: DeserializeOwned>(file: &str) -> Vec<C> {
    let path = here("contract").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A key, in hexadecimal digits in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub Vec<u8>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        from_hex(&digits).map(Self).ok_or_else(|| D::Error::custom(format!("not hexadecimal: {digits}")))
    }
}

impl AsRef<[u8]> for Key {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes that hexadecimal digits mean.
pub fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    if digits.len().is_multiple_of(2) { digits.chunks(2).map(byte).collect() } else { None }
}

/// Bytes as hexadecimal digits.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Indexes of homes, null where there is none, and then a code by position.
#[derive(Debug, Clone, Deserialize)]
pub struct Homes {
    /// By position.
    pub indexes: Vec<Option<usize>>,
    /// By position, written as text.
    #[serde(default)]
    pub errors: BTreeMap<String, String>,
}

impl Homes {
    /// One home, or the code of an error, for each key.
    pub fn homes(&self) -> Vec<Home> {
        let home = |(position, index): (usize, &Option<usize>)| match (
            index,
            self.errors.get(&position.to_string()),
        ) {
            (Some(index), None) => Ok(*index),
            (None, Some(code)) => Err(code.clone()),
            _ => panic!("position {position} has both an index and an error, or neither"),
        };
        let homes = self.indexes.iter().enumerate().map(home).collect();
        assert!(self.errors.len() == self.indexes.iter().filter(|index| index.is_none()).count());
        homes
    }
}

/// A case of `placement.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Placement {
    pub name: String,
    pub config: String,
    pub pool: Option<String>,
    pub keys_hex: Vec<Key>,
    #[serde(flatten)]
    pub homes: Homes,
}

/// A case of `without.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Without {
    pub name: String,
    pub config: String,
    pub pool: Option<String>,
    pub keys_hex: Vec<Key>,
    pub steps: Vec<Step>,
}

/// A step of a case of `without.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Step {
    pub names: Vec<String>,
    pub error: Option<String>,
    #[serde(flatten)]
    pub homes: Option<Homes>,
}

/// A case of `successors.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Successors {
    pub name: String,
    pub config: String,
    pub pool: Option<String>,
    #[serde(default)]
    pub without: Vec<String>,
    pub n: usize,
    pub keys_hex: Vec<Key>,
    pub successors: Vec<Vec<usize>>,
}

/// A case of `balance.json`. `range`, `shares` and `uncovered` stay JSON: that is how they are compared.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Balance {
    pub name: String,
    pub config: String,
    pub pool: Option<String>,
    #[serde(default)]
    pub without: Vec<String>,
    #[serde(flatten)]
    pub balance: serde_json::Map<String, Value>,
}

/// A case of `diff.json`. `exact`, `range`, `moves`, `stays` and `addresses` stay JSON.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Diff {
    pub name: String,
    pub old: String,
    pub new: String,
    #[serde(flatten)]
    pub diff: serde_json::Map<String, Value>,
}

/// A case of `fingerprint.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Fingerprint {
    pub name: String,
    pub groups: Vec<Vec<String>>,
}

/// The case of `slots.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Slots {
    pub name: String,
    pub keys_hex: Vec<Key>,
    pub slots: Vec<u16>,
}

/// A case of `cluster.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Cluster {
    pub name: String,
    pub kind: String,
    pub reply: Value,
    #[serde(default)]
    pub nodes: Vec<ClusterNode>,
    #[serde(default)]
    pub keys_hex: Vec<Key>,
    #[serde(flatten)]
    pub homes: Option<Homes>,
    pub error: Option<String>,
}

/// A node that a cluster's reply means.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct ClusterNode {
    pub name: String,
    pub address: String,
    #[serde(deserialize_with = "sorted")]
    pub replicas: Vec<String>,
}

/// Replicas are compared as a set.
fn sorted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut replicas = Vec::deserialize(deserializer)?;
    replicas.sort();
    Ok(replicas)
}

/// A case of `config.json`. `pools` stays JSON.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Config {
    pub name: String,
    pub config: String,
    pub pools: Vec<Value>,
}

/// A case of `config_errors.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct ConfigError {
    pub name: String,
    pub config: String,
    pub pool: Option<String>,
    pub code: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
}

/// A case of `commands.json`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "contract/README.md says what they are")]
pub struct Command {
    pub name: String,
    pub args: Vec<String>,
    pub positions: Option<Vec<usize>>,
    pub error: Option<String>,
}
