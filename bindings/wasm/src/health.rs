//! The health of nodes, but for what crosses as numbers, which is in `hot`.
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands over what it made for the call

use alloc::{boxed::Box, string::String, vec::Vec};

use keyhome_bindings_common as common;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::thrown;

/// The health of the nodes of a pool. Numbers are whole and at least 0: the package has looked.
#[wasm_bindgen]
pub struct Health(Box<common::Health>);

#[wasm_bindgen]
impl Health {
    /// All nodes live. What is left out of the rules is as in twemproxy.
    #[wasm_bindgen(constructor)]
    pub fn new(
        on_failure: Option<String>,
        auto_eject_hosts: Option<bool>,
        server_failure_limit: Option<f64>,
        server_retry_timeout: Option<f64>,
        nodes: u32,
    ) -> Result<Health, JsValue> {
        let [limit, timeout] =
            [server_failure_limit, server_retry_timeout].map(|given| given.map(|number| number as u64));
        let rules = common::rules(on_failure.as_deref(), auto_eject_hosts, limit, timeout).map_err(thrown)?;
        Ok(Self(Box::new(common::Health::new(rules, nodes as usize).map_err(thrown)?)))
    }

    /// Where it lies, for the calls in `hot`. Good until `free`.
    pub fn address(&mut self) -> *mut u8 {
        let health: *mut common::Health = &raw mut *self.0;
        health.cast()
    }

    /// What happened since the last call, as JSON text.
    pub fn events(&mut self) -> String {
        common::take_events(&mut self.0)
    }

    /// The nodes whose check is due.
    pub fn due_checks(&mut self, now: f64) -> Vec<u32> {
        self.0.due_checks(now as u64).into_iter().map(|index| index as u32).collect()
    }

    /// The nodes that placement does without.
    pub fn gone(&self) -> Vec<u32> {
        self.0.gone().into_iter().map(|index| index as u32).collect()
    }

    /// All that is known, as JSON text.
    pub fn snapshot(&self) -> String {
        common::health_snapshot(&self.0)
    }
}
