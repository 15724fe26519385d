//! Calls about commands, and of objects that change. Where one answers [`REFUSED`], nothing has changed, and the same
//! call through wasm-bindgen says why. Numbers are whole, from 0 to 2^53 - 1: the package has looked.
//!
//! An address is one that the object's `address` gave, and the object has not been freed and is not in use: the host
//! keeps the two together, and has one thread.

use keyhome_bindings_common::{self as common, EvenKeys, Health, HotKeys, ReplicaSet};

use crate::key;

/// No answer, or no good one.
const REFUSED: i32 = -1;

/// The keys of a command, by its name of `length` bytes and the number of its words: `EvenKeys` as a number.
#[unsafe(no_mangle)]
pub extern "C" fn hot_command_keys(length: usize, words: usize) -> i32 {
    match EvenKeys::of_name(key(length), words) {
        Ok(Some(keys)) => keys.number() as i32,
        _ => REFUSED,
    }
}

/// The place of the word among those of `LiveSet`.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_update(address: *mut Health, now: f64) -> i32 {
    // SAFETY: the caller vouches for the address.
    let health = unsafe { address.as_mut() };
    health.map_or(REFUSED, |health| health.update(now as u64) as i32)
}

/// 0 where a request may be sent.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_admit(address: *mut Health, index: usize, now: f64) -> i32 {
    // SAFETY: the caller vouches for the address.
    let health = unsafe { address.as_mut() };
    done(health.map(|health| health.admit(index, now as u64)))
}

/// 0 where it was taken. The outcome is the word of `length` bytes.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_report(address: *mut Health, index: usize, length: usize, now: f64) -> i32 {
    // SAFETY: the caller vouches for the address.
    let health = unsafe { address.as_mut() };
    let outcome = common::outcome(word(length));
    done(health.zip(outcome.ok()).map(|(health, outcome)| health.report(index, outcome, now as u64)))
}

/// The endpoint that serves a read, by the set's own policy.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_choose(address: *mut ReplicaSet, dice: f64, now: f64) -> i32 {
    // SAFETY: the caller vouches for the address.
    let set = unsafe { address.as_mut() };
    let endpoint = set.and_then(|set| set.choose(dice as u64, now as u64).ok());
    endpoint.map_or(REFUSED, |endpoint| endpoint as i32)
}

/// 0 where it was taken.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_sent(address: *mut ReplicaSet, endpoint: usize, now: f64) -> i32 {
    // SAFETY: the caller vouches for the address.
    let set = unsafe { address.as_mut() };
    done(set.map(|set| set.sent(endpoint, now as u64)))
}

/// 0 where it was taken.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_done(address: *mut ReplicaSet, endpoint: usize, latency: f64, now: f64) -> i32 {
    // SAFETY: the caller vouches for the address.
    let set = unsafe { address.as_mut() };
    done(set.map(|set| set.done(endpoint, latency as u64, now as u64)))
}

/// How often the key of `length` bytes was counted at least.
///
/// # Safety
/// As above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hot_record(address: *mut HotKeys, length: usize, now: f64, count: f64) -> f64 {
    // SAFETY: the caller vouches for the address.
    let keys = unsafe { address.as_mut() };
    keys.map_or(0.0, |keys| keys.record_many(key(length), count as u64, now as u64) as f64)
}

fn word(length: usize) -> &'static str {
    core::str::from_utf8(key(length)).unwrap_or_default()
}

fn done(outcome: Option<Result<(), common::Error>>) -> i32 {
    if outcome.is_some_and(|outcome| outcome.is_ok()) { 0 } else { REFUSED }
}
