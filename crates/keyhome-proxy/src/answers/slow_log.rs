//! SLOWLOG, in redis-server's words (src/slowlog.c), about what was slow through the proxy.

use keyhome_resp::{array, bulk, error, integer, simple};

use super::errors::wrong_words;
use crate::slow_log::{SlowLog, SlowRequest};

/// How many are given where the client does not say.
const USUAL: usize = 10;

const HELP: [&str; 12] = [
    "SLOWLOG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "GET [<count>]",
    "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
    "    Entries are made of:",
    "    id, timestamp, time in microseconds, arguments array, client IP and port,",
    "    client name",
    "LEN",
    "    Return the length of the slowlog.",
    "RESET",
    "    Reset the slowlog.",
    "HELP",
    "    Print this help.",
];

/// Writes the answer to `command`; false if it is not one of SLOWLOG's.
pub(crate) fn of(log: &SlowLog, command: &str, words: &[&[u8]], out: &mut Vec<u8>) -> bool {
    match (command, words) {
        ("slowlog|get", [_, _]) => entries(log, USUAL, false, out),
        ("slowlog|get", [_, _, count]) => get(log, count, false, out),
        ("slowlog|len", [_, _]) => integer(out, log.len() as i64),
        ("slowlog|reset", [_, _]) => {
            log.reset();
            simple(out, "OK");
        }
        ("slowlog|help", [_, _]) => {
            array(out, HELP.len());
            for line in HELP {
                simple(out, line);
            }
        }
        ("slowlog|get" | "slowlog|len" | "slowlog|reset" | "slowlog|help", _) => wrong_words(out, command),
        _ => return false,
    }
    true
}

/// The latest entries, `count` of them as the client writes it. With the server at the end of each, they are those of
/// KEYHOME SLOWLOG: clients of SLOWLOG GET read six fields, and some lose their place in the stream after a seventh.
fn get(log: &SlowLog, count: &[u8], with_server: bool, out: &mut Vec<u8>) {
    match std::str::from_utf8(count).ok().and_then(|text| text.parse::<i64>().ok()) {
        Some(-1) => entries(log, usize::MAX, with_server, out),
        Some(count @ 0..) => entries(log, count as usize, with_server, out),
        _ => error(out, "ERR count should be greater than or equal to -1"),
    }
}

fn entries(log: &SlowLog, most: usize, with_server: bool, out: &mut Vec<u8>) {
    let latest = log.latest(most);
    array(out, latest.len());
    for request in latest {
        let SlowRequest { id, when, micros, words, client_address, client_name, server } = request;
        array(out, if with_server { 7 } else { 6 });
        integer(out, id as i64);
        integer(out, when as i64);
        integer(out, micros as i64);
        array(out, words.len());
        for word in words {
            bulk(out, &word);
        }
        bulk(out, client_address.as_bytes());
        bulk(out, &client_name);
        if with_server {
            bulk(out, server.as_bytes());
        }
    }
}

/// `KEYHOME SLOWLOG [count]`: `words` are those after the first two.
pub(crate) fn with_servers(log: &SlowLog, words: &[&[u8]], out: &mut Vec<u8>) {
    match words {
        [] => entries(log, USUAL, true, out),
        [count] => get(log, count, true, out),
        _ => wrong_words(out, "keyhome|slowlog"),
    }
}
