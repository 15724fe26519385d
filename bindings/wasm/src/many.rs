//! Calls that need no router.

use alloc::{string::String, vec::Vec};

use keyhome_bindings_common as common;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::thrown;

/// The slots of many keys, packed.
#[wasm_bindgen]
pub fn slots_packed(bytes: &[u8], offsets: &[u32]) -> Result<Vec<u16>, JsValue> {
    let mut slots = Vec::new();
    common::slots_packed(bytes, offsets, &mut slots).map_err(thrown)?;
    Ok(slots)
}

/// `{error_codes, dialects, hashes}` as JSON text.
#[wasm_bindgen]
pub fn catalogue() -> String {
    common::catalogue()
}

/// The version of keyhome.
#[wasm_bindgen]
pub fn version() -> String {
    common::VERSION.into()
}
