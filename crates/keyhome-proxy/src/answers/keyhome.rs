//! KEYHOME: what the command line knows, from inside any client. Values have the names and the form of the command line's
//! JSON.

use keyhome_resp::{array, bulk, error, integer, map, null, simple};
use serde_json::{Value, json};

use super::errors;
use crate::pool::{PoolView, Refusal};

/// The subcommands, as KEYHOME HELP says them.
const HELP: &[&str] = &[
    "KEYHOME <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
    "EXPLAIN <key>",
    "    Each step from the key to the server that has it now.",
    "FINGERPRINT",
    "    Of the placement of this pool: equal where every key has the same home.",
    "HOTKEYS [<count>]",
    "    The keys that come most often (default: 10), if they are counted.",
    "NODE <key> [<key> ...]",
    "    The name of the server that has the key now; of several keys, a list.",
    "POOLS",
    "    The pools of this proxy, their servers, and which of these are in.",
    "RELOAD [WARN|REFUSE]",
    "    Read the config again, as on SIGHUP. WARN, REFUSE: what to do this time where other writers to the",
    "    servers place keys differently; the reply to WARN lists them.",
    "SLOWLOG [<count>]",
    "    Slow requests, and the server of each.",
    "WRITERS",
    "    Who writes to the servers of each pool, and by what fingerprint, as far as they say so.",
    "HELP",
    "    Print this help.",
];

/// KEYHOME NODE.
pub(crate) fn node(view: &mut PoolView, keys: &[&[u8]], now: u64, out: &mut Vec<u8>) {
    if keys.is_empty() {
        return errors::wrong_words(out, "keyhome|node");
    }
    // Who asks for a key's home does not ask for the key: it is not counted, and nothing is placed by chance.
    let router = match view.router(now) {
        Ok(router) => router,
        Err(refusal) => return refuse(out, &refusal),
    };
    let mut names = Vec::new();
    for key in keys {
        match router.node(key) {
            Ok(node) => bulk(&mut names, node.name.as_bytes()),
            Err(problem) => return refuse(out, &Refusal::NoHome(problem)),
        }
    }
    if keys.len() > 1 {
        array(out, keys.len());
    }
    out.extend_from_slice(&names);
}

/// KEYHOME EXPLAIN.
pub(crate) fn explain(view: &mut PoolView, keys: &[&[u8]], now: u64, resp3: bool, out: &mut Vec<u8>) {
    let [key] = keys else { return errors::wrong_words(out, "keyhome|explain") };
    match view.router(now) {
        Err(refusal) => refuse(out, &refusal),
        Ok(router) => match router.explain(key) {
            Err(problem) => refuse(out, &Refusal::NoHome(problem)),
            Ok(explanation) => match serde_json::to_value(&explanation) {
                Ok(explanation) => write(out, &explanation, resp3),
                Err(problem) => error(out, &format!("ERR {problem}")),
            },
        },
    }
}

/// KEYHOME FINGERPRINT: of the pool with all its servers, as the command line computes it from the config.
pub(crate) fn fingerprint(view: &PoolView, words: &[&[u8]], out: &mut Vec<u8>) {
    if !words.is_empty() {
        return errors::wrong_words(out, "keyhome|fingerprint");
    }
    match view.pool.all().fingerprint() {
        Ok(fingerprint) => bulk(out, fingerprint.as_bytes()),
        Err(problem) => error(out, &format!("ERR {problem}")),
    }
}

/// KEYHOME POOLS.
pub(crate) fn pools(views: &mut [PoolView], words: &[&[u8]], now: u64, resp3: bool, out: &mut Vec<u8>) {
    if !words.is_empty() {
        return errors::wrong_words(out, "keyhome|pools");
    }
    let pools: Vec<Value> = views.iter_mut().map(|view| describe(view, now)).collect();
    write(out, &Value::Array(pools), resp3);
}

/// KEYHOME HELP.
pub(crate) fn help(out: &mut Vec<u8>) {
    array(out, HELP.len());
    for line in HELP {
        simple(out, line);
    }
}

fn describe(view: &mut PoolView, now: u64) -> Value {
    // Where all are out, none is in.
    let live = view.router(now).cloned().ok();
    let pool = &view.pool;
    let nodes = pool.all().nodes().iter().enumerate().map(|(index, node)| {
        let live = live.as_ref().is_some_and(|router| router.is_live(index));
        json!({ "name": node.name, "address": node.address, "live": live })
    });
    json!({
        "name": pool.name,
        "listen": pool.settings.listen.as_ref().map(|listen| &listen.text),
        "dialect": pool.all().dialect().id,
        "fingerprint": pool.all().fingerprint().ok(),
        "nodes": nodes.collect::<Vec<_>>(),
    })
}

fn refuse(out: &mut Vec<u8>, refusal: &Refusal) {
    error(out, &refusal.to_string());
}

/// A JSON value as a reply: a number that is none of RESP's integers is a string, and so is a truth of RESP2 a number.
pub(crate) fn write(out: &mut Vec<u8>, value: &Value, resp3: bool) {
    match value {
        Value::Null => null(out, resp3),
        Value::Bool(is) if resp3 => out.extend_from_slice(if *is { b"#t\r\n" } else { b"#f\r\n" }),
        Value::Bool(is) => integer(out, i64::from(*is)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => integer(out, number),
            None => bulk(out, number.to_string().as_bytes()),
        },
        Value::String(text) => bulk(out, text.as_bytes()),
        Value::Array(values) => {
            array(out, values.len());
            for value in values {
                write(out, value, resp3);
            }
        }
        Value::Object(members) => {
            map(out, members.len(), resp3);
            for (name, value) in members {
                bulk(out, name.as_bytes());
                write(out, value, resp3);
            }
        }
    }
}
