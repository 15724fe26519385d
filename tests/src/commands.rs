//! Random commands: names that servers have, and words at which the rules for keys look.

use std::fs;

use serde::Deserialize;

use crate::{
    cases::{self, Key},
    dice::Dice,
    here, keys,
};

/// What COMMAND of a server said, as far as it is needed here.
#[derive(Deserialize)]
struct Row {
    name: String,
    #[serde(default)]
    subcommands: Vec<Row>,
}

/// Words that mean something to some command, or nearly do.
const WORDS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "+2",
    " 2",
    "2x",
    "07",
    "9223372036854775808",
    "1e1",
    "",
    "BY",
    "GET",
    "STORE",
    "STOREDIST",
    "KEYS",
    "STREAMS",
    "COUNT",
    "BLOCK",
    "GROUP",
    "WEIGHTS",
    "AGGREGATE",
    "LIMIT",
    "LEFT",
    "AUTH",
    "AUTH2",
    "REPLACE",
    "ASC",
    "nosort",
    "#",
    "*",
    "keys",
    "Streams",
    "store",
];

/// Names as servers write them, of commands and of subcommands (`xgroup|create`).
fn names() -> Vec<String> {
    let mut names: Vec<String> = cases::read::<cases::Command>("commands.json")
        .iter()
        .map(|case| case.args[0].to_ascii_lowercase())
        .collect();
    for file in ["redis-7.0.15", "redis-8.2.3", "redis-stack-7.4.1", "valkey-9.1.2"] {
        let path = here("vectors/commands").join(format!("{file}.json"));
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let rows: Vec<Row> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        for row in rows {
            names.extend(row.subcommands.into_iter().map(|subcommand| subcommand.name));
            names.push(row.name);
        }
    }
    names.sort();
    names.dedup();
    names
}

/// Makes `count` commands, the same ones for a seed each time: with keys where they belong and elsewhere, with too many
/// words and too few, and some that nobody knows.
pub fn random(seed: u64, count: usize) -> Vec<Vec<Key>> {
    let dice = &mut Dice::new(seed);
    let names = names();
    let cases: Vec<cases::Command> = cases::read("commands.json");
    let keys = keys::with_empty(seed, 500);
    (0..count)
        .map(|_| {
            let mut words: Vec<Key> = if dice.once_in(2) {
                let case = &cases[dice.below(cases.len())];
                case.args.iter().map(|word| Key(word.clone().into_bytes())).collect()
            } else {
                dice.one_of(&names).split('|').map(|word| Key(word.into())).collect()
            };
            for _ in 0..dice.below(9) {
                change(&mut words, &keys, dice);
            }
            words
        })
        .collect()
}

fn change(words: &mut Vec<Key>, keys: &[Key], dice: &mut Dice) {
    let at = dice.below(words.len() + 1);
    let word = if dice.once_in(2) { Key(dice.one_of(WORDS).into()) } else { dice.one_of(keys) };
    match dice.below(8) {
        0 if at < words.len() => drop(words.remove(at)),
        1 if at < words.len() => words[at] = word,
        2 if at < words.len() => flip_letters(&mut words[at].0, dice),
        3 => words.insert(at, word),
        _ => words.push(word),
    }
}

fn flip_letters(word: &mut [u8], dice: &mut Dice) {
    for byte in word.iter_mut().filter(|byte| byte.is_ascii_alphabetic()) {
        if dice.once_in(2) {
            *byte ^= 0x20;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<Vec<usize>, keyhome::Error>;

    #[test]
    fn commands_are_of_many_kinds() {
        let commands = random(1, 5000);
        assert_eq!(commands, random(1, 5000));
        assert_ne!(commands, random(2, 5000));
        let outcomes: Vec<_> = commands.iter().map(|words| keyhome::command_keys(words)).collect();
        let count = |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        let refused = |code: &'static str| {
            move |outcome: &Result<_, keyhome::Error>| {
                outcome.as_ref().err().is_some_and(|error| error.code() == code)
            }
        };
        assert!(count(&|outcome| outcome.as_ref().is_ok_and(|keys| keys.len() > 2)) > 200, "many keys");
        assert!(count(&|outcome| outcome.as_ref().is_ok_and(Vec::is_empty)) > 200, "no keys");
        assert!(count(&refused("command.unknown")) > 100);
        assert!(count(&refused("command.arguments")) > 200);
        let raw = |words: &Vec<Key>| words.iter().any(|word| str::from_utf8(&word.0).is_err());
        assert!(commands.iter().filter(|words| raw(words)).count() > 100, "raw bytes");
    }
}
