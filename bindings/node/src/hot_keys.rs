//! The hottest keys of a stream: an object that is its method `record`.

use keyhome_bindings_common::{self as common, ErrorKind, Failure, HotKeys};
use napi_sys::napi_type_tag;

use crate::{
    engine::{Answer, Run},
    function::Call,
    key::with_key,
    shared::{Changing, Shared, object, tag, with},
};

impl Changing for HotKeys {
    const TAG: napi_type_tag = tag(0x686f_746b_6579_0001);
}

pub(crate) const FUNCTIONS: &[(&str, Run)] = &[
    ("hotKeys", new),
    ("hotKeysFromBytes", from_bytes),
    ("hotKeysAdvance", advance),
    ("hotKeysTop", top),
    ("hotKeysEstimate", estimate),
    ("hotKeysSummary", summary),
    ("hotKeysMerge", merge),
    ("hotKeysToBytes", |call| {
        Ok(call.env.typed_array(&with(call, 0, |keys: &mut HotKeys| keys.to_bytes())?)?)
    }),
];

/// `hotKeys(capacity?, window?)`
fn new<'e>(call: &Call<'e>) -> Answer<'e> {
    let env = call.env;
    let [capacity, window, ..] = call.arguments;
    let capacity = env.given(capacity, |number| env.read_double(number))?;
    let window = env.given(window, |number| env.read_double(number))?;
    keys(call, HotKeys::new(&common::hot_keys_options(capacity, window))?)
}

/// `hotKeysFromBytes(bytes)`
fn from_bytes<'e>(call: &Call<'e>) -> Answer<'e> {
    let made = call.env.with_elements(call.arguments[0], HotKeys::from_bytes)?;
    keys(call, made.ok_or_else(|| Failure::new(ErrorKind::ArgumentType, "not a Uint8Array"))??)
}

fn keys<'e>(call: &Call<'e>, keys: HotKeys) -> Answer<'e> {
    object(call, keys, "record", record)
}

/// `record(key, now, count)`
fn record<'e>(call: &Call<'e>, keys: &Shared<HotKeys>) -> Answer<'e> {
    let [key, now, count, ..] = call.arguments;
    let (now, count) = (call.env.read_double(now)?, call.env.read_double(count)?);
    let count = with_key(call.env, key, |key| keys.with(|keys| keys.record_many(key, count, now)))??;
    Ok(call.env.double(count)?)
}

/// `hotKeysAdvance(keys, now)`
fn advance<'e>(call: &Call<'e>) -> Answer<'e> {
    let now = call.env.read_double(call.arguments[1])?;
    with(call, 0, |keys: &mut HotKeys| keys.advance(now))?;
    Ok(call.env.undefined()?)
}

/// `hotKeysTop(keys, n)`
fn top<'e>(call: &Call<'e>) -> Answer<'e> {
    let n = call.env.read_double(call.arguments[1])? as usize;
    Ok(call.env.text(&with(call, 0, |keys| common::hottest(keys, n))?)?)
}

/// `hotKeysEstimate(keys, key)`: count and error
fn estimate<'e>(call: &Call<'e>) -> Answer<'e> {
    let key = with_key(call.env, call.arguments[1], <[u8]>::to_vec)?;
    Ok(call.env.doubles(&with(call, 0, |keys: &mut HotKeys| common::estimate(keys, &key))?)?)
}

/// `hotKeysSummary(keys)`: total, floor, size, capacity, window.
fn summary<'e>(call: &Call<'e>) -> Answer<'e> {
    Ok(call.env.doubles(&with(call, 0, |keys: &mut HotKeys| common::hot_keys_summary(keys))?)?)
}

/// `hotKeysMerge(keys, other)`
fn merge<'e>(call: &Call<'e>) -> Answer<'e> {
    // A copy: the two may be one.
    let other = with(call, 1, |other: &mut HotKeys| other.clone())?;
    with(call, 0, |keys: &mut HotKeys| keys.merge(&other))??;
    Ok(call.env.undefined()?)
}
