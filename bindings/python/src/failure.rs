//! Failures as `KeyhomeError`. The class is Python code, in `keyhome/_errors.py`: the stable ABI lets no extension
//! class inherit from `Exception`.

use keyhome_bindings_common::{Error, ErrorKind, Failure};
use pyo3::{prelude::*, sync::PyOnceLock};

static ERROR_OF: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// What becomes an exception.
pub(crate) trait Raised {
    /// The exception.
    fn raised(self, py: Python<'_>) -> PyErr;
}

impl Raised for Failure {
    #[cold]
    fn raised(self, py: Python<'_>) -> PyErr {
        let Self { code, message, line, column, position } = self;
        let error = ERROR_OF
            .import(py, "keyhome._errors", "error_of")
            .and_then(|error_of| error_of.call1((code, message, line, column, position)));
        error.map_or_else(|error| error, PyErr::from_value)
    }
}

impl Raised for Error {
    #[cold]
    fn raised(self, py: Python<'_>) -> PyErr {
        Failure::from(self).raised(py)
    }
}

/// `argument.type`: something else is needed.
#[cold]
pub(crate) fn wrong_type(needed: &str, given: &Bound<'_, PyAny>) -> Failure {
    let message = format!("{needed} is needed, and {} was given", type_name(given));
    Failure::new(ErrorKind::ArgumentType, message)
}

/// The name of the type of an object.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "something else".to_owned(), |name| name.to_string())
}
