//! What the proxy answers itself: about the connection, which is one to the proxy and not to any server.

mod client;
mod connection;
pub(crate) mod errors;
pub(crate) mod hot_keys;
pub(crate) mod info;
pub(crate) mod keyhome;
pub(crate) mod slow_log;
mod waiting;

use ::keyhome::command::CommandKind;
use keyhome_resp::{array, bulk, error, integer, simple};

pub(crate) use client::{killed, listed, unblocked};

use crate::{client::Client, pool::Pool};

pub(crate) use waiting::{can_wait, longest_wait};

/// The version of Redis that clients are told until a server has said its own: that of the protocol which is spoken.
pub(crate) const REDIS_VERSION: &str = "7.0.15";

/// Whether a command is answered before the password was given.
pub(crate) fn is_open(kind: &CommandKind) -> bool {
    matches!(kind.command, "auth" | "hello" | "quit" | "reset")
}

/// Whether a command that goes to all servers may.
pub(crate) fn is_for_all(kind: &CommandKind) -> bool {
    matches!(
        kind.command,
        "keys"
            | "dbsize"
            | "randomkey"
            | "script|load"
            | "script|exists"
            | "script|flush"
            | "pubsub|channels"
            | "pubsub|shardchannels"
            | "function|load"
            | "function|delete"
            | "function|restore"
            | "latency|reset"
            | "memory|purge"
    )
}

/// Whether a command empties servers, which `--allow-flush` must allow.
pub(crate) fn empties(kind: &CommandKind) -> bool {
    matches!(kind.command, "flushall" | "flushdb" | "function|flush")
}

/// A text of several lines: in RESP3 one that says so (`addReplyVerbatim`).
pub(crate) fn verbatim(out: &mut Vec<u8>, text: &[u8], resp3: bool) {
    if !resp3 {
        return bulk(out, text);
    }
    out.push(b'=');
    out.extend_from_slice((text.len() + 4).to_string().as_bytes());
    out.extend_from_slice(b"\r\ntxt:");
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

/// Writes the answer, where the proxy has one. There is no reply at all to CLIENT REPLY OFF.
pub(crate) fn of(
    client: &mut Client,
    pool: &Pool,
    kind: &CommandKind,
    words: &[&[u8]],
    now: u64,
    out: &mut Vec<u8>,
) -> bool {
    match (kind.command, words.len()) {
        ("ping", _) => connection::ping(words, out),
        ("echo", _) => connection::echo(words, out),
        ("select", _) => connection::select(pool, words, out),
        ("auth", _) => connection::auth(&mut client.session, pool, words, out),
        ("hello", _) => connection::hello(&mut client.session, pool, words, out),
        ("reset", 1) => {
            client.reset();
            simple(out, "RESET");
        }
        ("reset" | "role" | "readonly" | "readwrite" | "asking", 2..) => {
            errors::wrong_words(out, kind.command);
        }
        ("quit", _) => simple(out, "OK"),
        ("acl|whoami", 2) => bulk(out, b"default"),
        ("acl|whoami", _) => errors::wrong_words(out, kind.command),
        // A primary without replicas, as far as clients are concerned.
        ("role", _) => {
            array(out, 3);
            bulk(out, b"master");
            integer(out, 0);
            array(out, 0);
        }
        // By these words clients that look for a cluster know that there is none.
        ("readonly" | "readwrite" | "asking", _) => error(out, NO_CLUSTER),
        (command, _) if command.starts_with("cluster|") && command != "cluster|help" => {
            error(out, NO_CLUSTER);
        }
        (command, _) if command.starts_with("client|") => {
            return client::of(client, command, words, now, out);
        }
        (command, _) => return slow_log::of(&pool.slow_log, command, words, out),
    }
    true
}

const NO_CLUSTER: &str = "ERR This instance has cluster support disabled";
