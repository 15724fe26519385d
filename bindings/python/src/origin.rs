//! What a router was made from, so that another process can make it again: how routers are pickled.

use keyhome_bindings_common::config::Reply;
use pyo3::{IntoPyObjectExt, prelude::*};

use crate::{reply::object_of, router::Router};

/// What a router was made from.
pub(crate) enum Origin {
    /// A text that [`Router::read`] takes: one of a config says the same there as in [`Router::from_config`].
    Text { text: String, pool: Option<String> },
    /// What a cluster said.
    Cluster(Reply),
}

/// What [`again`] takes.
pub(crate) type Remade<'py> = (Bound<'py, PyAny>, Option<String>, bool, Vec<String>);

impl Origin {
    pub(crate) fn remade<'py>(&self, py: Python<'py>, gone: &[String]) -> PyResult<Remade<'py>> {
        Ok(match self {
            Self::Text { text, pool } => (text.into_bound_py_any(py)?, pool.clone(), false, gone.to_vec()),
            Self::Cluster(reply) => (object_of(py, reply)?, None, true, gone.to_vec()),
        })
    }
}

/// A router from another process: from its text or reply, without the nodes that are gone.
#[pyfunction]
#[pyo3(name = "_again")]
pub(crate) fn again(
    origin: &Bound<'_, PyAny>,
    pool: Option<&Bound<'_, PyAny>>,
    cluster: bool,
    gone: &Bound<'_, PyAny>,
) -> PyResult<Router> {
    let router = if cluster { Router::from_cluster(origin)? } else { Router::read(origin, pool)? };
    router.without(gone)
}
