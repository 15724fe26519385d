//! The endpoints of a node. What is asked for every request is in `hot`, and here once more to say why it is refused.
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands over what it made for the call

use alloc::{boxed::Box, string::String};

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

    /// The endpoint that serves a read.
    pub fn choose(&mut self, dice: f64, now: f64, read_from: Option<String>) -> Result<u32, JsValue> {
        let read_from = match read_from {
            Some(word) => common::read_from(&word).map_err(thrown)?,
            None => self.0.read_from(),
        };
        let endpoint = self.0.choose_from(read_from, dice as u64, now as u64);
        endpoint.map(|endpoint| endpoint as u32).map_err(thrown)
    }

    /// A request went to the endpoint.
    pub fn sent(&mut self, endpoint: u32, now: f64) -> Result<(), JsValue> {
        self.0.sent(endpoint as usize, now as u64).map_err(thrown)
    }

    /// It replied.
    pub fn done(&mut self, endpoint: u32, latency: f64, now: f64) -> Result<(), JsValue> {
        self.0.done(endpoint as usize, latency as u64, now as u64).map_err(thrown)
    }

    /// It did not.
    pub fn failed(&mut self, endpoint: u32, now: f64) -> Result<(), JsValue> {
        self.0.failed(endpoint as usize, now as u64).map_err(thrown)
    }

    /// The request is over, and says nothing.
    pub fn released(&mut self, endpoint: u32, now: f64) -> Result<(), JsValue> {
        self.0.released(endpoint as usize, now as u64).map_err(thrown)
    }

    /// Whether the endpoint may be read from.
    pub fn set_up(&mut self, endpoint: u32, up: bool) -> Result<(), JsValue> {
        self.0.set_up(endpoint as usize, up).map_err(thrown)
    }

    /// Whether it may.
    pub fn is_up(&self, endpoint: u32) -> bool {
        self.0.is_up(endpoint as usize)
    }

    /// Requests that are not over.
    pub fn in_flight(&self, endpoint: u32) -> u32 {
        self.0.in_flight(endpoint as usize)
    }

    /// The average of its latencies.
    pub fn latency(&self, endpoint: u32) -> Option<f64> {
        self.0.latency(endpoint as usize).map(|latency| latency as f64)
    }

    /// How many endpoints there are.
    pub fn count(&self) -> u32 {
        self.0.count() as u32
    }

    /// The endpoints of another node in their place: the new place of each, as JSON text.
    pub fn replace(&mut self, router: &Router, index: u32) -> Result<String, JsValue> {
        common::replace(&mut self.0, &router.0, index as usize).map_err(thrown)
    }

    /// All that is known, as JSON text.
    pub fn snapshot(&self) -> String {
        common::replica_snapshot(&self.0)
    }
}
