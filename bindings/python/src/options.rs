//! Options that are given as a mapping, each of them optional.

use keyhome_bindings_common::ErrorKind;
use pyo3::{
    exceptions::PyKeyError,
    prelude::*,
    types::{PyDict, PyMapping},
};

use crate::{
    arguments::{self, number, unreadable},
    failure::{Raised, wrong_type},
};

/// A mapping. A member that is `None` counts as not given; those that nobody asks for are not looked at.
pub(crate) struct Options<'a, 'py> {
    given: &'a Bound<'py, PyAny>,
}

impl<'a, 'py> Options<'a, 'py> {
    /// `what` stands in the error.
    pub(crate) fn of(what: &str, given: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        if given.is_instance_of::<PyDict>() || given.cast::<PyMapping>().is_ok() {
            Ok(Self { given })
        } else {
            Err(wrong_type(what, given).raised(given.py()))
        }
    }

    fn get(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.given.get_item(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.is_none())),
            Err(error) if error.is_instance_of::<PyKeyError>(self.given.py()) => Ok(None),
            Err(error) => Err(unreadable("the mapping", self.given.py(), error)),
        }
    }

    pub(crate) fn text(&self, name: &str) -> PyResult<Option<String>> {
        let Some(value) = self.get(name)? else { return Ok(None) };
        arguments::text(name, &value, ErrorKind::ArgumentType).map(|text| Some(text.to_owned()))
    }

    pub(crate) fn number(&self, name: &str) -> PyResult<Option<u64>> {
        self.get(name)?.map(|value| number(name, &value, u64::MAX)).transpose()
    }

    pub(crate) fn switch(&self, name: &str) -> PyResult<Option<bool>> {
        let switch = |value: Bound<'py, PyAny>| {
            let wrong = |_| wrong_type(&format!("{name}, True or False,"), &value).raised(value.py());
            value.extract::<bool>().map_err(wrong)
        };
        self.get(name)?.map(switch).transpose()
    }
}
