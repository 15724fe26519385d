//! What programs ask beside homes: commands, settings, health, replicas, copies, hot keys, what a page draws. Apart, so
//! that `cargo xtask test sizes` can weigh the module with it and without.
#![allow(unsafe_code)] // objects behind addresses

use alloc::{string::ToString, vec::Vec};

use keyhome_bindings_common::{self as common, Health, HotKeys, ReplicaSet, Router};

use crate::{
    answer::{Answer, indexes, numbers, text},
    ask::{new, unknown},
    asked::{health, hot_keys, nothing, replicas, router},
    object::{at, look_at, take_back},
    question::Question,
};

pub(crate) fn of_object(kind: u32, what: u32, q: &Question<'_>) -> Answer {
    match kind {
        health::KIND => of_health(what, q),
        replicas::KIND => of_replicas(what, q),
        hot_keys::KIND => of_hot_keys(what, q),
        _ => unknown(),
    }
}

pub(crate) fn of_nothing(what: u32, q: &Question<'_>) -> Answer {
    match what {
        // Why the last call in `hot` was refused.
        nothing::FAILURE => keyhome_wasm_hot::take_failure().map_or_else(|| Ok(Vec::new()), Err),
        nothing::COMMAND_KEYS => numbers(&common::command_keys(&common::words(q.bytes, q.offsets)?)?),
        nothing::COMMAND_KIND => text(common::command_kind(&common::words(q.bytes, q.offsets)?)?),
        nothing::COMMAND_ROUTE => text(common::command_route(&common::words(q.bytes, q.offsets)?)?),
        // The node, a space, and the cursor for it.
        nothing::SCAN_TARGET => {
            let target = common::scan_target(q.bytes, q.number(0))?;
            let mut answer = target.node.to_string();
            answer.push(' ');
            answer.push_str(&target.cursor.to_string());
            text(answer)
        }
        nothing::SCAN_NEXT => {
            let [cursor, answered] = [0, 1].map(|word| q.word(word).unwrap_or_default());
            text(common::scan_next(cursor, answered, q.number(0))?.to_string())
        }
        nothing::READ => new(common::read(q.text(0)?, q.optional_text(1, 0)?)?),
        nothing::POOL_NAMES => text(common::pool_names(q.text(0)?)?),
        nothing::POOL_SETTINGS => text(common::pool_settings(q.text(0)?, q.optional_text(1, 0)?)?),
        nothing::WRITERS => {
            let words: Result<Vec<&str>, _> = (1..q.offsets.len()).map(|end| q.text(end - 1)).collect();
            text(common::writers(&words?)?)
        }
        nothing::IS_FAILURE => numbers(&[u16::from(common::is_failure(q.bytes))]),
        _ => unknown(),
    }
}

pub(crate) fn of_router(what: u32, router: &Router, q: &Question<'_>) -> Answer {
    match what {
        router::WITHOUT_INDEXES => {
            let indexes: Vec<usize> = q.offsets.iter().map(|index| *index as usize).collect();
            new(router.without_indexes(&indexes)?)
        }
        router::ARCS => numbers(&common::arcs(router)?),
        router::COPIES => text(common::copies(router, q.bytes, q.number(0))?),
        router::REPLICAS => {
            let [read_from, zone] = [q.optional_text(0, 1)?, q.optional_text(1, 2)?];
            new(common::replica_set(router, q.number(0), read_from, zone)?)
        }
        _ => unknown(),
    }
}

fn of_health(what: u32, q: &Question<'_>) -> Answer {
    match what {
        health::NEW => {
            let switch = q.optional(2).map(|switch| switch != 0);
            let rules = common::rules(q.optional_text(0, 1)?, switch, q.optional(3), q.optional(4))?;
            return new(Health::new(rules, q.number(0))?);
        }
        health::FREE => {
            // SAFETY: the host asks so of healths, once each.
            unsafe { take_back::<Health>(q.object) };
            return Ok(Vec::new());
        }
        _ => {}
    }
    // SAFETY: the host asks the rest of healths only.
    let health: &mut Health = unsafe { at(q.object)? };
    match what {
        health::EVENTS => text(common::take_events(health)),
        health::DUE_CHECKS => indexes(health.due_checks(q.time(0))),
        health::GONE => indexes(health.gone()),
        health::SNAPSHOT => text(common::health_snapshot(health)),
        health::RELOADED => {
            // SAFETY: the numbers are the addresses of another health, whose rules are taken, and of two routers, or of
            // one.
            let (ruled, old, next): (&Health, &Router, &Router) =
                unsafe { (look_at(q.number(0))?, look_at(q.number(1))?, look_at(q.number(2))?) };
            new(health.reloaded(*ruled.rules(), old.nodes(), next.nodes(), q.time(3))?)
        }
        _ => unknown(),
    }
}

fn of_replicas(what: u32, q: &Question<'_>) -> Answer {
    if what == replicas::FREE {
        // SAFETY: the host asks so of sets, once each.
        unsafe { take_back::<ReplicaSet>(q.object) };
        return Ok(Vec::new());
    }
    // SAFETY: the host asks the rest of sets only.
    let set: &mut ReplicaSet = unsafe { at(q.object)? };
    match what {
        replicas::REPLACE => {
            // SAFETY: the number is the address of a router.
            let router: &Router = unsafe { look_at(q.number(0))? };
            let places = common::replace(set, router, q.number(1))?;
            let places = places.into_iter().map(|place| place.map_or(-1, |place| place as i32));
            numbers(&places.collect::<Vec<_>>())
        }
        replicas::SNAPSHOT => text(common::replica_snapshot(set)),
        _ => unknown(),
    }
}

fn of_hot_keys(what: u32, q: &Question<'_>) -> Answer {
    match what {
        hot_keys::NEW => return new(HotKeys::new(&common::hot_keys_options(q.optional(0), q.optional(1)))?),
        hot_keys::FROM_BYTES => return new(HotKeys::from_bytes(q.bytes)?),
        hot_keys::FREE => {
            // SAFETY: the host asks so of summaries, once each.
            unsafe { take_back::<HotKeys>(q.object) };
            return Ok(Vec::new());
        }
        _ => {}
    }
    // SAFETY: the host asks the rest of summaries only.
    let keys: &mut HotKeys = unsafe { at(q.object)? };
    let doubles = |all: &[u64]| numbers(&all.iter().map(|number| *number as f64).collect::<Vec<_>>());
    match what {
        hot_keys::RECORD => {
            numbers(&[keyhome_wasm_hot::record(keys, q.bytes, q.time(0) as f64, q.time(1) as f64)])
        }
        hot_keys::TOP => text(common::hottest(keys, q.number(0))),
        hot_keys::ESTIMATE => doubles(&common::estimate(keys, q.bytes)),
        hot_keys::SUMMARY => doubles(&common::hot_keys_summary(keys)),
        hot_keys::MERGE => {
            keys.merge(&HotKeys::from_bytes(q.bytes)?)?;
            Ok(Vec::new())
        }
        hot_keys::TO_BYTES => Ok(keys.to_bytes()),
        _ => unknown(),
    }
}
