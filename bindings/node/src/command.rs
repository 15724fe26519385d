//! Commands, and what needs no object.

use keyhome_bindings_common::{self as common, ErrorKind, EvenKeys, Failure};

use crate::{
    engine::{Answer, Run, config_and_pool},
    function::Call,
    key::{Batch, text, with_key},
    value::Value,
};

pub(crate) const FUNCTIONS: &[(&str, Run)] = &[
    ("commandKeys", even_keys),
    ("commandKeysOfAll", keys),
    ("commandRoute", route),
    ("scanTarget", scan_target),
    ("scanNext", scan_next),
    ("poolSettings", pool_settings),
    ("isFailure", is_failure),
];

/// `commandKeys(name, words)`: `EvenKeys` as a number; -1 where all words are needed.
fn even_keys<'e>(call: &Call<'e>) -> Answer<'e> {
    let [name, words, ..] = call.arguments;
    let words = call.env.read_number(words)? as usize;
    let keys = with_key(call.env, name, |name| EvenKeys::of_name(name, words))??;
    Ok(call.env.signed(keys.map_or(-1, |keys| keys.number() as i32))?)
}

/// `commandKeysOfAll(words)` or `commandKeysOfAll(joined, lengths)`
fn keys<'e>(call: &Call<'e>) -> Answer<'e> {
    with_words(call, |words| Ok(call.env.typed_array(&common::command_keys(words)?)?))
}

/// `commandRoute(words)` or `commandRoute(joined, lengths)`
fn route<'e>(call: &Call<'e>) -> Answer<'e> {
    with_words(call, |words| Ok(call.env.text(&common::command_route(words)?)?))
}

fn with_words<'e>(call: &Call<'e>, then: impl FnOnce(&[&[u8]]) -> Answer<'e>) -> Answer<'e> {
    let [words, lengths, ..] = call.arguments;
    let batch = Batch::read(call.env, words, lengths)?;
    then(&common::words(&batch.bytes, &batch.offsets)?)
}

/// `scanTarget(cursor, nodes)`: the node, a space, and the cursor for it.
fn scan_target<'e>(call: &Call<'e>) -> Answer<'e> {
    let [cursor, nodes, ..] = call.arguments;
    let nodes = call.env.read_number(nodes)? as usize;
    let target = common::scan_target(cursor_text(call, cursor)?.as_bytes(), nodes)?;
    Ok(call.env.text(&format!("{} {}", target.node, target.cursor))?)
}

/// `scanNext(cursor, answered, nodes)`
fn scan_next<'e>(call: &Call<'e>) -> Answer<'e> {
    let [cursor, answered, nodes, ..] = call.arguments;
    let nodes = call.env.read_number(nodes)? as usize;
    let (cursor, answered) = (cursor_text(call, cursor)?, cursor_text(call, answered)?);
    let next = common::scan_next(cursor.as_bytes(), answered.as_bytes(), nodes)?;
    Ok(call.env.text(&next.to_string())?)
}

fn cursor_text<'e>(call: &Call<'e>, cursor: Value<'e>) -> Result<String, Failure> {
    text(call.env, cursor, ErrorKind::CommandArguments)
}

/// `poolSettings(text, pool?)`
fn pool_settings<'e>(call: &Call<'e>) -> Answer<'e> {
    let (config, pool) = config_and_pool(call)?;
    Ok(call.env.text(&common::pool_settings(&config, pool.as_deref())?)?)
}

/// `isFailure(error)`
fn is_failure<'e>(call: &Call<'e>) -> Answer<'e> {
    let failure = with_key(call.env, call.arguments[0], |error| common::is_failure(error))?;
    Ok(call.env.boolean(failure)?)
}
