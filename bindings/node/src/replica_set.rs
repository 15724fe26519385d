//! The endpoints of a node: an object that is its method `choose`.

use keyhome_bindings_common::{self as common, ErrorKind, Failure, ReplicaSet};
use napi_sys::napi_type_tag;

use crate::{
    engine::{Answer, Run, router_in},
    function::Call,
    key::{text, with_word},
    shared::{Changing, Shared, method, object, tag, with},
};

impl Changing for ReplicaSet {
    const TAG: napi_type_tag = tag(0x7265_706c_6963_0001);
}

pub(crate) const FUNCTIONS: &[(&str, Run)] = &[
    ("replicaSet", new),
    ("replicaSent", |call| method(call, "sent", sent)),
    ("replicaDone", |call| method(call, "done", done)),
    ("replicaFailed", |call| changed(call, ReplicaSet::failed)),
    ("replicaReleased", |call| changed(call, ReplicaSet::released)),
    ("replicaSetUp", set_up),
    ("replicaIsUp", is_up),
    ("replicaInFlight", in_flight),
    ("replicaLatency", latency),
    ("replicaCount", |call| {
        Ok(call.env.number(with(call, 0, |set: &mut ReplicaSet| set.count() as u32)?)?)
    }),
    ("replicaReplace", replace),
    ("replicaSnapshot", |call| Ok(call.env.text(&with(call, 0, |set| common::replica_snapshot(set))?)?)),
];

/// `replicaSet(router, index, readFrom?, zone?)`
fn new<'e>(call: &Call<'e>) -> Answer<'e> {
    let env = call.env;
    let [router, index, read_from, zone, ..] = call.arguments;
    let index = env.read_double(index)? as usize;
    let word = |word| text(env, word, ErrorKind::ArgumentType);
    let read_from = env.given(read_from, word)?;
    let zone = env.given(zone, word)?;
    router_in(call, router, |router| {
        let set = common::replica_set(router, index, read_from.as_deref(), zone.as_deref())?;
        object(call, set, "choose", choose)
    })
}

/// `choose(dice, now, readFrom?)`
fn choose<'e>(call: &Call<'e>, set: &Shared<ReplicaSet>) -> Answer<'e> {
    let [dice, now, read_from, ..] = call.arguments;
    let (dice, now) = (call.env.read_double(dice)?, call.env.read_double(now)?);
    let read_from = call.env.given(read_from, |word| with_word(call.env, word, common::read_from)?)?;
    let endpoint = set.with(|set| set.choose_from(read_from.unwrap_or(set.read_from()), dice, now))??;
    Ok(call.env.number(endpoint as u32)?)
}

/// `sent(endpoint, now)`
fn sent<'e>(call: &Call<'e>, set: &Shared<ReplicaSet>) -> Answer<'e> {
    let [endpoint, now, ..] = call.arguments;
    let (endpoint, now) = (call.env.read_double(endpoint)? as usize, call.env.read_double(now)?);
    set.with(|set| set.sent(endpoint, now))??;
    Ok(call.env.undefined()?)
}

/// `done(endpoint, latency, now)`
fn done<'e>(call: &Call<'e>, set: &Shared<ReplicaSet>) -> Answer<'e> {
    let [endpoint, latency, now, ..] = call.arguments;
    let (endpoint, latency) = (call.env.read_double(endpoint)? as usize, call.env.read_double(latency)?);
    let now = call.env.read_double(now)?;
    set.with(|set| set.done(endpoint, latency, now))??;
    Ok(call.env.undefined()?)
}

type Change = fn(&mut ReplicaSet, usize, u64) -> Result<(), common::Error>;

/// `change(set, endpoint, now)`
fn changed<'e>(call: &Call<'e>, change: Change) -> Answer<'e> {
    let now = call.env.read_double(call.arguments[2])?;
    let endpoint = endpoint(call)?;
    with(call, 0, |set| change(set, endpoint, now))??;
    Ok(call.env.undefined()?)
}

/// `replicaSetUp(set, endpoint, up)`
fn set_up<'e>(call: &Call<'e>) -> Answer<'e> {
    let up = call.env.read_boolean(call.arguments[2])?;
    let endpoint = endpoint(call)?;
    with(call, 0, |set: &mut ReplicaSet| set.set_up(endpoint, up))??;
    Ok(call.env.undefined()?)
}

/// `replicaIsUp(set, endpoint)`
fn is_up<'e>(call: &Call<'e>) -> Answer<'e> {
    let endpoint = endpoint(call)?;
    Ok(call.env.boolean(with(call, 0, |set: &mut ReplicaSet| set.is_up(endpoint))?)?)
}

/// `replicaInFlight(set, endpoint)`
fn in_flight<'e>(call: &Call<'e>) -> Answer<'e> {
    let endpoint = endpoint(call)?;
    Ok(call.env.number(with(call, 0, |set: &mut ReplicaSet| set.in_flight(endpoint))?)?)
}

/// `replicaLatency(set, endpoint)`: undefined where none is known.
fn latency<'e>(call: &Call<'e>) -> Answer<'e> {
    let endpoint = endpoint(call)?;
    Ok(match with(call, 0, |set: &mut ReplicaSet| set.latency(endpoint))? {
        Some(latency) => call.env.double(latency)?,
        None => call.env.undefined()?,
    })
}

fn endpoint(call: &Call<'_>) -> Result<usize, Failure> {
    Ok(call.env.read_double(call.arguments[1])? as usize)
}

/// `replicaReplace(set, router, index)`: the new place of each endpoint, or -1.
fn replace<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, router, index, ..] = call.arguments;
    let index = call.env.read_double(index)? as usize;
    router_in(call, router, |router| {
        let places = with(call, 0, |set| common::replace(set, router, index))??;
        let places: Vec<i32> =
            places.into_iter().map(|place| place.map_or(-1, |place| place as i32)).collect();
        Ok(call.env.typed_array(&places)?)
    })
}
