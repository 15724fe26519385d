//! The health of nodes. What is asked for every request is in `hot`, and here once more to say why it is refused.
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

    /// Whether a request may be sent to a node.
    pub fn admit(&mut self, index: u32, now: f64) -> Result<(), JsValue> {
        self.0.admit(index as usize, now as u64).map_err(thrown)
    }

    /// What became of a request.
    pub fn report(&mut self, index: u32, outcome: &str, now: f64) -> Result<(), JsValue> {
        let outcome = common::outcome(outcome).map_err(thrown)?;
        self.0.report(index as usize, outcome, now as u64).map_err(thrown)
    }

    /// What happened since the last call, as JSON text.
    pub fn events(&mut self) -> String {
        common::take_events(&mut self.0)
    }

    /// The nodes whose check is due.
    pub fn due_checks(&mut self, now: f64) -> Vec<u32> {
        self.0.due_checks(now as u64).into_iter().map(|index| index as u32).collect()
    }

    /// When the next check is due.
    pub fn next_check(&self) -> Option<f64> {
        self.0.next_check().map(|at| at as f64)
    }

    /// The nodes that placement does without.
    pub fn gone(&self) -> Vec<u32> {
        self.0.gone().into_iter().map(|index| index as u32).collect()
    }

    /// Whether a node is live.
    pub fn is_live(&self, index: u32) -> bool {
        self.0.is_live(index as usize)
    }

    /// How many are.
    pub fn live(&self) -> u32 {
        self.0.live() as u32
    }

    /// Whether every request is refused.
    pub fn is_all_gone(&self) -> bool {
        self.0.is_all_gone()
    }

    /// All that is known, as JSON text.
    pub fn snapshot(&self) -> String {
        common::health_snapshot(&self.0)
    }
}
