//! The calls that are made once a key or a request, as plain WebAssembly functions. The host writes the bytes of the key into
//! [`input`] and says how many they are; a number comes back. A key of more than `CAPACITY` bytes takes the way
//! by `ask`.
//!
//! This is a package of its own because the workspace's `wasm` profile optimises it for speed, and the rest for size.

#![no_std]
#![allow(unsafe_code)] // a router behind an address, memory that the host writes into, and names without a prefix

extern crate alloc;

#[cfg(feature = "serving")]
mod objects;

#[cfg(feature = "serving")]
pub use objects::{
    hot_admit, hot_advance, hot_choose, hot_command_keys, hot_count, hot_done, hot_failed, hot_in_flight,
    hot_is_all_gone, hot_is_live, hot_is_up, hot_latency, hot_live, hot_next_check, hot_record, hot_released,
    hot_report, hot_sent, hot_set_up, hot_update, record, take_failure,
};

use alloc::vec::Vec;
use core::cell::UnsafeCell;

use keyhome_bindings_common::{Router, slot as slot_of, slot_called};

/// What `index` answers where a key has no home; `Router::index` says why.
const NO_HOME: u32 = u32::MAX;

/// How many bytes of a key cross here: three for each UTF-16 code unit of what is longer than most keys.
const CAPACITY: usize = 1024;

/// Zero bytes in front of the key, which nothing ever writes: a short key is hashed with as many of them as make it so
/// long, which neither its tag nor its CRC notice, and of which the length is known when this is compiled.
const FRONT: usize = 32;

/// Aligned, so that the host can write whole words.
#[repr(align(16))]
struct Input(UnsafeCell<[u8; FRONT + CAPACITY]>);

// SAFETY: WebAssembly without atomics has one thread; on other targets nothing calls the functions below.
unsafe impl Sync for Input {}

static INPUT: Input = Input(UnsafeCell::new([0; FRONT + CAPACITY]));

/// Where the host writes a key.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *mut u8 {
    INPUT.0.get().cast::<u8>().wrapping_add(FRONT)
}

/// How many bytes it may write there.
#[unsafe(no_mangle)]
pub extern "C" fn capacity() -> usize {
    CAPACITY
}

/// Whether there is memory for `bytes` bytes. If so they were taken and given back: what is asked for next finds them.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> bool {
    let mut room: Vec<u8> = Vec::new();
    let found = room.try_reserve_exact(bytes).is_ok();
    core::hint::black_box(&room); // or the compiler sees that nobody uses it
    found
}

/// The slot of the key of `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn slot(length: usize) -> u32 {
    // SAFETY: the host writes between calls only, and nothing else in here writes.
    let input = unsafe { &*INPUT.0.get() };
    let padded = input.get(..FRONT + length.min(CAPACITY)).unwrap_or(input);
    u32::from(match padded.last_chunk::<FRONT>() {
        Some(short) if length <= FRONT => slot_of(short),
        _ => slot_called(&padded[FRONT..]),
    })
}

/// The index of the home of the key of `length` bytes, in the router that lies at `address`.
///
/// # Safety
/// The address is one that `Router::address` gave, and its router has not been freed: the host keeps the two together.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn index(address: *const Router, length: usize) -> u32 {
    // SAFETY: the caller vouches for the address.
    let router = unsafe { address.as_ref() };
    let Some(router) = router else { return NO_HOME };
    router.index(key(length)).map_or(NO_HOME, |index| index as u32)
}

/// The key of `length` bytes.
#[inline(always)]
fn key<'i>(length: usize) -> &'i [u8] {
    // SAFETY: the host writes between calls only, and nothing else in here writes.
    let key = unsafe { &(&*INPUT.0.get())[FRONT..] };
    key.get(..length).unwrap_or(key)
}
