//! Commands, and what needs no object. Words that lie one behind the other are packed like keys.
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands over what it made for the call

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use keyhome_bindings_common as common;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::thrown;

/// The positions of the keys of a command.
#[wasm_bindgen]
pub fn command_keys(bytes: &[u8], offsets: &[u32]) -> Result<Vec<u32>, JsValue> {
    common::words(bytes, offsets).and_then(|words| common::command_keys(&words)).map_err(thrown)
}

/// Where a command goes, as JSON text.
#[wasm_bindgen]
pub fn command_route(bytes: &[u8], offsets: &[u32]) -> Result<String, JsValue> {
    common::words(bytes, offsets).and_then(|words| common::command_route(&words)).map_err(thrown)
}

/// The node, a space, and the cursor for it.
#[wasm_bindgen]
pub fn scan_target(cursor: &str, nodes: u32) -> Result<String, JsValue> {
    let target = common::scan_target(cursor.as_bytes(), nodes as usize).map_err(thrown)?;
    let mut text = target.node.to_string();
    text.push(' ');
    text.push_str(&target.cursor.to_string());
    Ok(text)
}

/// The cursor to go on with.
#[wasm_bindgen]
pub fn scan_next(cursor: &str, answered: &str, nodes: u32) -> Result<String, JsValue> {
    let next = common::scan_next(cursor.as_bytes(), answered.as_bytes(), nodes as usize);
    Ok(next.map_err(thrown)?.to_string())
}

/// How a pool is served, as JSON text.
#[wasm_bindgen]
pub fn pool_settings(text: &str, pool: Option<String>) -> Result<String, JsValue> {
    common::pool_settings(text, pool.as_deref()).map_err(thrown)
}

/// Whether an error that a server replies counts as a failure of it.
#[wasm_bindgen]
pub fn is_failure(error: &[u8]) -> bool {
    common::is_failure(error)
}
