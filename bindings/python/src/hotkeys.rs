//! The class `HotKeys`.

use keyhome_bindings_common as common;
use pyo3::{
    prelude::*,
    types::{PyBytes, PyDict, PyList},
};

use crate::{
    arguments::{number, time_of},
    failure::{Raised, wrong_type},
    nodes::key_like,
    raw::{read_key, text_or_bytes, with_packed},
    state::State,
};

/// The hottest keys of a stream, in memory that does not grow, with bounds on every count.
///
/// Counts are never too low, and by how much each may be too high is known. Times are whole microseconds of any clock,
/// the same in all summaries that are to be merged. Threads may share it.
///
/// Args:
///     capacity: The number of keys that have a counter, 1 to 4096. Each takes some 240 bytes.
///     window: Microseconds between two halvings of all counts; 0 for never.
///
/// Raises:
///     KeyhomeError: `argument.range`, `argument.type`.
///
/// Example:
///     >>> hot = keyhome.HotKeys(capacity=64, window=10_000_000)
///     >>> for user in range(1000):
///     ...     _ = hot.record("feed:home", 1_000_000)
///     ...     _ = hot.record(f"user:{user}", 1_000_000)
///     >>> hot.top(1)
///     [{'key': 'feed:home', 'length': 9, 'count': 1000, 'error': 0}]
#[pyclass(frozen, module = "keyhome", name = "HotKeys")]
pub(crate) struct HotKeys {
    state: State<common::HotKeys>,
}

/// Reads a key in place: `read` runs no Python code.
#[inline(always)]
fn with_key<T>(key: &Bound<'_, PyAny>, read: impl FnOnce(&[u8]) -> T) -> PyResult<T> {
    match text_or_bytes(key.as_borrowed()) {
        Some(key) => Ok(read(key)),
        None => read_key(key, read).map_err(|error| error.raised(key.py())),
    }
}

#[pymethods]
impl HotKeys {
    #[new]
    #[pyo3(signature = (capacity = None, window = None))]
    fn new(
        py: Python<'_>,
        capacity: Option<&Bound<'_, PyAny>>,
        window: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let capacity = capacity.map(|capacity| number("the capacity", capacity, u64::MAX)).transpose()?;
        let window = window.map(time_of).transpose()?;
        let hot_keys = common::HotKeys::new(&common::hot_keys_options(capacity, window));
        Ok(Self { state: State::new(hot_keys.map_err(|error| error.raised(py))?) })
    }

    /// Counts a key.
    ///
    /// Args:
    ///     key: As for `slot`.
    ///     now: The time in microseconds; one before the latest that was given counts as the latest.
    ///     count: How often it is counted. Who looks at every n-th key only gives n.
    ///
    /// Returns:
    ///     How often the key was counted at least, 0 while it has no counter: to be compared with the count above which a
    ///     key is hot.
    ///
    /// Raises:
    ///     KeyhomeError: `key.encoding`, `key.type`; `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> hot = keyhome.HotKeys()
    ///     >>> hot.record("feed:home", 1_000_000), hot.record(b"feed:home", 1_000_100, 5)
    ///     (1, 6)
    #[pyo3(signature = (key, now, count = None, /))]
    fn record(
        &self,
        key: &Bound<'_, PyAny>,
        now: &Bound<'_, PyAny>,
        count: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let py = key.py();
        let now = time_of(now)?;
        let count = count.map_or(Ok(1), |count| number("a count", count, u64::MAX))?;
        with_key(key, |key| self.state.with(py, |hot| hot.record_many(key, count, now)))?
    }

    /// Lets time pass without a key: counts are halved once for each window that began since.
    ///
    /// Args:
    ///     now: The time in microseconds.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> hot = keyhome.HotKeys(window=1_000_000)
    ///     >>> _ = hot.record("feed:home", 500_000, 8)
    ///     >>> hot.advance(1_500_000)
    ///     >>> hot.total
    ///     4
    #[pyo3(signature = (now, /))]
    fn advance(&self, now: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, now) = (now.py(), time_of(now)?);
        self.state.with(py, |hot| hot.advance(now))
    }

    /// The keys of the highest counts.
    ///
    /// Args:
    ///     n: How many at most.
    ///
    /// Returns:
    ///     Highest first: `key`, a `str` where it is UTF-8 and else `bytes`; `length`, its length in bytes: of a key of
    ///     more than 128 bytes only the first 120 are kept; `count`, how often it was counted at most; `error`, by how
    ///     much that may be too high.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> hot = keyhome.HotKeys()
    ///     >>> _ = hot.record(b"\xff", 1_000_000, 2)
    ///     >>> hot.top(10)
    ///     [{'key': b'\xff', 'length': 1, 'count': 2, 'error': 0}]
    #[pyo3(signature = (n, /))]
    fn top<'py>(&self, n: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let (py, n) = (n.py(), number("n", n, u64::MAX)?);
        let keys = self.state.with(py, |hot| hot.top(usize::try_from(n).unwrap_or(usize::MAX)))?;
        let shown = keys.into_iter().map(|hot| {
            let shown = PyDict::new(py);
            shown.set_item("key", key_like(py, &hot.key, true))?;
            shown.set_item("length", hot.length)?;
            shown.set_item("count", hot.count)?;
            shown.set_item("error", hot.error)?;
            Ok(shown)
        });
        PyList::new(py, shown.collect::<PyResult<Vec<_>>>()?)
    }

    /// What is known of the count of one key, whether it has a counter or not.
    ///
    /// Args:
    ///     key: As for `slot`.
    ///
    /// Returns:
    ///     `count`, how often it was counted at most, and `error`, by how much that may be too high.
    ///
    /// Raises:
    ///     KeyhomeError: `key.encoding`, `key.type`.
    ///
    /// Example:
    ///     >>> keyhome.HotKeys().estimate("feed:home")
    ///     {'count': 0, 'error': 0}
    #[pyo3(signature = (key, /))]
    fn estimate<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let py = key.py();
        let estimate = with_key(key, |key| self.state.with(py, |hot| hot.estimate(key)))??;
        let shown = PyDict::new(py);
        shown.set_item("count", estimate.count)?;
        shown.set_item("error", estimate.error)?;
        Ok(shown)
    }

    /// How often keys were counted altogether, halved as the counts are. Every key that was counted more than `total /
    /// capacity` times has a counter.
    ///
    /// Example:
    ///     >>> keyhome.HotKeys().total
    ///     0
    #[getter]
    fn total(&self, py: Python<'_>) -> PyResult<u64> {
        self.state.with(py, |hot| hot.total())
    }

    /// No key without a counter was counted more often than this.
    ///
    /// Example:
    ///     >>> keyhome.HotKeys().floor
    ///     0
    #[getter]
    fn floor(&self, py: Python<'_>) -> PyResult<u64> {
        self.state.with(py, |hot| hot.floor())
    }

    /// `capacity` and `window`, as they were given.
    ///
    /// Example:
    ///     >>> keyhome.HotKeys(64).options
    ///     {'capacity': 64, 'window': 0}
    #[getter]
    fn options<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let options = self.state.with(py, |hot| hot.options())?;
        let shown = PyDict::new(py);
        shown.set_item("capacity", options.capacity)?;
        shown.set_item("window", options.window)?;
        Ok(shown)
    }

    /// Adds what another summary counted, as if this one had seen its keys as well. The other one stays as it is.
    ///
    /// Args:
    ///     other: A summary of the same options.
    ///
    /// Raises:
    ///     KeyhomeError: `hotkeys.merge` where the options differ; `argument.type`.
    ///
    /// Example:
    ///     >>> one, other = keyhome.HotKeys(), keyhome.HotKeys()
    ///     >>> _ = one.record("feed:home", 1_000_000, 2), other.record("feed:home", 1_000_000, 3)
    ///     >>> one.merge(other)
    ///     >>> one.estimate("feed:home")["count"]
    ///     5
    #[pyo3(signature = (other, /))]
    fn merge(&self, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else {
            return Err(wrong_type("another HotKeys", other).raised(py));
        };
        // A copy: the other one may be this one.
        let other = other.get().state.with(py, |hot| hot.clone())?;
        self.state.with(py, |hot| hot.merge(&other))?.map_err(|error| error.raised(py))
    }

    /// The whole summary in a compact form, the same bytes in every language.
    ///
    /// Example:
    ///     >>> keyhome.HotKeys(64).to_bytes()
    ///     b'khk1@\x00\x00\x00\x00\x00'
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.state.with(py, |hot| hot.to_bytes())?))
    }

    /// The summary that `to_bytes` gave, here or in another process of any language.
    ///
    /// Args:
    ///     bytes: `bytes`, or another buffer of bytes.
    ///
    /// Returns:
    ///     The summary.
    ///
    /// Raises:
    ///     KeyhomeError: `hotkeys.bytes` for bytes that are no summary; `argument.type`.
    ///
    /// Example:
    ///     >>> keyhome.HotKeys.from_bytes(keyhome.HotKeys(64).to_bytes())
    ///     <keyhome.HotKeys: 0 of 64 counters in use>
    #[staticmethod]
    #[pyo3(signature = (bytes, /))]
    fn from_bytes(bytes: &Bound<'_, PyAny>) -> PyResult<Self> {
        let hot_keys = with_packed(bytes, common::HotKeys::from_bytes)?;
        Ok(Self { state: State::new(hot_keys.map_err(|error| error.raised(bytes.py()))?) })
    }

    /// The number of keys that have a counter.
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.state.with(py, |hot| hot.len())
    }

    /// An empty summary is a summary too.
    #[allow(clippy::unused_self, reason = "Python calls it as a method")]
    fn __bool__(&self) -> bool {
        true
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (len, options) = self.state.with(py, |hot| (hot.len(), hot.options()))?;
        Ok(format!("<keyhome.HotKeys: {len} of {} counters in use>", options.capacity))
    }
}
