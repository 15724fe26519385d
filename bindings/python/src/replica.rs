//! The class `ReplicaSet`.

use keyhome_bindings_common::{self as common, ErrorKind, ReadFrom};
use pyo3::{IntoPyObjectExt, prelude::*};

use crate::{
    arguments::{index_of, number, text, time_of},
    failure::{Raised, wrong_type},
    nodes::from_json,
    options::Options,
    router::router_of,
    state::State,
};

/// Which endpoint of a node, its primary or one of its replicas, serves a read.
///
/// An endpoint is a number: 0 is the primary, then the replicas in the order of `node.replicas`. Load and latency are
/// what is reported: `sent`, and then one of `done`, `failed`, `released`. Times are whole microseconds of any clock
/// that does not run backwards, the same in all calls. Threads may share it.
///
/// Args:
///     router: The router that has the node.
///     index: The index of the node.
///     options: `read_from`: `primary` (the default), `replica`, `prefer-replica`, `nearest`, `round-robin`, `random`,
///         `least-latency`; `zone`: where the caller stands. Other members are not looked at, so that what
///         `pool_settings` gives can be passed as it is.
///
/// Raises:
///     KeyhomeError: `argument.range` where there is no such node; `argument.type`, also for another word.
///
/// Example:
///     >>> cluster = [[0, 16383, ["10.0.0.1", 6379, "a"], ["10.0.0.2", 6379, "b"], ["10.0.0.3", 6379, "c"]]]
///     >>> router = keyhome.Router.from_cluster(cluster)
///     >>> replicas = keyhome.ReplicaSet(router, 0, {"read_from": "prefer-replica"})
///     >>> endpoint = replicas.choose(0x5bd1e995, 1_000_000)
///     >>> replicas.sent(endpoint, 1_000_000)
///     >>> replicas.done(endpoint, 250, 1_000_250)
///     >>> endpoint, replicas.latency(endpoint), replicas.choose(7, 1_000_300)
///     (1, 250, 2)
///     >>> replicas.choose(7, 1_000_400, "primary")
///     0
#[pyclass(frozen, module = "keyhome", name = "ReplicaSet")]
pub(crate) struct ReplicaSet {
    state: State<common::ReplicaSet>,
}

fn read_from_of(word: &Bound<'_, PyAny>) -> PyResult<ReadFrom> {
    let read_from = common::read_from(text("read_from", word, ErrorKind::ArgumentType)?);
    read_from.map_err(|failure| failure.raised(word.py()))
}

impl ReplicaSet {
    /// A call about an endpoint.
    #[inline(always)]
    fn tell(
        &self,
        endpoint: &Bound<'_, PyAny>,
        call: impl FnOnce(&mut common::ReplicaSet, usize) -> Result<(), common::Error>,
    ) -> PyResult<()> {
        let (py, endpoint) = (endpoint.py(), index_of(endpoint)?);
        self.state.with(py, |replicas| call(replicas, endpoint))?.map_err(|error| error.raised(py))
    }
}

#[pymethods]
impl ReplicaSet {
    #[new]
    #[pyo3(signature = (router, index, options = None))]
    fn new(
        router: &Bound<'_, PyAny>,
        index: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (py, router, index) = (router.py(), router_of(router)?, index_of(index)?);
        let (mut read_from, mut zone) = (None, None);
        if let Some(options) = options {
            let options = Options::of("options, a mapping,", options)?;
            (read_from, zone) = (options.text("read_from")?, options.text("zone")?);
        }
        let replicas = common::replica_set(router, index, read_from.as_deref(), zone.as_deref());
        Ok(Self { state: State::new(replicas.map_err(|failure| failure.raised(py))?) })
    }

    /// The endpoint that serves a read.
    ///
    /// Args:
    ///     dice: Any number from 0 to 2**64 - 1, another one for each call, such as `random.getrandbits(64)`. Only `random`
    ///         and `least-latency` look at it.
    ///     now: The time in microseconds.
    ///     read_from: Another policy for this one read.
    ///
    /// Returns:
    ///     The endpoint.
    ///
    /// Raises:
    ///     KeyhomeError: `replica.unavailable` where nothing that the policy allows is up; `argument.type`, also for
    ///         another word; `argument.range`.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).choose(7, 1_000_000)
    ///     0
    #[pyo3(signature = (dice, now, read_from = None, /))]
    fn choose(
        &self,
        dice: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
        read_from: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<usize> {
        let py = now.py();
        let (dice, now) = (number("a throw of the dice", dice, u64::MAX)?, time_of(now)?);
        let read_from = read_from.map(read_from_of).transpose()?;
        let choose = |replicas: &mut common::ReplicaSet| match read_from {
            Some(read_from) => replicas.choose_from(read_from, dice, now),
            None => replicas.choose(dice, now),
        };
        self.state.with(py, choose)?.map_err(|error| error.raised(py))
    }

    /// Tells that a request went to an endpoint.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.range` where there is no such endpoint; `argument.type`.
    ///
    /// Example:
    ///     >>> replicas = keyhome.ReplicaSet(router, 0)
    ///     >>> replicas.sent(0, 1_000_000)
    ///     >>> replicas.in_flight(0)
    ///     1
    #[pyo3(signature = (endpoint, now, /))]
    fn sent(&self, endpoint: &Bound<'_, PyAny>, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = time_of(now)?;
        self.tell(endpoint, |replicas, endpoint| replicas.sent(endpoint, now))
    }

    /// Tells that an endpoint replied.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///     latency: How long it took, in microseconds.
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: As for `sent`.
    ///
    /// Example:
    ///     >>> replicas = keyhome.ReplicaSet(router, 0)
    ///     >>> replicas.sent(0, 1_000_000)
    ///     >>> replicas.done(0, 400, 1_000_400)
    ///     >>> replicas.latency(0)
    ///     400
    #[pyo3(signature = (endpoint, latency, now, /))]
    fn done(
        &self,
        endpoint: &Bound<'_, PyAny>,
        latency: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (latency, now) = (time_of(latency)?, time_of(now)?);
        self.tell(endpoint, |replicas, endpoint| replicas.done(endpoint, latency, now))
    }

    /// Tells that an endpoint did not reply: the connection was refused or closed, or the request timed out. Three in a
    /// row, and it is left out for a second, longer each time; but never more than half of the endpoints are.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: As for `sent`.
    ///
    /// Example:
    ///     >>> replicas = keyhome.ReplicaSet(router, 0)
    ///     >>> replicas.sent(0, 1_000_000)
    ///     >>> replicas.failed(0, 1_200_000)
    ///     >>> replicas.snapshot()["endpoints"][0]["failures"]
    ///     1
    #[pyo3(signature = (endpoint, now, /))]
    fn failed(&self, endpoint: &Bound<'_, PyAny>, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = time_of(now)?;
        self.tell(endpoint, |replicas, endpoint| replicas.failed(endpoint, now))
    }

    /// Tells that a request is over, and that its time says nothing: it was cancelled, or it was a write or a whole
    /// pipeline.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: As for `sent`.
    ///
    /// Example:
    ///     >>> replicas = keyhome.ReplicaSet(router, 0)
    ///     >>> replicas.sent(0, 1_000_000)
    ///     >>> replicas.released(0, 1_000_400)
    ///     >>> replicas.in_flight(0), replicas.latency(0)
    ///     (0, None)
    #[pyo3(signature = (endpoint, now, /))]
    fn released(&self, endpoint: &Bound<'_, PyAny>, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let now = time_of(now)?;
        self.tell(endpoint, |replicas, endpoint| replicas.released(endpoint, now))
    }

    /// Says whether an endpoint may be read from at all.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///     up: Whether it may. Failures of one that comes up are forgotten.
    ///
    /// Raises:
    ///     KeyhomeError: As for `sent`.
    ///
    /// Example:
    ///     >>> replicas = keyhome.ReplicaSet(router, 0)
    ///     >>> replicas.set_up(0, False)
    ///     >>> replicas.is_up(0)
    ///     False
    #[pyo3(signature = (endpoint, up))]
    fn set_up(&self, endpoint: &Bound<'_, PyAny>, up: &Bound<'_, PyAny>) -> PyResult<()> {
        let up = up.extract::<bool>().map_err(|_| wrong_type("up, True or False,", up).raised(up.py()))?;
        self.tell(endpoint, |replicas, endpoint| replicas.set_up(endpoint, up))
    }

    /// Whether an endpoint may be read from.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///
    /// Returns:
    ///     Whether it may; `False` where there is no such endpoint.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> replicas = keyhome.ReplicaSet(router, 0)
    ///     >>> replicas.is_up(0), replicas.is_up(1)
    ///     (True, False)
    #[pyo3(signature = (endpoint, /))]
    fn is_up(&self, endpoint: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (py, endpoint) = (endpoint.py(), index_of(endpoint)?);
        self.state.with(py, |replicas| replicas.is_up(endpoint))
    }

    /// How many requests an endpoint has been sent that are not over.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///
    /// Returns:
    ///     How many; 0 where there is no such endpoint.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).in_flight(0)
    ///     0
    #[pyo3(signature = (endpoint, /))]
    fn in_flight(&self, endpoint: &Bound<'_, PyAny>) -> PyResult<u32> {
        let (py, endpoint) = (endpoint.py(), index_of(endpoint)?);
        self.state.with(py, |replicas| replicas.in_flight(endpoint))
    }

    /// The moving average of the latencies of an endpoint, as of when it last moved.
    ///
    /// Args:
    ///     endpoint: The endpoint.
    ///
    /// Returns:
    ///     Microseconds; `None` where none is known.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).latency(0) is None
    ///     True
    #[pyo3(signature = (endpoint, /))]
    fn latency(&self, endpoint: &Bound<'_, PyAny>) -> PyResult<Option<u64>> {
        let (py, endpoint) = (endpoint.py(), index_of(endpoint)?);
        self.state.with(py, |replicas| replicas.latency(endpoint))
    }

    /// How many endpoints there are.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).count
    ///     1
    #[getter]
    fn count(&self, py: Python<'_>) -> PyResult<usize> {
        self.state.with(py, |replicas| replicas.count())
    }

    /// The policy that was given.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).read_from
    ///     'primary'
    #[getter]
    fn read_from(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.state.with(py, |replicas| replicas.read_from().word())
    }

    /// Takes the endpoints of a node of another router, after a failover or a reload. What is known of an address that
    /// stays is kept.
    ///
    /// Args:
    ///     router: The router that has the node.
    ///     index: The index of the node.
    ///
    /// Returns:
    ///     For each old endpoint its new place, under which requests in flight are reported; `None` where it is gone.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.range` where there is no such node; `argument.type`.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).replace(router, 1)
    ///     [None]
    #[pyo3(signature = (router, index))]
    fn replace<'py>(
        &self,
        router: &Bound<'py, PyAny>,
        index: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, router, index) = (router.py(), router_of(router)?, index_of(index)?);
        let places = self.state.with(py, |replicas| common::replace(replicas, router, index))?;
        places.map_err(|failure| failure.raised(py))?.into_bound_py_any(py)
    }

    /// All that is known: `read_from`, `zone` and `endpoints`.
    ///
    /// Example:
    ///     >>> keyhome.ReplicaSet(router, 0).snapshot()["endpoints"][0]["address"]
    ///     '10.0.0.1:6379'
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.state.with(py, |replicas| common::replica_snapshot(replicas))?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (word, count) =
            self.state.with(py, |replicas| (replicas.read_from().word(), replicas.count()))?;
        let s = if count == 1 { "" } else { "s" };
        Ok(format!("<keyhome.ReplicaSet: {word}, {count} endpoint{s}>"))
    }
}
