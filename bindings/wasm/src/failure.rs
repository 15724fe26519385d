//! Errors cross as one JSON text, thrown; the package makes its own error of it.

use keyhome_bindings_common::Failure;
use wasm_bindgen::JsValue;

/// What a call that failed throws: `{"code", "message"}` and, where they apply, `line`, `column`, `position`.
#[cold]
pub(crate) fn thrown(failure: impl Into<Failure>) -> JsValue {
    JsValue::from_str(&failure.into().json())
}
