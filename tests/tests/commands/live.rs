//! COMMAND GETKEYS of a real redis-server, for every command that it has.

use keyhome_live::{RedisServer, Scratch, resp::Reply};
use proptest::test_runner::TestRunner;

use crate::words::command;

/// For each command and subcommand.
const CASES: usize = 150;

/// Redis 7.2 gave these an option, so that they take more words than Redis 7.0 takes.
const MORE_WORDS_SINCE: &[&str] = &["zrank", "zrevrank"];

/// The names and arities of all commands and subcommands.
fn commands(reply: Reply) -> Vec<(String, i64)> {
    let Reply::Array(Some(rows)) = reply else { panic!("no list: {reply:?}") };
    let row = |row| {
        let Reply::Array(Some(mut fields)) = row else { panic!("no command: {row:?}") };
        let subcommands = commands(fields.remove(9));
        let (Reply::Integer(arity), name) = (fields.remove(1), fields.remove(0)) else {
            panic!("a command without arity")
        };
        std::iter::once((name.text().unwrap(), arity)).chain(subcommands)
    };
    rows.into_iter().flat_map(row).collect()
}

#[test]
fn getkeys() {
    let scratch = Scratch::new().unwrap();
    let server = RedisServer::start(&scratch).unwrap();
    let mut connection = server.connect().unwrap();
    let mut runner = TestRunner::default();
    let commands = commands(connection.call(&[b"COMMAND"]).unwrap());
    let (mut keys, mut refused) = (0, 0);
    for (name, arity) in &commands {
        // GETKEYS takes two words at least.
        let cases =
            std::iter::repeat_with(|| command(&mut runner, name, *arity)).filter(|words| words.len() > 1);
        let cases: Vec<Vec<String>> = cases.take(CASES).collect();
        let asked = cases.iter().map(|words| {
            [b"COMMAND".as_slice(), b"GETKEYS"]
                .into_iter()
                .chain(words.iter().map(String::as_bytes))
                .collect()
        });
        for (words, reply) in cases.iter().zip(connection.pipeline(asked).unwrap()) {
            match compare(name, words, reply) {
                Some(found) => keys += found,
                None => refused += 1,
            }
        }
    }
    println!(
        "COMMAND GETKEYS of redis-server {}: {} commands, {} cases, {keys} keys, {refused} cases refused",
        server.version().unwrap(),
        commands.len(),
        commands.len() * CASES
    );
}

/// The number of keys, or none where both refuse.
fn compare(name: &str, words: &[String], reply: Reply) -> Option<usize> {
    let ours = keyhome::command_keys(words);
    let code = ours.as_ref().err().map(keyhome::Error::code);
    match reply {
        Reply::Array(Some(keys)) => {
            let ours = ours.unwrap_or_else(|error| panic!("{words:?}: {error}, but {keys:?}"));
            let ours: Vec<&[u8]> = ours.iter().map(|position| words[*position].as_bytes()).collect();
            let keys: Vec<&[u8]> = keys.iter().map(|key| key.bytes().unwrap()).collect();
            assert_eq!(ours, keys, "{words:?}");
            return Some(keys.len());
        }
        // The server does not count the words of a command without keys. Where they are too many or too few we do.
        Reply::Error(text) if text.contains("no key arguments") => {
            assert!(ours.is_ok_and(|keys| keys.is_empty()) || code == Some("command.arguments"), "{words:?}");
        }
        Reply::Error(text) if text.contains("Invalid command") => {
            assert_eq!(code, Some("command.unknown"), "{words:?}");
        }
        Reply::Error(text) if text.contains("Invalid number") && MORE_WORDS_SINCE.contains(&name) => {}
        Reply::Error(text) => assert_eq!(code, Some("command.arguments"), "{words:?}: {text}"),
        other => panic!("{words:?}: {other:?}"),
    }
    None
}
