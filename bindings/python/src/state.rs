//! What changes with calls.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
};

use keyhome_bindings_common::{ErrorKind, Failure};
use pyo3::prelude::*;

use crate::failure::Raised;

/// A part of the core that changes, behind a lock.
///
/// Nobody ever waits for it: whoever has it is attached to the interpreter, runs no Python code, and lets go of it before
/// other threads run. So a forked process never finds it taken.
pub(crate) struct State<T>(Mutex<T>);

impl<T> State<T> {
    pub(crate) fn new(state: T) -> Self {
        Self(Mutex::new(state))
    }

    /// Makes a call. `call` must not run Python code: arguments are read before.
    ///
    /// If the core panics, this call and all later ones are refused with `engine.failure`: what it was doing is half done.
    #[inline(always)]
    pub(crate) fn with<R>(&self, py: Python<'_>, call: impl FnOnce(&mut T) -> R) -> PyResult<R> {
        let run = || self.0.lock().ok().map(|mut state| call(&mut state));
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => Err(half_done(py)),
        }
    }
}

#[cold]
fn half_done(py: Python<'_>) -> PyErr {
    let message =
        "keyhome itself failed in a call of this object, which is of no use any more; please report it";
    Failure::new(ErrorKind::EngineFailure, message).raised(py)
}
