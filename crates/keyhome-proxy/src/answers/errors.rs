//! Errors in Redis's words, so that clients and their logs find what they know (src/server.c and src/networking.c of
//! Redis 7.0).

use std::fmt::Write;

use keyhome::{Error, Router, command::command_kind};
use keyhome_resp::{error, error_bytes};

/// Before the password was given.
pub(crate) const NO_PASSWORD: &str = "NOAUTH Authentication required.";

/// A command or a subcommand that there is not (`commandCheckExistence`).
pub(crate) fn unknown(out: &mut Vec<u8>, words: &[&[u8]]) {
    let [name, rest @ ..] = words else { return };
    if let (Ok(kind), Some(subcommand)) = (command_kind(*name, None), rest.first())
        && kind.container
    {
        return unknown_subcommand(out, name, subcommand);
    }
    let mut text = b"ERR unknown command '".to_vec();
    text.extend_from_slice(cut(name, MOST_SHOWN));
    text.extend_from_slice(b"', with args beginning with: ");
    let start = text.len();
    for word in rest {
        let shown = text.len() - start;
        if shown >= MOST_SHOWN {
            break;
        }
        text.push(b'\'');
        text.extend_from_slice(cut(word, MOST_SHOWN - shown));
        text.extend_from_slice(b"' ");
    }
    error_bytes(out, &text);
}

pub(crate) fn unknown_subcommand(out: &mut Vec<u8>, name: &[u8], subcommand: &[u8]) {
    let mut text = b"ERR unknown subcommand '".to_vec();
    text.extend_from_slice(cut(subcommand, MOST_SHOWN));
    text.extend_from_slice(b"'. Try ");
    text.extend_from_slice(&name.to_ascii_uppercase());
    text.extend_from_slice(b" HELP.");
    error_bytes(out, &text);
}

/// Bytes of a word that Redis shows, and of all words together about so many.
const MOST_SHOWN: usize = 128;

/// As C prints a word: up to its first zero.
fn cut(word: &[u8], most: usize) -> &[u8] {
    let end = word.iter().take(most).position(|byte| *byte == 0).unwrap_or(word.len().min(most));
    word.get(..end).unwrap_or_default()
}

pub(crate) fn wrong_words(out: &mut Vec<u8>, command: &str) {
    error(out, &format!("ERR wrong number of arguments for '{command}' command"));
}

/// What the core says of a command that cannot be sent.
pub(crate) fn refused(out: &mut Vec<u8>, problem: &Error, command: &str) {
    match problem.code() {
        "command.arguments" => wrong_words(out, command),
        _ => error(out, &format!("ERR {problem}")),
    }
}

/// Another command of a client of RESP2 that listens.
pub(crate) fn while_listening(command: &str) -> String {
    format!(
        "ERR Can't execute '{command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this \
         context"
    )
}

/// A command that concerns more than the one server that it could be sent to.
pub(crate) fn about_one_server(command: &str) -> String {
    format!("ERR '{}' is about one server: ask the server itself", command.replace('|', " "))
}

/// Who is where, of keys that should be on one server.
pub(crate) fn on_several(router: &Router, words: &[&[u8]], homes: &[(usize, usize)]) -> String {
    const SHOWN: usize = 8;
    let mut text = String::from("CROSSSLOT the keys are on several servers: ");
    for (place, (at, server)) in homes.iter().take(SHOWN).enumerate() {
        let key = words.get(*at).copied().unwrap_or_default();
        let name = router.nodes().get(*server).map_or("?", |node| node.name.as_str());
        let comma = if place == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}'{}' on {name}", String::from_utf8_lossy(&key[..key.len().min(64)]));
    }
    text
}
