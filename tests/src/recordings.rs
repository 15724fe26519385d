//! What real programs answered: the files of `vectors/`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    cases::{Key, from_hex},
    here,
};

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A pool of nutcracker, and the server on which it put each key.
#[derive(Debug, Deserialize)]
pub struct NutcrackerPool {
    /// Its name.
    pub pool: String,
    hash: String,
    distribution: String,
    hash_tag: Option<String>,
    /// The lines of its servers.
    pub servers: Vec<String>,
    /// The keys.
    pub keys_hex: Vec<Key>,
    /// Indexes into `servers`.
    pub owners: Vec<usize>,
}

impl NutcrackerPool {
    /// Its nutcracker.yml, without `listen`.
    pub fn config(&self) -> String {
        let Self { pool, hash, distribution, hash_tag, servers, .. } = self;
        let mut config = format!("{pool}:\n  hash: {hash}\n  distribution: {distribution}\n  redis: true\n");
        config.extend(hash_tag.iter().map(|tag| format!("  hash_tag: \"{tag}\"\n")));
        config.push_str("  servers:\n");
        config.extend(servers.iter().map(|server| format!("   - {server}\n")));
        config
    }
}

/// The pools of nutcracker 0.5.0.
pub fn nutcracker() -> Vec<NutcrackerPool> {
    let text = text(&here("vectors/nutcracker-0.5.0.jsonl"));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// Keys and their slots, from redis-server 7.0.15.
pub fn slots() -> Vec<(Key, u16)> {
    let text = text(&here("vectors/redis-7.0.15-slots.tsv"));
    let pair = |line: &str| {
        let (key, slot) = line.split_once('\t')?;
        Some((Key(from_hex(key)?), slot.parse().ok()?))
    };
    text.lines().map(|line| pair(line).unwrap_or_else(|| panic!("not a key and a slot: {line}"))).collect()
}

/// A run of one of the systems in use.
#[derive(Debug, Deserialize)]
pub struct Run {
    /// Its name, that of its file.
    pub name: String,
    /// What the run calls its nodes.
    #[serde(default)]
    pub nodes: Vec<String>,
    /// Some keys and their nodes.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// How many of the keys `key:0` to `key:9999` each node has.
    #[serde(default)]
    pub counts10k: BTreeMap<String, usize>,
    /// SHA-256 over their indexes, in decimal digits with commas between.
    pub sha10k: Option<String>,
    /// Points of the ring.
    pub points: Option<usize>,
    /// Points of each node.
    pub points_per_node: Option<Vec<usize>>,
    /// SHA-256 over the lines `POINT INDEX`, in order.
    pub ring_sha256: Option<String>,
    /// Slots: keys, in Latin-1, and their slots.
    #[serde(default)]
    pub vectors: Vec<(String, u16)>,
}

/// What the index says of a run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Our config for it, in JSON, whose servers are in the order of the run's nodes.
    pub config: Option<Value>,
    /// A run of slots, which needs no config.
    #[serde(default)]
    pub slots: bool,
    /// Keys that the run writes short: a text and how often it is repeated.
    #[serde(default)]
    pub written_short: BTreeMap<String, (String, usize)>,
}

/// Every run with its entry, by file; panics where one of them is missing.
pub fn runs() -> BTreeMap<String, (Entry, Run)> {
    let folder = here("vectors/dialects");
    let index: BTreeMap<String, Entry> = serde_json::from_str(&text(&folder.join("index.json")))
        .unwrap_or_else(|error| panic!("index: {error}"));
    let files: Vec<String> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .filter(|file| file != "index.json" && file != "README.md")
        .collect();
    for file in &files {
        assert!(index.contains_key(file), "{file} is not in the index");
    }
    assert_eq!(files.len(), index.len(), "the index names files that are not there");
    let run = |file: &str| {
        let path: PathBuf = folder.join(file);
        serde_json::from_str::<Run>(&text(&path)).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    index.into_iter().map(|(file, entry)| (file.clone(), (entry, run(&file)))).collect()
}
