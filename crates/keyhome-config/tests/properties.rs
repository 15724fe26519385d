//! What holds for every text: nothing panics, and both languages say the same.

#![allow(clippy::unwrap_used)] // the helpers of these tests are tests too

use std::{fs, path::Path};

use keyhome_config::{Config, Reply, from_cluster, read};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/contract").join(file);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A text that fails belongs into a test of its own, not into a file of seeds.
fn settings() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// What a text is read as must not matter to whether it can be.
fn survives(text: &str) {
    for result in [read(text, None), from_cluster(&Reply::from(text))] {
        match result {
            Ok(router) => assert!(!router.nodes().is_empty()),
            Err(error) => {
                assert_eq!(error.line().is_some(), error.column().is_some(), "{error:?}");
                let shown = error.to_string();
                assert!(!shown.contains('\n') && shown.chars().count() < 1500, "{shown}");
                if let (Some(line), Some(column)) = (error.line(), error.column()) {
                    let lines = 1 + text.matches(['\n', '\r', '\u{85}']).count();
                    let columns =
                        1 + text.split(['\n', '\r']).map(|line| line.chars().count()).max().unwrap();
                    assert!(line >= 1 && line as usize <= lines, "{error:?} in {text:?}");
                    assert!(column >= 1 && column as usize <= columns, "{error:?} in {text:?}");
                }
            }
        }
    }
}

/// Pieces of which texts can be made that are nearly configs or nearly replies.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    let pieces = [
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\u{85}",
        "- ",
        "-",
        "? ",
        ": ",
        ":",
        "#",
        " # c",
        "'",
        "\"",
        "\\",
        "\\u",
        "\\ud800",
        "|",
        "|-\n",
        ">\n",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!t ",
        "%",
        "---",
        "...",
        "~",
        "null",
        "true",
        "1",
        "0",
        "2147483648",
        "-1",
        "1e9",
        "é",
        "😀",
        "\u{feff}",
        "\u{2028}",
        "\u{0}",
        "a",
        "p:\n",
        "p: ",
        "\n  servers:\n   - ",
        "h:1:1",
        "h:1:1 n",
        "/s:1",
        "\n  hash: md5",
        "\n  dialect: redis-cluster",
        "\n  dialect: npm-hashring",
        "{\"p\": {\"servers\": [",
        "\"h:1:1\"",
        "]}}",
        "address: ",
        "slots: ",
        "vnodes: ",
        "replicas: ",
        "0-5",
        "5-16383",
        "da1c546b28f960418ec22ca65f8dde0d1816927d",
        " 10.0.0.1:7000@17000",
        " myself,master",
        " slave",
        " - 0 0 1 connected",
        " 0-16383",
        " [93-<-",
    ];
    vec(select(pieces.to_vec()), 0..24)
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_mixture_is_read_or_refused(pieces in pieces()) {
        survives(&pieces.concat());
    }

    #[test]
    fn any_reply_is_read_or_refused(reply in replies()) {
        let _ = from_cluster(&reply);
    }

    #[test]
    fn a_change_of_a_config_is_read_or_refused(
        case in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), cut in 0_usize..4, pieces in pieces()
    ) {
        let cases = cases("config.json");
        let text: Vec<char> = case.get(&cases)["config"].as_str().unwrap().chars().collect();
        let at = at.index(text.len());
        let (before, after) = (&text[..at], &text[(at + cut).min(text.len())..]);
        let changed: String = before.iter().copied().chain(pieces.concat().chars().take(6)).chain(after.iter().copied()).collect();
        survives(&changed);
    }
}

#[test]
fn texts_that_were_cut_are_read_or_refused() {
    let configs = cases("config.json");
    let replies = cases("cluster.json");
    let texts = configs.iter().map(|case| &case["config"]).chain(replies.iter().map(|case| &case["reply"]));
    let mut cuts = 0;
    for text in texts.filter_map(Value::as_str) {
        for (end, _) in text.char_indices() {
            survives(&text[..end]);
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
}

/// A reply of CLUSTER NODES that was cut gives no map, unless what is left looks whole: up to the end of a line, or
/// within the slots of the last.
#[test]
fn replies_that_were_cut_give_no_map() {
    for case in cases("cluster.json") {
        let Some(text) = case["reply"].as_str().filter(|_| case["error"].is_null()) else { continue };
        for (end, _) in text.char_indices() {
            let last = text[..end].rsplit('\n').next().unwrap().trim_end();
            let whole =
                last.is_empty() || last.split(' ').nth(7).is_some_and(|link| link.ends_with("connected"));
            if let (false, Err(error)) = (whole, from_cluster(&Reply::from(&text[..end]))) {
                assert_eq!(error.code(), "cluster.reply");
            } else {
                assert!(whole, "{:?}", &text[..end]);
            }
        }
    }
}

/// Lists and maps out of which something was taken.
#[test]
fn lists_that_were_cut_are_read_or_refused() {
    let mut cuts = 0;
    for case in cases("cluster.json") {
        let Ok(reply) = Reply::from_json(&case["reply"].to_string()) else { continue };
        for cut in cuts_of(&reply) {
            if let Err(error) = from_cluster(&cut) {
                assert!(["cluster.reply", "config.slots"].contains(&error.code()), "{error:?}");
            }
            cuts += 1;
        }
    }
    println!("{cuts} cuts");
}

fn cuts_of(reply: &Reply) -> Vec<Reply> {
    match reply {
        Reply::List(items) => {
            let ends = (0..items.len()).map(|end| Reply::List(items[..end].to_vec()));
            let within = items.iter().enumerate().flat_map(|(at, item)| {
                cuts_of(item).into_iter().map(move |cut| {
                    let mut items = items.clone();
                    items[at] = cut;
                    Reply::List(items)
                })
            });
            ends.chain(within).collect()
        }
        Reply::Map(entries) => {
            let ends = (0..entries.len()).map(|end| Reply::Map(entries[..end].to_vec()));
            let within = entries.iter().enumerate().flat_map(|(at, (_, value))| {
                cuts_of(value).into_iter().map(move |cut| {
                    let mut entries = entries.clone();
                    entries[at].1 = cut;
                    Reply::Map(entries)
                })
            });
            ends.chain(within).collect()
        }
        _ => Vec::new(),
    }
}

fn replies() -> impl Strategy<Value = Reply> {
    let words = [
        "", "?", "slots", "nodes", "id", "endpoint", "port", "tls-port", "role", "master", "replica",
        "health", "online", "fail",
    ];
    let leaf = prop_oneof![
        Just(Reply::Null),
        (-1_i64..20_000).prop_map(Reply::Integer),
        any::<i64>().prop_map(Reply::Integer),
        select(words.to_vec()).prop_map(Reply::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Reply::List),
            vec((inner.clone(), inner), 0..8).prop_map(Reply::Map),
        ]
    })
}

/// A config as JSON, every scalar a text, so that YAML and JSON can write the same.
fn configs() -> impl Strategy<Value = Map<String, Value>> {
    let words = |words: &[&'static str]| option::of(select(words.to_vec()).prop_map(str::to_owned));
    let options = (
        words(&["md5", "fnv1a_64", "crc32", "no such hash"]),
        words(&["ketama", "modula", "random"]),
        words(&["{}", "$$", "é", "{"]),
        words(&["true", "false"]),
        option::of((0_u32..9000).prop_map(|number| number.to_string())),
        words(&["twemproxy", "vnodes", "libmemcached"]),
    );
    let servers = vec(("[a-c]{1,2}", 1_u16.., 1_u32..9, option::of("[a-zé']{1,4}")), 1..5);
    let pool = (options, servers, any::<bool>()).prop_map(
        |((hash, distribution, tag, redis, timeout, dialect), servers, mapped)| {
            let mut pool = Map::new();
            let given = [
                ("hash", hash),
                ("distribution", distribution),
                ("hash_tag", tag),
                ("redis", redis),
                ("timeout", timeout),
                ("dialect", dialect),
            ];
            for (key, value) in given {
                pool.extend(value.map(|value| (key.to_owned(), json!(value))));
            }
            let servers = servers.into_iter().map(|(host, port, weight, name)| match (mapped, name) {
                (true, Some(name)) => {
                    json!({"address": format!("{host}:{port}"), "weight": weight.to_string(), "name": name})
                }
                (true, None) => json!({"address": format!("{host}:{port}"), "weight": weight.to_string()}),
                (false, Some(name)) => json!(format!("{host}:{port}:{weight} {name}")),
                (false, None) => json!(format!("{host}:{port}:{weight}")),
            });
            pool.insert("servers".into(), servers.collect());
            Value::Object(pool)
        },
    );
    prop::collection::btree_map("[a-z]{1,3}", pool, 1..4).prop_map(|pools| pools.into_iter().collect())
}

/// Block style, every scalar in single quotes.
fn yaml(value: &Value, indent: usize) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let margin = " ".repeat(indent);
    let inside = |value: &Value| yaml(value, indent + 2);
    match value {
        Value::Object(fields) => {
            let field =
                |(key, value): (&String, &Value)| format!("\n{margin}{}:{}", quoted(key), inside(value));
            fields.iter().map(field).collect::<Vec<_>>().concat()
        }
        Value::Array(items) => {
            items.iter().map(|item| format!("\n{margin}-{}", inside(item))).collect::<Vec<_>>().concat()
        }
        scalar => format!(" {}", quoted(scalar.as_str().unwrap())),
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn twins_say_the_same(config in configs()) {
        let block = yaml(&Value::Object(config.clone()), 0);
        let said = |text: &str| {
            Config::parse(text).map(|config| json!(config)).map_err(|error| (error.code(), error.detail().to_owned()))
        };
        let json = Value::Object(config);
        let twins = [block.replace('\n', "\r\n"), json.to_string(), format!("\u{feff} {json:#}"), format!("---\n{json:#}")];
        let expected = said(&block);
        for twin in twins {
            prop_assert_eq!(said(&twin), expected.clone(), "{}", twin);
        }
    }
}
