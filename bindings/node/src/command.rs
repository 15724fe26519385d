//! Commands, and what needs no object.

use std::cell::{Cell, OnceCell};

use keyhome_bindings_common::{self as common, ErrorKind, EvenKeys, Failure};

use crate::{
    engine::{Answer, Run, config_and_pool},
    function::Call,
    key::{Batch, text, texts, with_key},
    value::{Env, Value},
};

pub(crate) const FUNCTIONS: &[(&str, Run)] = &[
    ("commandKeys", keys),
    ("commandKind", kind),
    ("commandRoute", route),
    ("scanTarget", scan_target),
    ("scanNext", scan_next),
    ("poolSettings", pool_settings),
    ("poolNames", pool_names),
    ("writers", writers),
    ("isFailure", is_failure),
];

/// `commandKeys(name, count, words)`: `EvenKeys` as a number, or else an array. Mostly the name alone decides. The words
/// are in a plain array of the package's own, and cross only where the core looks at them.
fn keys<'e>(call: &Call<'e>) -> Answer<'e> {
    let env = call.env;
    let [name, count, array, ..] = call.arguments;
    let count = env.read_number(count)?;
    if let Some(even) = with_key(env, name, |name| EvenKeys::of_name(name, count as usize))?? {
        return Ok(env.number(even.number())?);
    }
    let reader = Reader { env, array, failure: Cell::new(None) };
    let word = |position| Word { reader: &reader, position, bytes: OnceCell::new() };
    let words: Vec<Word<'_, '_>> = (0..count).map(word).collect();
    let keys = common::command_keys(&words);
    if let Some(failure) = reader.failure.take() {
        return Err(failure);
    }
    let keys = keys?;
    // Even now a number is sooner made than an array.
    Ok(match EvenKeys::of(&keys) {
        Some(even) => env.number(even.number())?,
        None => env.numbers(&keys)?,
    })
}

/// Reads words when they are asked for.
struct Reader<'e> {
    env: Env<'e>,
    array: Value<'e>,
    /// The first word that could not be read.
    failure: Cell<Option<Failure>>,
}

struct Word<'w, 'e> {
    reader: &'w Reader<'e>,
    position: u32,
    bytes: OnceCell<Vec<u8>>,
}

impl AsRef<[u8]> for Word<'_, '_> {
    fn as_ref(&self) -> &[u8] {
        let Reader { env, array, failure } = self.reader;
        self.bytes.get_or_init(|| {
            let word = env.element(*array, self.position).map_err(Failure::from);
            let bytes = word.and_then(|word| with_key(*env, word, <[u8]>::to_vec));
            bytes.unwrap_or_else(|found| {
                let first = failure.take().unwrap_or_else(|| found.at_position(self.position as usize));
                failure.set(Some(first));
                Vec::new()
            })
        })
    }
}

/// `commandKind(words)` or `commandKind(joined, lengths)`
fn kind<'e>(call: &Call<'e>) -> Answer<'e> {
    with_words(call, |words| Ok(call.env.text(&common::command_kind(words)?)?))
}

/// `commandRoute(words)` or `commandRoute(joined, lengths)`
fn route<'e>(call: &Call<'e>) -> Answer<'e> {
    with_words(call, |words| Ok(call.env.text(&common::command_route(words)?)?))
}

fn with_words<'e>(call: &Call<'e>, then: impl FnOnce(&[common::Word<'_>]) -> Answer<'e>) -> Answer<'e> {
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

/// `poolNames(text)`
fn pool_names<'e>(call: &Call<'e>) -> Answer<'e> {
    let config = text(call.env, call.arguments[0], ErrorKind::ConfigSyntax)?;
    Ok(call.env.text(&common::pool_names(&config)?)?)
}

/// `writers(words)`
fn writers<'e>(call: &Call<'e>) -> Answer<'e> {
    let words = texts(call.env, call.arguments[0], ErrorKind::ArgumentType)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(call.env.text(&common::writers(&words)?)?)
}

/// `isFailure(error)`
fn is_failure<'e>(call: &Call<'e>) -> Answer<'e> {
    let failure = with_key(call.env, call.arguments[0], |error| common::is_failure(error))?;
    Ok(call.env.boolean(failure)?)
}
