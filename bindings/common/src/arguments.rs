//! Arguments of other languages that have a meaning in the core: words, and what is left out.

use alloc::{format, string::String};

use keyhome::{
    ErrorKind, OnFailure, Outcome, ReadFrom, dialect::NUMBER_MAX, health::Rules, hotkeys::HotKeysOptions,
};

use crate::Failure;

/// What became of a request. Error: `argument.type` for another word.
pub fn outcome(word: &str) -> Result<Outcome, Failure> {
    Outcome::find(word).ok_or_else(|| unknown("the outcome", word, Outcome::WORDS))
}

/// A policy of reading. Error: `argument.type` for another word.
pub fn read_from(word: &str) -> Result<ReadFrom, Failure> {
    ReadFrom::find(word).ok_or_else(|| unknown("read_from", word, ReadFrom::WORDS))
}

/// The rules of health; what is left out is as in twemproxy.
///
/// Errors: `argument.type` for a word that is none of `on_failure`'s; `argument.range` for a number that a config could
/// not have.
pub fn rules(
    on_failure: Option<&str>,
    auto_eject_hosts: Option<bool>,
    server_failure_limit: Option<u64>,
    server_retry_timeout: Option<u64>,
) -> Result<Rules, Failure> {
    let mut rules = Rules::default();
    if let Some(word) = on_failure {
        let found = OnFailure::find(word);
        rules.on_failure = found.ok_or_else(|| unknown("on_failure", word, OnFailure::WORDS))?;
    }
    if let Some(switch) = auto_eject_hosts {
        rules.auto_eject_hosts = switch;
    }
    if let Some(limit) = server_failure_limit {
        rules.server_failure_limit = number("server_failure_limit", limit)?;
    }
    if let Some(timeout) = server_retry_timeout {
        rules.server_retry_timeout = number("server_retry_timeout", timeout)?;
    }
    Ok(rules)
}

/// The options of a summary of hot keys; what is left out has its default.
pub fn hot_keys_options(capacity: Option<u64>, window: Option<u64>) -> HotKeysOptions {
    let default = HotKeysOptions::default();
    let capacity =
        capacity.map_or(default.capacity, |capacity| usize::try_from(capacity).unwrap_or(usize::MAX));
    HotKeysOptions { capacity, window: window.unwrap_or(default.window) }
}

fn number(what: &str, given: u64) -> Result<u32, Failure> {
    match u32::try_from(given) {
        Ok(number) if number <= NUMBER_MAX => Ok(number),
        _ => {
            let message = format!("{what} is {given}; it can be 0 to {NUMBER_MAX}");
            Err(Failure::new(ErrorKind::ArgumentRange, message))
        }
    }
}

#[cold]
fn unknown(what: &str, word: &str, words: &[&str]) -> Failure {
    let mut message = String::from(what);
    message.push_str(" is `");
    message.extend(word.chars().take(40));
    message.push_str("`; it can be ");
    message.push_str(&words.join(", "));
    Failure::new(ErrorKind::ArgumentType, message)
}
