//! How a pool is served.

use keyhome_bindings_common::{self as common, ErrorKind};
use pyo3::prelude::*;

use crate::{arguments, failure::Raised, nodes::from_json};

/// What a config says of how a pool is served: everything but its servers.
///
/// Args:
///     text: As for `Router.from_config`.
///     pool: The name of the pool; not needed where there is one.
///
/// Returns:
///     `name`, `dialect` and the keys of the pool: for the dialect `twemproxy` with its defaults where the text says
///     nothing (a `timeout` of -1 is none), for others what the text says. Times are in milliseconds. `Health` and
///     `ReplicaSet` take it as it is.
///
/// Raises:
///     KeyhomeError: As for `Router.from_config`.
///
/// Example:
///     >>> settings = keyhome.pool_settings("pool: {servers: [10.0.0.1:6379:1], auto_eject_hosts: true}")
///     >>> settings["name"], settings["auto_eject_hosts"], settings["server_retry_timeout"]
///     ('pool', True, 30000)
#[pyfunction]
#[pyo3(signature = (text, pool = None))]
pub(crate) fn pool_settings<'py>(
    text: &Bound<'py, PyAny>,
    pool: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = text.py();
    let (text, pool) = arguments::config(text, pool)?;
    let settings = py.detach(|| common::pool_settings(text, pool));
    from_json(py, &settings.map_err(|failure| failure.raised(py))?)
}

/// The names of the pools of a text that `Router.read` takes, in its order.
///
/// Args:
///     text: A config, or the reply of CLUSTER NODES.
///
/// Returns:
///     The names; of a cluster, which has no pools, an empty list.
///
/// Raises:
///     KeyhomeError: The codes `config.*`, with line and column; `argument.type`.
///
/// Example:
///     >>> keyhome.pool_names("cache: {servers: [10.0.0.1:6379:1]}\njobs: {servers: [10.0.0.2:6379:1]}")
///     ['cache', 'jobs']
#[pyfunction]
#[pyo3(signature = (text, /))]
pub(crate) fn pool_names<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = text.py();
    let text = arguments::text("the config", text, ErrorKind::ConfigSyntax)?;
    let names = py.detach(|| common::pool_names(text));
    from_json(py, &names.map_err(|failure| failure.raised(py))?)
}
