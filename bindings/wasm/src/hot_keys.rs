//! The hottest keys of a stream. They are recorded in `hot`, and here where they are long.

use alloc::{boxed::Box, string::String, vec::Vec};

use keyhome_bindings_common as common;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::thrown;

/// The hottest keys of a stream. Numbers are whole and at least 0: the package has looked.
#[wasm_bindgen]
pub struct HotKeys(Box<common::HotKeys>);

#[wasm_bindgen]
impl HotKeys {
    /// An empty summary. What is left out has its default.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: Option<f64>, window: Option<f64>) -> Result<HotKeys, JsValue> {
        let [capacity, window] = [capacity, window].map(|given| given.map(|number| number as u64));
        let keys = common::HotKeys::new(&common::hot_keys_options(capacity, window));
        Ok(Self(Box::new(keys.map_err(thrown)?)))
    }

    /// The summary of these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<HotKeys, JsValue> {
        Ok(Self(Box::new(common::HotKeys::from_bytes(bytes).map_err(thrown)?)))
    }

    /// Where it lies, for the calls in `hot`. Good until `free`.
    pub fn address(&mut self) -> *mut u8 {
        let keys: *mut common::HotKeys = &raw mut *self.0;
        keys.cast()
    }

    /// Counts a key.
    pub fn record(&mut self, key: &[u8], now: f64, count: f64) -> f64 {
        keyhome_wasm_hot::record(&mut self.0, key, now, count)
    }

    /// The hottest, as JSON text.
    pub fn top(&self, n: u32) -> String {
        common::hottest(&self.0, n as usize)
    }

    /// What is known of one key: count and error.
    pub fn estimate(&self, key: &[u8]) -> Vec<f64> {
        common::estimate(&self.0, key).map(|number| number as f64).into()
    }

    /// Total, floor, size, capacity, window.
    pub fn summary(&self) -> Vec<f64> {
        common::hot_keys_summary(&self.0).map(|number| number as f64).into()
    }

    /// Adds what another one counted, of which these are the bytes: the two may be one.
    pub fn merge(&mut self, other: &[u8]) -> Result<(), JsValue> {
        let other = common::HotKeys::from_bytes(other).map_err(thrown)?;
        self.0.merge(&other).map_err(thrown)
    }

    /// All of it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
}
