//! The border of keyhome to Node: a native addon in bare Node-API.
//!
//! The package's `src/engine/native.ts` is the other side. A call through the `napi` crate costs more than a key takes
//! to hash, so `slot` and `index` are raw callbacks: the key goes from V8 to the stack as UTF-16, is hashed or narrowed
//! there if it is ASCII, and a number goes back. A router *is* such a function, with the Rust router as its data
//! pointer; what is asked less often takes that function as its first argument.
//!
//! | file | what is in it |
//! |---|---|
//! | `value.rs` | values of JavaScript in Rust's types; unsafe |
//! | `array.rs` | typed arrays; unsafe |
//! | `function.rs` | functions that JavaScript can call, with Rust data behind them; unsafe |
//! | `key.rs` | a key, or many, on their way over the border |
//! | `shared.rs` | objects of Rust that change, behind functions |
//! | `engine.rs` | what the package can call, and routers |
//! | `command.rs`, `health.rs`, `replica_set.rs`, `hot_keys.rs` | the same, each about one thing |
//!
//! Nothing is decided here. A failure is thrown as the package's own `KeyhomeError`, which it hands over in `open`.

mod array;
mod command;
mod engine;
mod function;
mod health;
mod hot_keys;
mod key;
mod replica_set;
mod shared;
mod value;
