//! The class `Health`.

use keyhome_bindings_common::{self as common, ErrorKind, LiveSet};
use pyo3::{intern, prelude::*, types::PyString};

use crate::{
    arguments::{index_of, number, text, time_of},
    failure::Raised,
    nodes::from_json,
    options::Options,
    router::router_of,
    state::State,
};

/// Which nodes of a pool take part: ejection and return, as in twemproxy.
///
/// It has no clock and no thread of its own. Times are whole microseconds of any clock that does not run backwards, the
/// same in all calls. Threads may share it.
///
/// Args:
///     rules: `on_failure`, `auto_eject_hosts`, `server_failure_limit`, `server_retry_timeout` (milliseconds), each with
///         twemproxy's default where it is not given. Other members are not looked at, so that what `pool_settings`
///         gives can be passed as it is.
///     nodes: The number of nodes. All are live at first.
///
/// Raises:
///     KeyhomeError: `pool.empty` for no node, `config.nodes` for more than 65,535; `argument.type`, also for a word that
///         is not one of `on_failure`; `argument.range`.
///
/// Example:
///     >>> health = keyhome.Health({"auto_eject_hosts": True, "server_failure_limit": 1}, len(router.nodes))
///     >>> now = 1_000_000
///     >>> health.report(0, "failure", now)
///     >>> health.update(now)
///     'changed'
///     >>> router.without_indexes(health.gone()).node("user:{1000}:name").name
///     'redis-3'
///     >>> health.update(now + 30_000_001), [event["event"] for event in health.take_events()]
///     ('changed', ['ejected', 'returned'])
#[pyclass(frozen, module = "keyhome", name = "Health")]
pub(crate) struct Health {
    state: State<common::Health>,
    nodes: usize,
}

fn rules_of(rules: &Bound<'_, PyAny>) -> PyResult<common::Rules> {
    let py = rules.py();
    let rules = Options::of("rules, a mapping,", rules)?;
    let on_failure = rules.text("on_failure")?;
    let auto_eject_hosts = rules.switch("auto_eject_hosts")?;
    let server_failure_limit = rules.number("server_failure_limit")?;
    let server_retry_timeout = rules.number("server_retry_timeout")?;
    common::rules(on_failure.as_deref(), auto_eject_hosts, server_failure_limit, server_retry_timeout)
        .map_err(|failure| failure.raised(py))
}

#[pymethods]
impl Health {
    #[new]
    #[pyo3(signature = (rules, nodes))]
    fn new(rules: &Bound<'_, PyAny>, nodes: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = rules.py();
        let rules = rules_of(rules)?;
        let nodes = number("the number of nodes", nodes, u64::MAX)? as usize;
        let health = common::Health::new(rules, nodes).map_err(|error| error.raised(py))?;
        Ok(Self { state: State::new(health), nodes })
    }

    /// Whether nodes came or went since the last call. It is called before each request, and before its key is placed:
    /// nodes whose time is over come back here.
    ///
    /// Args:
    ///     now: The time in microseconds.
    ///
    /// Returns:
    ///     `same`; `changed`: keys are placed by `router.without_indexes(health.gone())` from now on; `empty`: no node
    ///     is left, and the request is refused without asking anybody.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> keyhome.Health({}, 3).update(1_000_000)
    ///     'same'
    #[pyo3(signature = (now, /))]
    fn update<'py>(&self, now: &Bound<'py, PyAny>) -> PyResult<&Bound<'py, PyString>> {
        let py = now.py();
        let now = time_of(now)?;
        Ok(match self.state.with(py, |health| health.update(now))? {
            LiveSet::Same => intern!(py, "same"),
            LiveSet::Changed => intern!(py, "changed"),
            LiveSet::Empty => intern!(py, "empty"),
        })
    }

    /// Lets a request to a node pass, or refuses it. Only `on_failure: fail` refuses.
    ///
    /// Args:
    ///     index: The index of the node.
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: `node.ejected` where the node is left alone for now; `argument.range` where there is no such node;
    ///         `argument.type`.
    ///
    /// Example:
    ///     >>> health = keyhome.Health({"on_failure": "fail", "auto_eject_hosts": True, "server_failure_limit": 1}, 3)
    ///     >>> health.admit(2, 1_000_000)
    ///     >>> health.report(2, "failure", 1_000_500)
    ///     >>> try:
    ///     ...     health.admit(2, 1_001_000)
    ///     ... except keyhome.KeyhomeError as error:
    ///     ...     print(error.code)
    ///     node.ejected
    #[pyo3(signature = (index, now, /))]
    fn admit(&self, index: &Bound<'_, PyAny>, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, index, now) = (now.py(), index_of(index)?, time_of(now)?);
        self.state.with(py, |health| health.admit(index, now))?.map_err(|error| error.raised(py))
    }

    /// Tells what became of a request to a node, or of a check of it.
    ///
    /// Args:
    ///     index: The index of the node.
    ///     outcome: `reply`: it was answered, an error that is not `is_failure` included; `failure`: the connection was
    ///         refused, reset, timed out or closed, one connection being one failure; `check_passed`, `check_failed`.
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.range` where there is no such node; `argument.type`, also for another word.
    ///
    /// Example:
    ///     >>> health = keyhome.Health({"auto_eject_hosts": True}, 3)
    ///     >>> health.report(1, "failure", 1_000_000)
    ///     >>> health.report(1, "failure", 1_000_100)
    ///     >>> health.is_live(1), health.live
    ///     (False, 2)
    #[pyo3(signature = (index, outcome, now))]
    fn report(
        &self,
        index: &Bound<'_, PyAny>,
        outcome: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let py = now.py();
        let index = index_of(index)?;
        let outcome = common::outcome(text("the outcome", outcome, ErrorKind::ArgumentType)?);
        let (outcome, now) = (outcome.map_err(|failure| failure.raised(py))?, time_of(now)?);
        self.state.with(py, |health| health.report(index, outcome, now))?.map_err(|error| error.raised(py))
    }

    /// What happened since the last call, in order, to be told to people.
    ///
    /// Returns:
    ///     Events: `ejected` and `postponed` with `index`, `at`, `until`; `returned` with `index`, `at`, `away` (for how
    ///     long) and `keys_elsewhere` (whether keys were placed elsewhere meanwhile); `all_gone` with `at`, `until`. Of
    ///     what nobody takes, the latest 1,024 are kept.
    ///
    /// Example:
    ///     >>> health = keyhome.Health({"auto_eject_hosts": True, "server_failure_limit": 1}, 3)
    ///     >>> health.report(1, "failure", 1_000_000)
    ///     >>> health.take_events(), health.take_events()
    ///     ([{'event': 'ejected', 'index': 1, 'at': 1000000, 'until': 31000000}], [])
    fn take_events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.state.with(py, common::take_events)?)
    }

    /// The nodes to check now, with `on_failure: probe`. Each is given once; if nothing is reported of it, again after
    /// `server_retry_timeout`.
    ///
    /// Args:
    ///     now: The time in microseconds.
    ///
    /// Returns:
    ///     Indexes, ascending; none in other modes.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> health = keyhome.Health({"on_failure": "probe", "auto_eject_hosts": True, "server_failure_limit": 1}, 3)
    ///     >>> health.report(1, "failure", 1_000_000)
    ///     >>> health.next_check(), health.due_checks(31_000_000), health.next_check()
    ///     (31000000, [1], 61000000)
    #[pyo3(signature = (now, /))]
    fn due_checks(&self, now: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
        let (py, now) = (now.py(), time_of(now)?);
        self.state.with(py, |health| health.due_checks(now))
    }

    /// When the next check is due, with `on_failure: probe`.
    ///
    /// Returns:
    ///     The time in microseconds; `None` while there is nothing to check.
    ///
    /// Example:
    ///     >>> keyhome.Health({"on_failure": "probe"}, 3).next_check() is None
    ///     True
    fn next_check(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        self.state.with(py, |health| health.next_check())
    }

    /// The nodes that placement does without, for `router.without_indexes` of the router with all nodes.
    ///
    /// Returns:
    ///     Indexes, ascending. They change when `update` says `changed` and at no other time; with `on_failure: fail`
    ///     there are none.
    ///
    /// Example:
    ///     >>> keyhome.Health({}, 3).gone()
    ///     []
    fn gone(&self, py: Python<'_>) -> PyResult<Vec<usize>> {
        self.state.with(py, |health| health.gone())
    }

    /// Whether a node was live when nodes were last counted.
    ///
    /// Args:
    ///     index: The index of the node.
    ///
    /// Returns:
    ///     Whether it was; `False` where there is no such node.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> keyhome.Health({}, 3).is_live(2), keyhome.Health({}, 3).is_live(3)
    ///     (True, False)
    #[pyo3(signature = (index, /))]
    fn is_live(&self, index: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (py, index) = (index.py(), index_of(index)?);
        self.state.with(py, |health| health.is_live(index))
    }

    /// How many nodes were live when they were last counted.
    ///
    /// Example:
    ///     >>> keyhome.Health({}, 3).live
    ///     3
    #[getter]
    fn live(&self, py: Python<'_>) -> PyResult<usize> {
        self.state.with(py, |health| health.live())
    }

    /// Whether every request is refused because no node is live. Never with `on_failure: fail`, which refuses by node.
    ///
    /// Example:
    ///     >>> keyhome.Health({}, 3).is_all_gone()
    ///     False
    fn is_all_gone(&self, py: Python<'_>) -> PyResult<bool> {
        self.state.with(py, |health| health.is_all_gone())
    }

    /// The health of another list of nodes, after a reload.
    ///
    /// A node whose name stays keeps what is known about it; the others are new and live.
    /// The owner is taken to place keys by all of `new`, so that the first `update` is `changed` if some of its nodes are
    /// out. Events carry the new indexes; those of this health, which stays as it is, are taken first.
    ///
    /// Args:
    ///     rules: As for the class.
    ///     old: The router of all the nodes that this is the health of.
    ///     new: The router of all nodes that there are from now on.
    ///     now: The time in microseconds.
    ///
    /// Returns:
    ///     The health of the nodes of `new`.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.range` where `old` has another number of nodes than this health; those of the class.
    ///
    /// Example:
    ///     >>> old = keyhome.Router.from_config("pool: {servers: [a:6379:1, b:6379:1, c:6379:1]}")
    ///     >>> new = keyhome.Router.from_config("pool: {servers: [c:6379:1, d:6379:1, b:6379:1]}")
    ///     >>> rules = {"auto_eject_hosts": True, "server_failure_limit": 1}
    ///     >>> health = keyhome.Health(rules, 3)
    ///     >>> health.report(1, "failure", 1_000_000)
    ///     >>> health = health.reloaded(rules, old, new, 2_000_000)
    ///     >>> health.update(2_000_000), health.gone()
    ///     ('changed', [2])
    #[pyo3(signature = (rules, old, new, now))]
    fn reloaded(
        &self,
        rules: &Bound<'_, PyAny>,
        old: &Bound<'_, PyAny>,
        new: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let py = rules.py();
        let (rules, old, new, now) = (rules_of(rules)?, router_of(old)?, router_of(new)?, time_of(now)?);
        let health = self.state.with(py, |health| health.reloaded(rules, old.nodes(), new.nodes(), now))?;
        let health = health.map_err(|error| error.raised(py))?;
        Ok(Self { state: State::new(health), nodes: new.nodes().len() })
    }

    /// All that is known: `rules`, `live`, `next_rebuild` and `nodes`.
    ///
    /// Example:
    ///     >>> keyhome.Health({}, 1).snapshot()["nodes"][0]["failure_count"]
    ///     0
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.state.with(py, |health| common::health_snapshot(health))?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (word, live) = self.state.with(py, |health| (health.rules().on_failure.word(), health.live()))?;
        Ok(format!("<keyhome.Health: {word}, {live} of {} nodes live>", self.nodes))
    }
}
