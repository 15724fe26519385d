//! The endpoints of a node, but for what crosses as numbers, which is in `hot`.
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands over what it made for the call

use alloc::{boxed::Box, string::String, vec::Vec};

use keyhome_bindings_common as common;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{failure::thrown, router::Router};

/// The endpoints of a node. Numbers are whole and at least 0: the package has looked.
#[wasm_bindgen]
pub struct ReplicaSet(Box<common::ReplicaSet>);

#[wasm_bindgen]
impl ReplicaSet {
    /// The endpoints of a node of a router.
    #[wasm_bindgen(constructor)]
    pub fn new(
        router: &Router,
        index: u32,
        read_from: Option<String>,
        zone: Option<String>,
    ) -> Result<ReplicaSet, JsValue> {
        let set = common::replica_set(&router.0, index as usize, read_from.as_deref(), zone.as_deref());
        Ok(Self(Box::new(set.map_err(thrown)?)))
    }

    /// Where it lies, for the calls in `hot`. Good until `free`.
    pub fn address(&mut self) -> *mut u8 {
        let set: *mut common::ReplicaSet = &raw mut *self.0;
        set.cast()
    }

    /// The endpoints of another node in their place: the new place of each, or -1.
    pub fn replace(&mut self, router: &Router, index: u32) -> Result<Vec<i32>, JsValue> {
        let places = common::replace(&mut self.0, &router.0, index as usize).map_err(thrown)?;
        Ok(places.into_iter().map(|place| place.map_or(-1, |place| place as i32)).collect())
    }

    /// All that is known, as JSON text.
    pub fn snapshot(&self) -> String {
        common::replica_snapshot(&self.0)
    }
}
