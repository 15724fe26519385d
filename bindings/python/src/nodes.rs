//! Nodes as objects, and everything else with a shape as the JSON that every language shows.

use keyhome_bindings_common::Router;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyString, PyTuple},
};

static NODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static REPLICA: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static LOADS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A tuple of `Node`.
pub(crate) fn nodes_of(py: Python<'_>, router: &Router) -> PyResult<Py<PyTuple>> {
    let node_class = NODE.import(py, "keyhome._nodes", "Node")?;
    let replica_class = REPLICA.import(py, "keyhome._nodes", "Replica")?;
    let nodes = router.nodes().iter().map(|node| {
        let replicas = node.replicas.iter().map(|copy| replica_class.call1((&copy.address, &copy.zone)));
        let replicas = PyTuple::new(py, replicas.collect::<PyResult<Vec<_>>>()?)?;
        node_class.call1((&node.name, &node.address, node.weight, &node.zone, replicas))
    });
    Ok(PyTuple::new(py, nodes.collect::<PyResult<Vec<_>>>()?)?.unbind())
}

/// A key: `str` where it is wanted and it is UTF-8, else `bytes`.
pub(crate) fn key_like<'py>(py: Python<'py>, key: &[u8], as_text: bool) -> Bound<'py, PyAny> {
    match str::from_utf8(key) {
        Ok(text) if as_text => PyString::new(py, text).into_any(),
        _ => PyBytes::new(py, key).into_any(),
    }
}

/// What a JSON text says.
pub(crate) fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    LOADS.import(py, "json", "loads")?.call1((json,))
}
