//! The health of nodes: an object that is its method `update`.

use keyhome_bindings_common::{self as common, ErrorKind, Failure, Health};
use napi_sys::napi_type_tag;

use crate::{
    engine::{Answer, Run, router_in},
    function::Call,
    key::{text, with_word},
    shared::{Changing, Shared, method, object, tag, with},
};

impl Changing for Health {
    const TAG: napi_type_tag = tag(0x6865_616c_7468_0001);
}

pub(crate) const FUNCTIONS: &[(&str, Run)] = &[
    ("health", new),
    ("healthReloaded", reloaded),
    ("healthAdmit", |call| method(call, "admit", admit)),
    ("healthReport", |call| method(call, "report", report)),
    ("healthEvents", |call| Ok(call.env.text(&with(call, 0, common::take_events)?)?)),
    ("healthSnapshot", |call| {
        Ok(call.env.text(&with(call, 0, |health| common::health_snapshot(health))?)?)
    }),
    ("healthDueChecks", due_checks),
    ("healthNextCheck", next_check),
    ("healthGone", gone),
    ("healthIsLive", is_live),
    ("healthLive", |call| Ok(call.env.double(with(call, 0, |health: &mut Health| health.live() as u64)?)?)),
    ("healthIsAllGone", |call| {
        Ok(call.env.boolean(with(call, 0, |health: &mut Health| health.is_all_gone())?)?)
    }),
];

/// `health(onFailure?, autoEjectHosts?, serverFailureLimit?, serverRetryTimeout?, nodes)`
fn new<'e>(call: &Call<'e>) -> Answer<'e> {
    let env = call.env;
    let [on_failure, auto_eject_hosts, limit, timeout, nodes] = call.arguments;
    let on_failure = env.given(on_failure, |word| text(env, word, ErrorKind::ArgumentType))?;
    let rules = common::rules(
        on_failure.as_deref(),
        env.given(auto_eject_hosts, |switch| env.read_boolean(switch))?,
        env.given(limit, |number| env.read_double(number))?,
        env.given(timeout, |number| env.read_double(number))?,
    )?;
    let health = Health::new(rules, env.read_double(nodes)? as usize)?;
    object(call, health, "update", update)
}

/// `healthReloaded(health, ruled, old, new, now)`: a new object; its rules are those of `ruled`.
fn reloaded<'e>(call: &Call<'e>) -> Answer<'e> {
    let [_, _, old, new, now] = call.arguments;
    let now = call.env.read_double(now)?;
    let rules = with(call, 1, |ruled: &mut Health| *ruled.rules())?;
    router_in(call, old, |old| {
        router_in(call, new, |new| {
            let health =
                with(call, 0, |health: &mut Health| health.reloaded(rules, old.nodes(), new.nodes(), now))??;
            object(call, health, "update", update)
        })
    })
}

/// `update(now)`: the place of the word among those of `LiveSet`.
fn update<'e>(call: &Call<'e>, health: &Shared<Health>) -> Answer<'e> {
    let now = call.env.read_double(call.arguments[0])?;
    let live = health.with(|health| health.update(now))?;
    Ok(call.env.small_number(live as u16)?)
}

/// `admit(index, now)`
fn admit<'e>(call: &Call<'e>, health: &Shared<Health>) -> Answer<'e> {
    let [index, now, ..] = call.arguments;
    let (index, now) = (call.env.read_double(index)? as usize, call.env.read_double(now)?);
    health.with(|health| health.admit(index, now))??;
    Ok(call.env.undefined()?)
}

/// `report(index, outcome, now)`
fn report<'e>(call: &Call<'e>, health: &Shared<Health>) -> Answer<'e> {
    let [index, outcome, now, ..] = call.arguments;
    let (index, now) = (call.env.read_double(index)? as usize, call.env.read_double(now)?);
    let outcome = with_word(call.env, outcome, common::outcome)??;
    health.with(|health| health.report(index, outcome, now))??;
    Ok(call.env.undefined()?)
}

/// `healthDueChecks(health, now)`
fn due_checks<'e>(call: &Call<'e>) -> Answer<'e> {
    let now = call.env.read_double(call.arguments[1])?;
    indexes(call, with(call, 0, |health: &mut Health| health.due_checks(now)))
}

/// `healthGone(health)`
fn gone<'e>(call: &Call<'e>) -> Answer<'e> {
    indexes(call, with(call, 0, |health: &mut Health| health.gone()))
}

fn indexes<'e>(call: &Call<'e>, indexes: Result<Vec<usize>, Failure>) -> Answer<'e> {
    let indexes: Vec<u32> = indexes?.into_iter().map(|index| index as u32).collect();
    Ok(call.env.typed_array(&indexes)?)
}

/// `healthNextCheck(health)`: undefined where there is none.
fn next_check<'e>(call: &Call<'e>) -> Answer<'e> {
    Ok(match with(call, 0, |health: &mut Health| health.next_check())? {
        Some(at) => call.env.double(at)?,
        None => call.env.undefined()?,
    })
}

/// `healthIsLive(health, index)`
fn is_live<'e>(call: &Call<'e>) -> Answer<'e> {
    let index = call.env.read_double(call.arguments[1])? as usize;
    Ok(call.env.boolean(with(call, 0, |health: &mut Health| health.is_live(index))?)?)
}
