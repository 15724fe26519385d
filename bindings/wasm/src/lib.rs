//! The border of keyhome to WebAssembly.
//!
//! Calls that are rare (a router from a config, explanations, diffs) and those about many keys at once cross through
//! wasm-bindgen. `slot` and `index`, called once a key, cross as plain WebAssembly functions, in [`hot`].
//!
//! Nothing is decided here. On other targets than WebAssembly this compiles, so that ordinary builds and lints cover
//! it, but nothing calls it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod failure;
mod many;
mod router;
#[cfg(target_arch = "wasm32")]
mod runtime;

pub use keyhome_wasm_hot as hot;
pub use many::{catalogue, slots_packed, version};
pub use router::Router;
