//! The border of keyhome to WebAssembly.
//!
//! What is called once a key or once a request crosses as plain WebAssembly functions, in [`hot`]. Everything else is one
//! function, [`ask`]: each further one that wasm-bindgen binds would weigh half a kilobyte in two languages.
//!
//! Nothing is decided here. On other targets than WebAssembly this compiles, so that ordinary builds and lints cover
//! it, but nothing calls it.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(not(feature = "serving"), allow(dead_code))] // what only `serving` uses

extern crate alloc;

mod answer;
mod ask;
mod asked;
mod object;
mod question;
#[cfg(target_arch = "wasm32")]
mod runtime;
#[cfg_attr(not(feature = "serving"), path = "no_serving.rs")]
mod serving;

pub use ask::ask;
pub use keyhome_wasm_hot as hot;
