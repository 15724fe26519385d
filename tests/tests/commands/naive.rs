//! A plain reading of the recordings, beside the table that was made from them.

use std::collections::BTreeMap;

use keyhome::command::{Access, Command, FanOut};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::recorded::{DOCUMENTED, INTERNAL};
use crate::words::command;

/// For each command and subcommand.
const CASES: usize = 40;

/// What the server itself says is not told by specs: patterns, and the KEYS of MIGRATE.
const INCOMPLETE: &[&str] = &["migrate", "sort", "sort_ro"];

/// In the order of the table's generator: of a command that several servers know, the first says where its keys are.
const RECORDINGS: &[&str] = &["redis-7.0.15", "valkey-9.1.2", "redis-stack-7.4.1", "redis-8.2.3", "newer"];

/// Every command of the recordings, by its name in lower case; of several, the first.
fn recordings() -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for recording in RECORDINGS {
        let path = keyhome_tests::here("vectors/commands").join(format!("{recording}.json"));
        let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for row in rows {
            for row in row["subcommands"].as_array().unwrap().iter().chain([&row]) {
                let name = row["name"].as_str().unwrap().to_ascii_lowercase();
                if !INTERNAL.iter().any(|prefix| name.starts_with(prefix)) {
                    all.entry(name).or_insert_with(|| row.clone());
                }
            }
        }
    }
    all
}

fn flag(row: &Value, flag: &str) -> bool {
    row["flags"].as_array().unwrap().iter().any(|have| have == flag)
}

/// The keys by the specs, as Redis's source reads them: with signed numbers, and an error at the first spec that does not
/// fit.
fn keys(row: &Value, words: &[String]) -> Option<Vec<usize>> {
    let end = i64::try_from(words.len()).unwrap();
    let mut keys = Vec::new();
    for spec in row["key_specs"].as_array().unwrap() {
        if flag(spec, "not_key") {
            continue;
        }
        let begin = &spec["begin_search"]["spec"];
        let first = match begin["keyword"].as_str() {
            None => begin["index"].as_i64().unwrap(),
            Some(keyword) => {
                let mut places = begin["startfrom"].as_i64().unwrap()..end - 1;
                match places.find(|at| words[*at as usize].eq_ignore_ascii_case(keyword)) {
                    Some(at) => at + 1,
                    None => continue,
                }
            }
        };
        let find = &spec["find_keys"]["spec"];
        let number = |name: &str| find[name].as_i64().unwrap();
        let (first, last) = if spec["find_keys"]["type"] == "range" {
            match (number("lastkey"), number("limit")) {
                (last @ 0.., _) => (first, first + last),
                (last, 0) => (first, end + last),
                (last, limit) => (first, first + (end - first) / limit + last),
            }
        } else {
            let word = words.get((first + number("keynumidx")) as usize)?;
            let count: i64 = word.parse().ok().filter(|count: &i64| count.to_string() == *word)?;
            let first = first + number("firstkey");
            (first, first + (count - 1) * number("keystep"))
        };
        if first > last || last >= end {
            return None;
        }
        keys.extend((first..=last).step_by(number("keystep") as usize).map(|at| at as usize));
    }
    Some(keys)
}

#[test]
fn specs() {
    let mut runner = TestRunner::default();
    let (mut compared, mut found, mut only_keys) = (0, 0, 0);
    for (name, row) in recordings() {
        if INCOMPLETE.contains(&name.as_str()) || DOCUMENTED.iter().any(|of| name.starts_with(of)) {
            continue;
        }
        for _ in 0..CASES {
            let words = command(&mut runner, &name, row["arity"].as_i64().unwrap());
            let Ok(ours) = keyhome::command_keys(&words) else { continue };
            compared += 1;
            let kind = keyhome::command_kind(&words[0], words.get(1)).unwrap();
            if let Some(only) = kind.only_key {
                assert_eq!(ours, [only], "{words:?}");
                only_keys += 1;
            }
            match keys(&row, &words) {
                Some(keys) => {
                    found += keys.len();
                    assert_eq!(ours, keys, "{words:?}");
                }
                // A count that only atoi reads, or a script whose count cannot be.
                None => assert!(flag(&row, "movablekeys"), "{words:?}: {ours:?}"),
            }
        }
    }
    assert!(found > 5000 && only_keys > 2500, "{found} {only_keys}");
    println!("a naive reading of the key specs: {compared} commands, {found} keys, as in the table");
}

#[test]
fn rows() {
    let recordings = recordings();
    for (name, row) in &recordings {
        let words: Vec<&str> = name.split('|').collect();
        let container = !row["subcommands"].as_array().unwrap().is_empty();
        let Ok(command) = Command::find(&words) else {
            assert!(container, "{name}");
            continue;
        };
        assert_eq!(command.name(), name);
        assert!(command.is_blocking() || !flag(row, "blocking"), "{name}");
        if name.starts_with("ft.") {
            continue; // what the search module says of itself is for a single server
        }
        let access = match (flag(row, "readonly"), flag(row, "write")) {
            (true, _) => Access::Read,
            (false, true) => Access::Write,
            (false, false) => Access::Neither,
        };
        assert_eq!(command.access(), access, "{name}");
        let has_keys = row["key_specs"].as_array().unwrap().iter().any(|spec| !flag(spec, "not_key"));
        let by_keys = matches!(command.fan_out(), FanOut::Home | FanOut::Split);
        assert_eq!(by_keys, has_keys, "{name}");
    }
    println!("{} commands of {} recordings are in the table", recordings.len(), RECORDINGS.len());
}
