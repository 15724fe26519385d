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

/// The version of keyhome.
#[wasm_bindgen]
pub fn version() -> String {
    common::VERSION.into()
}

/// Throws why the last call in `hot` was refused.
#[wasm_bindgen]
pub fn failure() -> Result<(), JsValue> {
    keyhome_wasm_hot::take_failure().map_or(Ok(()), |failure| Err(thrown(failure)))
}
