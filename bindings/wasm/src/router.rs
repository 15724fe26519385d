//! Routers: made, asked for what has a shape, and asked about many keys.
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands over what it made for the call

use alloc::{boxed::Box, string::String, vec::Vec};

use keyhome_bindings_common as common;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::thrown;

/// A router.
#[wasm_bindgen]
pub struct Router(pub(crate) Box<common::Router>);

impl Router {
    fn new(made: Result<common::Router, common::Failure>) -> Result<Self, JsValue> {
        Ok(Self(Box::new(made.map_err(thrown)?)))
    }
}

#[wasm_bindgen]
impl Router {
    /// The router of the pool of a config.
    pub fn from_config(text: &str, pool: Option<String>) -> Result<Router, JsValue> {
        Self::new(common::from_config(text, pool.as_deref()))
    }

    /// From the text of CLUSTER NODES.
    pub fn from_cluster_text(text: &str) -> Result<Router, JsValue> {
        Self::new(common::from_cluster_text(text))
    }

    /// From CLUSTER SLOTS or CLUSTER SHARDS as JSON text.
    pub fn from_cluster_json(json: &str) -> Result<Router, JsValue> {
        Self::new(common::from_cluster_json(json))
    }

    /// Where the router lies, for the calls in `hot`. Good until `free`.
    pub fn address(&self) -> *const u8 {
        let router: *const common::Router = &raw const *self.0;
        router.cast()
    }

    /// The index of the home of a key, and why it has none: the raw call says only that.
    pub fn index(&self, key: &[u8]) -> Result<u32, JsValue> {
        common::index(&self.0, key).map_err(thrown)
    }

    /// The indexes of many keys, packed.
    pub fn indexes_packed(&self, bytes: &[u8], offsets: &[u32]) -> Result<Vec<u32>, JsValue> {
        let mut indexes = Vec::new();
        self.0.indexes_packed(bytes, offsets, &mut indexes).map_err(thrown)?;
        Ok(indexes)
    }

    /// Positions by index, of many keys, packed.
    pub fn group_packed(&self, bytes: &[u8], offsets: &[u32]) -> Result<Vec<u32>, JsValue> {
        common::group_packed(&self.0, bytes, offsets).map_err(thrown)
    }

    /// Up to `n` nodes that follow the home, as indexes.
    pub fn successors(&self, key: &[u8], n: u32) -> Result<Vec<u32>, JsValue> {
        common::successors(&self.0, key, n as usize).map_err(thrown)
    }

    /// The same pool without the named nodes.
    pub fn without(&self, names: Vec<String>) -> Result<Router, JsValue> {
        Self::new(self.0.without(&names).map_err(common::Failure::from))
    }

    /// The same pool without the nodes at these indexes.
    pub fn without_indexes(&self, indexes: &[u32]) -> Result<Router, JsValue> {
        let indexes: Vec<usize> = indexes.iter().map(|index| *index as usize).collect();
        Self::new(self.0.without_indexes(&indexes).map_err(common::Failure::from))
    }

    /// Names for copies of a key, as JSON text.
    pub fn copies(&self, key: &[u8], n: u32) -> Result<String, JsValue> {
        common::copies(&self.0, key, n as usize).map_err(thrown)
    }

    /// The fingerprint.
    pub fn fingerprint(&self) -> Result<String, JsValue> {
        self.0.fingerprint().map_err(thrown)
    }

    /// The nodes, as JSON text.
    pub fn nodes(&self) -> String {
        common::nodes(&self.0)
    }

    /// Each step from a key to its home, as JSON text.
    pub fn explain(&self, key: &[u8]) -> Result<String, JsValue> {
        common::explain(&self.0, key).map_err(thrown)
    }

    /// How much each node owns, as JSON text.
    pub fn balance(&self) -> String {
        common::balance(&self.0)
    }

    /// What changing to `new` moves, as JSON text.
    pub fn diff(&self, new: &Router) -> String {
        common::diff(&self.0, &new.0)
    }
}
