//! What the proxy answers itself: about the connection, which is one to the proxy and not to any server.

mod hot_keys;
pub(crate) mod keyhome;
mod slow_log;
mod waiting;

use std::fmt::Write;

use ::keyhome::{Error, Router, command::CommandKind};
use keyhome_resp::{array, bulk, error, integer, map, null, simple};

use crate::{client::Session, pool::Pool};

pub(crate) use waiting::longest_wait;

/// The version of Redis that clients are told: that of the protocol which is spoken.
const REDIS_VERSION: &str = "7.0.15";

/// Whether a command is answered before the password was given.
pub(crate) fn is_open(kind: &CommandKind) -> bool {
    matches!(kind.command, "auth" | "hello" | "quit" | "reset")
}

/// In Redis's words.
pub(crate) fn unknown(out: &mut Vec<u8>, words: &[&[u8]]) {
    let shown = |word: &[u8]| String::from_utf8_lossy(&word[..word.len().min(128)]).into_owned();
    let mut text = format!("ERR unknown command '{}', with args beginning with: ", shown(words[0]));
    for word in words.iter().skip(1).take(8) {
        let _ = write!(text, "'{}' ", shown(word));
    }
    error(out, &text);
}

pub(crate) fn wrong_words(out: &mut Vec<u8>, command: &str) {
    error(out, &format!("ERR wrong number of arguments for '{command}' command"));
}

pub(crate) fn refused(out: &mut Vec<u8>, problem: &Error, command: &str) {
    match problem.code() {
        "command.arguments" => wrong_words(out, command),
        _ => error(out, &format!("ERR {problem}")),
    }
}

/// Who is where, of keys that should be on one server.
pub(crate) fn on_several(router: &Router, words: &[&[u8]], homes: &[(usize, usize)]) -> String {
    const SHOWN: usize = 8;
    let mut text = String::from("CROSSSLOT the keys are on several servers: ");
    for (place, (at, server)) in homes.iter().take(SHOWN).enumerate() {
        let key = words.get(*at).copied().unwrap_or_default();
        let name = router.nodes().get(*server).map_or("?", |node| node.name.as_str());
        let comma = if place == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}'{}' on {name}", String::from_utf8_lossy(&key[..key.len().min(64)]));
    }
    text
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
            | "pubsub|numpat"
            | "function|load"
            | "function|delete"
            | "function|restore"
    )
}

/// Whether a command that can wait does: XREAD waits with BLOCK only.
pub(crate) fn can_wait(command: &str, words: &[&[u8]]) -> bool {
    !matches!(command, "xread" | "xreadgroup") || words.iter().any(|word| word.eq_ignore_ascii_case(b"block"))
}

/// Writes the answer, where the proxy has one.
pub(crate) fn of(
    client: &mut Session,
    pool: &Pool,
    kind: &CommandKind,
    words: &[&[u8]],
    now: u64,
    out: &mut Vec<u8>,
) -> bool {
    let resp3 = client.resp3;
    match kind.command {
        "ping" => match words {
            [_] => simple(out, "PONG"),
            [_, text] => bulk(out, text),
            _ => wrong_words(out, "ping"),
        },
        "echo" => match words {
            [_, text] => bulk(out, text),
            _ => wrong_words(out, "echo"),
        },
        "select" => match words {
            [_, b"0"] => simple(out, "OK"),
            [_, _] => error(out, "ERR DB index is out of range"),
            _ => wrong_words(out, "select"),
        },
        "auth" => auth(client, pool, words, out),
        "hello" => hello(client, pool, words, out),
        "reset" => {
            client.reset();
            simple(out, "RESET");
        }
        "client|setname" => match words {
            [_, _, name] if name.iter().all(|byte| (b'!'..=b'~').contains(byte)) => {
                client.name = name.to_vec();
                simple(out, "OK");
            }
            [_, _, _] => {
                error(out, "ERR Client names cannot contain spaces, newlines or special characters.");
            }
            _ => wrong_words(out, "client|setname"),
        },
        "client|getname" if client.name.is_empty() => null(out, resp3),
        "client|getname" => bulk(out, &client.name),
        "client|id" => integer(out, client.id as i64),
        "client|setinfo" => match words {
            [_, _, attribute, value] => {
                let kept = match () {
                    () if attribute.eq_ignore_ascii_case(b"lib-name") => &mut client.library,
                    () if attribute.eq_ignore_ascii_case(b"lib-ver") => &mut client.library_version,
                    () => {
                        let shown = String::from_utf8_lossy(attribute);
                        error(out, &format!("ERR Unrecognized option '{shown}'"));
                        return true;
                    }
                };
                *kept = value.to_vec();
                simple(out, "OK");
            }
            _ => wrong_words(out, "client|setinfo"),
        },
        "quit" | "client|no-evict" | "client|no-touch" => simple(out, "OK"),
        "client|info" => {
            let mut line = String::new();
            client.describe(now, &mut line);
            bulk(out, line.as_bytes());
        }
        "client|tracking" => error(out, "ERR CLIENT TRACKING is not supported by the proxy"),
        "info" => info(pool, out),
        command => return slow_log::of(&pool.slow_log, command, words, out),
    }
    true
}

fn auth(client: &mut Session, pool: &Pool, words: &[&[u8]], out: &mut Vec<u8>) {
    let Some(password) = &pool.settings.redis_auth else {
        return error(out, "ERR Client sent AUTH, but no password is set");
    };
    client.authenticated = match words {
        [_, given] | [_, b"default", given] => password.as_bytes() == *given,
        [_, _, _] => false,
        _ => return wrong_words(out, "auth"),
    };
    if client.authenticated { simple(out, "OK") } else { error(out, "ERR invalid password") }
}

fn hello(client: &mut Session, pool: &Pool, words: &[&[u8]], out: &mut Vec<u8>) {
    let resp3 = match words.get(1).copied() {
        None => client.resp3,
        Some(b"2") => false,
        Some(b"3") => true,
        Some(_) => return error(out, "NOPROTO unsupported protocol version"),
    };
    let mut rest = words.get(2..).unwrap_or_default();
    while let [option, after @ ..] = rest {
        match after {
            [user, password, after @ ..] if option.eq_ignore_ascii_case(b"auth") => {
                let mut reply = Vec::new();
                auth(client, pool, &[b"AUTH", user, password], &mut reply);
                if reply.first() == Some(&b'-') {
                    return out.extend_from_slice(
                        b"-WRONGPASS invalid username-password pair or user is disabled.\r\n",
                    );
                }
                rest = after;
            }
            [name, after @ ..] if option.eq_ignore_ascii_case(b"setname") => {
                client.name = name.to_vec();
                rest = after;
            }
            _ => return error(out, "ERR Syntax error in HELLO option"),
        }
    }
    if pool.settings.redis_auth.is_some() && !client.authenticated {
        return error(
            out,
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
             <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the \
             same time",
        );
    }
    client.resp3 = resp3;
    map(out, 7, resp3);
    bulk(out, b"server");
    bulk(out, b"redis");
    bulk(out, b"version");
    bulk(out, REDIS_VERSION.as_bytes());
    bulk(out, b"proto");
    integer(out, if resp3 { 3 } else { 2 });
    bulk(out, b"id");
    integer(out, client.id as i64);
    bulk(out, b"mode");
    bulk(out, b"standalone");
    bulk(out, b"role");
    bulk(out, b"master");
    bulk(out, b"modules");
    array(out, 0);
}

fn info(pool: &Pool, out: &mut Vec<u8>) {
    let text = format!(
        "# Server\r\nredis_version:{REDIS_VERSION}\r\nredis_mode:standalone\r\nkeyhome_version:{}\r\nprocess_id:{}\r\n\
         \r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Persistence\r\nloading:0\r\n\r\n# Keyhome\r\n\
         pool:{}\r\nservers:{}\r\n",
        ::keyhome::VERSION,
        std::process::id(),
        pool.name,
        pool.all().nodes().len(),
    );
    bulk(out, text.as_bytes());
}
