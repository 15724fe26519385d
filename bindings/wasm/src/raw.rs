//! The calls that are made once a key, as plain WebAssembly functions.
//!
//! A short key of ASCII text crosses in the arguments: 32 bytes in eight words, little-endian. Any other of up to
//! [`CAPACITY`] bytes is written into [`input`] first. What is longer takes the way through wasm-bindgen.
#![allow(unsafe_code)] // a router behind an address, and the memory that the host writes keys into

use core::cell::UnsafeCell;

use keyhome_bindings_common::{Router, slot as slot_of};

/// What `index` answers where a key has no home; `Router::index` says why.
const NO_HOME: u32 = u32::MAX;

/// The bytes that a key may have to cross by way of `input`.
const CAPACITY: usize = 1024;

struct Input(UnsafeCell<[u8; CAPACITY]>);

// SAFETY: WebAssembly without atomics has one thread; elsewhere nothing calls the functions below.
unsafe impl Sync for Input {}

static INPUT: Input = Input(UnsafeCell::new([0; CAPACITY]));

/// Where the host writes a key.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *mut u8 {
    INPUT.0.get().cast()
}

/// How many bytes may be written there.
#[unsafe(no_mangle)]
pub extern "C" fn capacity() -> usize {
    CAPACITY
}

/// The first `length` bytes of the input.
fn written(length: usize) -> &'static [u8] {
    // SAFETY: the host writes between calls only, and no call outlives its own use of the slice.
    let all: &'static [u8; CAPACITY] = unsafe { &*INPUT.0.get() };
    all.get(..length).unwrap_or(all)
}

/// The router that `Router::address` gave.
///
/// # Safety
/// The router has not been freed. The package keeps the address with the router and forgets it when it frees it.
unsafe fn router<'r>(address: *const Router) -> Option<&'r Router> {
    // SAFETY: the caller vouches for it; null is none.
    unsafe { address.as_ref() }
}

fn home(router: Option<&Router>, key: &[u8]) -> u32 {
    router.and_then(|router| router.index(key).ok()).map_or(NO_HOME, |index| index as u32)
}

/// The slot of the key that was written into the input.
#[unsafe(no_mangle)]
pub extern "C" fn slot(length: usize) -> u32 {
    u32::from(slot_of(written(length)))
}

/// The index of the home of the key that was written into the input.
///
/// # Safety
/// As for [`router`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn index(address: *const Router, length: usize) -> u32 {
    // SAFETY: as above.
    home(unsafe { router(address) }, written(length))
}

/// The bytes of a key in eight words.
macro_rules! short {
    ($length:ident, $($word:ident)*) => {{
        let mut bytes = [0_u8; 32];
        for (four, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip([$($word),*]) {
            *four = u32::to_le_bytes(word);
        }
        bytes
    }};
}

/// The slot of a key of up to 32 bytes.
#[unsafe(no_mangle)]
pub extern "C" fn slot_short(length: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32) -> u32 {
    let bytes = short!(length, a b c d e f g h);
    u32::from(slot_of(bytes.get(..length).unwrap_or(&bytes)))
}

/// The index of the home of a key of up to 32 bytes.
///
/// # Safety
/// As for [`router`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn index_short(address: *const Router, length: usize, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32) -> u32 {
    let bytes = short!(length, a b c d e f g h);
    // SAFETY: as above.
    home(unsafe { router(address) }, bytes.get(..length).unwrap_or(&bytes))
}
