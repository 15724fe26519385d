//! Texts that are no configs.

const YAML: &str = "sessions:
  listen: 127.0.0.1:22121
  hash: fnv1a_64
  hash_tag: \"{}\"
  auto_eject_hosts: true
  server_retry_timeout: 2000
  servers:
   - 127.0.0.1:6379:1 redis-1
   - {name: redis-2, address: \"127.0.0.1:6380\", weight: 2, zone: eu-1b,
      replicas: [{address: \"127.0.0.1:6390\", zone: eu-1a}]} # ours
ключи:
  dialect: redis-cluster
  servers:
   - {address: 'h:1', slots: \"0-16383\"}
";

/// Whatever the text, there is an answer; an error is one of the config's, at a place in the text.
fn answer(text: &str) -> bool {
    match keyhome::config::Config::parse(text) {
        Ok(config) => {
            assert!(!config.pools.is_empty());
            for pool in &config.pools {
                pool.router().unwrap().index("user:1001").unwrap();
            }
            true
        }
        Err(error) => {
            assert!(error.code().starts_with("config."), "{error:?}");
            assert!(!error.to_string().contains('\n'), "{error:?}");
            // YAML 1.1 has five line breaks, of which the carriage return before a line feed is none.
            let breaks = text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count() as u32;
            assert!(
                error.line().is_none_or(|line| (1..=breaks + 2).contains(&line)),
                "{error:?} of {text:?}"
            );
            assert!(error.column() != Some(0), "{error:?} of {text:?}");
            false
        }
    }
}

fn cuts(text: &str) -> impl Iterator<Item = &str> {
    (0..=text.len()).filter_map(|end| text.get(..end))
}

#[test]
fn cut_at_every_character() {
    assert!(answer(YAML));
    let cut: Vec<bool> = cuts(YAML).map(answer).collect();
    let json = r#"{"a": {"servers": ["h:1:1 x", {"address": "h:2", "weight": 3}], "hash_tag": "\u007b}"}}"#;
    assert!(answer(json));
    let cut_json: Vec<bool> = cuts(json).map(answer).collect();
    assert!(cut_json[..cut_json.len() - 1].iter().all(|valid| !valid), "JSON that is cut is not valid");
    println!("cut at every character: {} texts", cut.len() + cut_json.len());
}

#[test]
fn one_character_changed() {
    let odd = [
        '\0', '\t', '\u{feff}', '"', '\'', '{', '}', '[', ']', ':', '-', '#', '&', '*', '!', '|', '>', '%',
        '@',
    ];
    let mut texts = 0;
    for (at, character) in YAML.char_indices().step_by(3) {
        for odd in odd {
            let mut text = YAML.to_owned();
            text.replace_range(at..at + character.len_utf8(), &odd.to_string());
            answer(&text);
            texts += 1;
        }
    }
    println!("one character changed: {texts} texts");
}

/// Depth and size that would use up a stack or a day.
#[test]
fn deep_and_long() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("{\"a\": ", "}")] {
        let deep = format!("{}{}", open.repeat(100_000), close.repeat(100_000));
        assert!(!answer(&deep));
        assert!(!answer(&format!("p:\n  servers: {deep}\n")));
    }
    let nested: Vec<String> = (0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(!answer(&nested.concat()));
    assert!(!answer(&"x".repeat(1_000_000)));
    assert!(!answer(&"p:\n".repeat(50_000)));
    assert!(!answer(&format!(
        "p:\n  servers:\n   - {}:1:1\n   - {}:1:1\n",
        "h".repeat(500_000),
        "h".repeat(500_000)
    )));
    println!("deep and long: 10 texts");
}
