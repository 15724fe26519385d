//! Configs that were changed at random, and what a real nutcracker makes of them.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]

use keyhome::config::Config;
use keyhome_live::{Nutcracker, Scratch, lease};
use keyhome_tests::twin::random::any_of;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::TestRunner,
};

const TEXTS: usize = 400;

/// At every so many texts that it takes, nutcracker is started, and asked what it calls pools and servers.
const STARTED: usize = 5;

const CONFIGS: [&str; 3] = [
    "alpha: # a pool
  listen: 127.0.0.1:PORT
  hash: md5
  hash_tag: \"{}\"

  servers:
   - 127.0.0.1:6379:1 one # its name
   # none
   - \"127.0.0.1:6380:2\"
  redis: true
",
    "? 'be
  ta'
: servers:
  - 127.0.0.1:6379:3
    \ttwo
  - >-
    127.0.0.1:6380:1
    three
  timeout: |-
   400
  listen: \"127.0.0.1:\\
    PORT\"
",
    "\"gam\\x6da\":
    servers:
    - '127.0.0.1:6379:1 it''s'
    -
      127.0.0.1:6380:1
    listen:
        127.0.0.1:PORT
    \"preconnect\" : false
",
];

const PIECES: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\n ",
    "\n  ",
    "\n   ",
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
    "''",
    "\\",
    "\\\n",
    "\\n",
    "\\x41",
    "\\u00e9",
    "|",
    "|-\n",
    "|2\n",
    ">",
    ">+\n",
    "&a ",
    "*a",
    "!t ",
    "%",
    "@",
    "`",
    "---",
    "---\n",
    "...\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "é",
    "😀",
    "\u{a0}",
    "x",
    "1",
    "0",
    "~",
    "hash: crc32\n",
    "  timeout: 5\n",
    "127.0.0.1:6381:1 four",
    "\n   - 127.0.0.1:6382:1",
];

/// Where, how many characters to take away, what to put there.
type Change = (Index, usize, &'static str);

fn changes() -> impl Strategy<Value = (&'static str, Vec<Change>)> {
    let change = (
        any::<Index>(),
        prop_oneof![3 => Just(0), 1 => 1..4_usize],
        prop_oneof![1 => Just(""), 4 => select(PIECES)],
    );
    (select(&CONFIGS[..]), vec(change, 1..3))
}

fn changed(config: &str, changes: &[Change], port: u16) -> String {
    let mut text: Vec<char> = config.replace("PORT", &port.to_string()).chars().collect();
    for (at, cut, piece) in changes {
        let at = at.index(text.len() + 1);
        text.splice(at..(at + cut).min(text.len()), piece.chars());
    }
    text.into_iter().collect()
}

/// Why we do not take a text that nutcracker takes: `docs/deviations.md` has the list.
fn is_refused_on_purpose(code: &str, detail: &str) -> bool {
    code == "config.number" || (code == "config.server" && detail.contains("whose name is empty"))
}

/// Why nutcracker does not take a text that we take: the same list.
fn is_taken_on_purpose(text: &str, config: &Config, port: u16) -> bool {
    let listen = format!("127.0.0.1:{port}");
    text.contains(['[', '{', '\t'])
        || text.contains("---")
        || config
            .pools
            .iter()
            .any(|pool| pool.settings.listen.as_ref().is_none_or(|found| found.text != listen))
}

#[test]
fn changed_configs_are_read_as_by_nutcracker() {
    let texts = std::env::var("KEYHOME_CONFIGS").map_or(TEXTS, |texts| texts.parse().unwrap());
    let mut runner = TestRunner::default();
    let mut scratch = Scratch::new().unwrap();
    let port = lease().unwrap();
    let (mut taken, mut started) = (0, 0);
    for number in 0..texts {
        if number % 1000 == 999 {
            scratch = Scratch::new().unwrap();
        }
        let (config, changes) = any_of(&mut runner, &changes());
        let text = changed(config, &changes, port);
        let judged = Nutcracker::takes(&scratch, &text).unwrap();
        let read = match Config::parse(&text) {
            Ok(read) => read,
            Err(error) => {
                let on_purpose = is_refused_on_purpose(error.code(), error.detail());
                assert!(!judged || on_purpose, "nutcracker takes {text:?}, and we: {error}");
                continue;
            }
        };
        if !judged {
            assert!(
                is_taken_on_purpose(&text, &read, port),
                "nutcracker does not take {text:?}, and we: {read:?}"
            );
            continue;
        }
        taken += 1;
        if taken % STARTED == 0 && !is_taken_on_purpose("", &read, port) {
            is_named_alike(&read, &Nutcracker::stats_with(&scratch, &text).unwrap(), &text);
            started += 1;
        }
    }
    println!("{texts} configs, of which nutcracker takes {taken}; asked with {started} of them");
    assert!(taken >= texts / 10 && started >= texts / 200, "too few to say anything: {taken}, {started}");
}

/// Pools and servers have the same names.
fn is_named_alike(read: &Config, stats: &str, text: &str) {
    let mut servers = 0;
    for pool in &read.pools {
        let names = pool.members.iter().map(|member| &member.node.name);
        for name in names.chain([&pool.name]) {
            assert!(stats.contains(&format!("\"{name}\": {{")), "no {name} in {stats} of {text:?}");
        }
        servers += pool.members.len();
    }
    assert_eq!(stats.matches("\"server_eof\"").count(), servers, "{stats} of {text:?}");
}
