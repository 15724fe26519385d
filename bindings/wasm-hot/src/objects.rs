//! Calls about commands and of objects that change, of numbers and words only. One that answers [`REFUSED`] has changed
//! nothing, and has left its failure for [`take_failure`].
//!
//! Numbers are whole, from 0 to 2^53 - 1: the package has looked. An address is one that the object's `address` gave, and
//! the object has not been freed and is not in use: the host keeps the two together, and has one thread.
#![allow(clippy::missing_safety_doc)] // said once, above

use core::cell::Cell;

use keyhome_bindings_common::{self as common, EvenKeys, Failure, Health, HotKeys, ReplicaSet};

use crate::key;

/// No answer, or no good one.
const REFUSED: i32 = -1;

/// The length of a word that is left out.
const LEFT_OUT: usize = usize::MAX;

struct LastFailure(Cell<Option<Failure>>);

// SAFETY: WebAssembly without atomics has one thread; on other targets nothing calls the functions below.
unsafe impl Sync for LastFailure {}

static LAST_FAILURE: LastFailure = LastFailure(Cell::new(None));

/// Why the last call was refused.
pub fn take_failure() -> Option<Failure> {
    LAST_FAILURE.0.take()
}

#[cold]
fn refused(failure: Failure) -> i32 {
    LAST_FAILURE.0.set(Some(failure));
    REFUSED
}

fn done(outcome: Result<(), common::Error>) -> i32 {
    outcome.map_or_else(|error| refused(error.into()), |()| 0)
}

fn word(length: usize) -> &'static str {
    core::str::from_utf8(key(length)).unwrap_or_default()
}

/// The keys of a command, by its name of `length` bytes and the number of its words: `EvenKeys` as a number, or -1 where
/// all words have to be looked at, also to say what is wrong.
#[unsafe(no_mangle)]
pub extern "C" fn hot_command_keys(length: usize, words: usize) -> i32 {
    match EvenKeys::of_name(key(length), words) {
        Ok(Some(keys)) => keys.number() as i32,
        _ => -1,
    }
}

/// Counts a key, however long.
#[inline(never)] // there is one copy of it for short keys and for long ones
pub fn record(keys: &mut HotKeys, key: &[u8], now: f64, count: f64) -> f64 {
    keys.record_many(key, count as u64, now as u64) as f64
}

/// Exports functions that look at an object.
macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident = |$object:ident: $type:ty $(, $argument:ident: $of:ty)*| -> $result:ty $body:block)*) => {$(
        $(#[$doc])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($object: *mut $type $(, $argument: $of)*) -> $result {
            // SAFETY: the caller vouches for the address.
            let $object = unsafe { &mut *$object };
            $body
        }
    )*};
}

calls! {
    /// The place of the word among those of `LiveSet`.
    hot_update = |health: Health, now: f64| -> i32 { health.update(now as u64) as i32 }

    /// Whether a request may be sent to a node.
    hot_admit = |health: Health, index: usize, now: f64| -> i32 { done(health.admit(index, now as u64)) }

    /// What became of a request: the word of `length` bytes.
    hot_report = |health: Health, index: usize, length: usize, now: f64| -> i32 {
        match common::outcome(word(length)) {
            Ok(outcome) => done(health.report(index, outcome, now as u64)),
            Err(failure) => refused(failure),
        }
    }

    /// When the next check is due, or -1.
    hot_next_check = |health: Health| -> f64 { health.next_check().map_or(-1.0, |at| at as f64) }

    /// Whether a node is live.
    hot_is_live = |health: Health, index: usize| -> bool { health.is_live(index) }

    /// How many are.
    hot_live = |health: Health| -> usize { health.live() }

    /// Whether every request is refused.
    hot_is_all_gone = |health: Health| -> bool { health.is_all_gone() }

    /// The endpoint that serves a read, by the policy of `length` bytes, or the set's own.
    hot_choose = |set: ReplicaSet, dice: f64, now: f64, length: usize| -> i32 {
        let policy = if length == LEFT_OUT { Ok(set.read_from()) } else { common::read_from(word(length)) };
        let chosen = policy.and_then(|policy| Ok(set.choose_from(policy, dice as u64, now as u64)?));
        chosen.map_or_else(refused, |endpoint| endpoint as i32)
    }

    /// A request went to the endpoint.
    hot_sent = |set: ReplicaSet, endpoint: usize, now: f64| -> i32 { done(set.sent(endpoint, now as u64)) }

    /// It replied.
    hot_done = |set: ReplicaSet, endpoint: usize, latency: f64, now: f64| -> i32 {
        done(set.done(endpoint, latency as u64, now as u64))
    }

    /// It did not.
    hot_failed = |set: ReplicaSet, endpoint: usize, now: f64| -> i32 { done(set.failed(endpoint, now as u64)) }

    /// The request is over, and says nothing.
    hot_released = |set: ReplicaSet, endpoint: usize, now: f64| -> i32 { done(set.released(endpoint, now as u64)) }

    /// Whether the endpoint may be read from.
    hot_set_up = |set: ReplicaSet, endpoint: usize, up: bool| -> i32 { done(set.set_up(endpoint, up)) }

    /// Whether it may.
    hot_is_up = |set: ReplicaSet, endpoint: usize| -> bool { set.is_up(endpoint) }

    /// Requests that are not over.
    hot_in_flight = |set: ReplicaSet, endpoint: usize| -> u32 { set.in_flight(endpoint) }

    /// The average of its latencies, or -1.
    hot_latency = |set: ReplicaSet, endpoint: usize| -> f64 {
        set.latency(endpoint).map_or(-1.0, |latency| latency as f64)
    }

    /// How many endpoints there are.
    hot_count = |set: ReplicaSet| -> usize { set.count() }

    /// Counts the key of `length` bytes.
    hot_record = |keys: HotKeys, length: usize, now: f64, count: f64| -> f64 {
        record(keys, key(length), now, count)
    }

    /// Lets time pass.
    hot_advance = |keys: HotKeys, now: f64| -> () { keys.advance(now as u64); }
}
