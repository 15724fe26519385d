//! The class `Router`. Its methods `index` and `node` are in [`crate::raw`].

use std::sync::Arc;

use keyhome_bindings_common as common;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyList, PyString, PyTuple},
};

use crate::{
    arguments, batch,
    failure::{Raised, wrong_type},
    nodes::{from_json, key_like, nodes_of},
    origin::{Origin, Remade},
    raw::{read_key, with_packed},
    reply::reply_of,
};

/// A pool made ready to answer which of its nodes owns a key.
///
/// Make one with `Router.from_config` or `Router.from_cluster`. It never changes, so that threads may share it and
/// forked processes may go on using it; it can be pickled, and is then made anew from what it was made from.
///
/// Example:
///     >>> router = keyhome.Router.from_config('''
///     ... sessions:
///     ...   hash_tag: "{}"
///     ...   servers:
///     ...    - 10.0.0.1:6379:1 redis-1
///     ...    - 10.0.0.2:6379:2 redis-2
///     ...    - 10.0.0.3:6379:1 redis-3
///     ... ''')
///     >>> router
///     <keyhome.Router: twemproxy, 3 nodes>
///     >>> router.index("user:{1000}:name") == router.index("user:{1000}:cart")
///     True
#[pyclass(frozen, module = "keyhome", name = "Router")]
pub(crate) struct Router {
    pub(crate) core: common::Router,
    shared: Arc<Shared>,
    /// What was taken away, for [`Router::__reduce__`].
    gone: Vec<String>,
}

/// What a router and its `without` routers share.
struct Shared {
    origin: Origin,
    /// Made when first asked for.
    nodes: PyOnceLock<Py<PyTuple>>,
}

impl Router {
    fn new(core: common::Router, origin: Origin) -> Self {
        Self { core, shared: Arc::new(Shared { origin, nodes: PyOnceLock::new() }), gone: Vec::new() }
    }

    /// The nodes, if somebody has asked for them before.
    #[inline(always)]
    pub(crate) fn made_nodes<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyTuple>> {
        self.shared.nodes.get(py).map(|nodes| nodes.bind(py))
    }

    /// The index of a key of any kind.
    pub(crate) fn index_of(&self, key: &Bound<'_, PyAny>) -> PyResult<usize> {
        let py = key.py();
        let index = read_key(key, |key| self.core.index(key)).map_err(|error| error.raised(py))?;
        index.map_err(|error| error.raised(py))
    }

    fn indexes_of(&self, keys: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
        let mut all = Vec::new();
        let mut some = Vec::new();
        batch::each(keys, |keys| {
            self.core.indexes(keys, &mut some)?;
            all.extend_from_slice(&some);
            Ok(())
        })?;
        Ok(all)
    }
}

/// The core of a router.
pub(crate) fn router_of<'a>(router: &'a Bound<'_, PyAny>) -> PyResult<&'a common::Router> {
    let router = router.cast::<Router>().map_err(|_| wrong_type("a Router", router).raised(router.py()))?;
    Ok(&router.get().core)
}

#[pymethods]
impl Router {
    /// The router of a pool of a config.
    ///
    /// Args:
    ///     text: A nutcracker.yml as it stands, with keys of keyhome's own or without, in YAML or in JSON.
    ///     pool: The name of the pool; not needed where there is one.
    ///
    /// Returns:
    ///     The router.
    ///
    /// Raises:
    ///     KeyhomeError: The codes `config.*`, with line and column; `pool.required` and `pool.unknown`;
    ///         `argument.type`.
    ///
    /// Example:
    ///     >>> keyhome.Router.from_config("pool: {servers: [10.0.0.1:6379:1, 10.0.0.2:6379:1]}")
    ///     <keyhome.Router: twemproxy, 2 nodes>
    #[staticmethod]
    #[pyo3(signature = (text, pool = None))]
    pub(crate) fn from_config(text: &Bound<'_, PyAny>, pool: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let py = text.py();
        let (text, pool) = arguments::config(text, pool)?;
        let router = py.detach(|| common::from_config(text, pool)).map_err(|failure| failure.raised(py))?;
        Ok(Self::new(router, Origin::Text { text: text.to_owned(), pool: pool.map(str::to_owned) }))
    }

    /// The router of a config, or of the text of CLUSTER NODES, whichever it is.
    ///
    /// That is what the `keyhome` command takes as `-c`. `pool_names` says which pools there are to choose from.
    ///
    /// Args:
    ///     text: As for `from_config`, or the reply of CLUSTER NODES.
    ///     pool: The name of the pool; not needed where there is one. A cluster has none.
    ///
    /// Returns:
    ///     The router.
    ///
    /// Raises:
    ///     KeyhomeError: As for `from_config` and `from_cluster`.
    ///
    /// Example:
    ///     >>> nodes = "07c37dfeb235213a872192d90877d0cd55635b91 10.0.0.1:6379@16379 master - 0 0 1 connected 0-16383"
    ///     >>> keyhome.Router.read(nodes)
    ///     <keyhome.Router: redis-cluster, 1 node>
    #[staticmethod]
    #[pyo3(signature = (text, pool = None))]
    pub(crate) fn read(text: &Bound<'_, PyAny>, pool: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let py = text.py();
        let (text, pool) = arguments::config(text, pool)?;
        let router = py.detach(|| common::read(text, pool)).map_err(|failure| failure.raised(py))?;
        Ok(Self::new(router, Origin::Text { text: text.to_owned(), pool: pool.map(str::to_owned) }))
    }

    /// The router of a Redis Cluster, from what it says of itself.
    ///
    /// Only primaries that own slots are nodes, in the order of their lowest slot, named `host:port`.
    ///
    /// Args:
    ///     reply: The text of CLUSTER NODES, or the reply of CLUSTER SLOTS or CLUSTER SHARDS as a client library
    ///         hands it over: `str`, `bytes`, `int`, `None`, in lists, tuples and dictionaries. redis-py hands all
    ///         three over as they are when it is called as `execute_command("CLUSTER", "SHARDS")`.
    ///
    /// Returns:
    ///     The router.
    ///
    /// Raises:
    ///     KeyhomeError: `cluster.reply` for a reply that cannot be read, or in which nobody owns a slot;
    ///         `config.slots` where two primaries own one slot.
    ///
    /// Example:
    ///     >>> router = keyhome.Router.from_cluster([[0, 16383, ["10.0.0.1", 6379, "id"], ["10.0.0.2", 6379, "id"]]])
    ///     >>> router.node("user:1001")
    ///     Node(name='10.0.0.1:6379', address='10.0.0.1:6379', weight=1, zone=None, replicas=(Replica(address='10.0.0.2:6379', zone=None),))
    #[staticmethod]
    #[pyo3(signature = (reply, /))]
    pub(crate) fn from_cluster(reply: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = reply.py();
        let reply = reply_of(reply).map_err(|failure| failure.raised(py))?;
        let router =
            py.detach(|| common::from_cluster(reply.clone())).map_err(|failure| failure.raised(py))?;
        Ok(Self::new(router, Origin::Cluster(reply)))
    }

    /// The nodes in the order of the config, or of their lowest slot; an index points into it.
    ///
    /// Those taken away by `without` are still there.
    ///
    /// Example:
    ///     >>> [node.name for node in router.nodes]
    ///     ['redis-1', 'redis-2', 'redis-3']
    #[getter]
    pub(crate) fn nodes<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyTuple>> {
        Ok(self.shared.nodes.get_or_try_init(py, || nodes_of(py, &self.core))?.bind(py))
    }

    /// The indexes of the nodes on which many keys live.
    ///
    /// Args:
    ///     keys: A list, a tuple or anything else that yields keys.
    ///
    /// Returns:
    ///     The indexes in the order of the keys, as an `array.array` of 32-bit numbers; `np.frombuffer(indexes, "u4")`
    ///     reads it in place.
    ///
    /// Raises:
    ///     KeyhomeError: As for `index`, for the first key without a home, with its `position`; `argument.type`.
    ///
    /// Example:
    ///     >>> router.indexes(["user:{1000}:name", b"user:1001"])
    ///     array('I', [0, 1])
    #[pyo3(signature = (keys, /))]
    fn indexes<'py>(&self, keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        batch::array(keys.py(), "I", &self.indexes_of(keys)?, u32::to_ne_bytes)
    }

    /// The indexes of the nodes on which many keys live that lie one behind the other.
    ///
    /// Args:
    ///     bytes: All keys, without anything between them.
    ///     offsets: One number more than there are keys: key `i` is `bytes[offsets[i]:offsets[i + 1]]`. A buffer of
    ///         32-bit or 64-bit integers, such as `array.array("I")` or a numpy array, or a list of `int`.
    ///
    /// Returns:
    ///     The indexes in the order of the keys, as an `array.array` of 32-bit numbers.
    ///
    /// Raises:
    ///     KeyhomeError: As for `indexes`; `batch.offsets` where the offsets do not fit the bytes.
    ///
    /// Example:
    ///     >>> router.indexes_packed(b"user:1001order:77", [0, 9, 17])
    ///     array('I', [1, 0])
    #[pyo3(signature = (bytes, offsets, /))]
    fn indexes_packed<'py>(
        &self,
        bytes: &Bound<'py, PyAny>,
        offsets: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let offsets = arguments::offsets(offsets)?;
        let mut indexes = Vec::new();
        with_packed(bytes, |bytes| self.core.indexes_packed(bytes, &offsets, &mut indexes))?
            .map_err(|error| error.raised(bytes.py()))?;
        batch::array(bytes.py(), "I", &indexes, u32::to_ne_bytes)
    }

    /// Which keys live on which node.
    ///
    /// Args:
    ///     keys: A list, a tuple or anything else that yields keys.
    ///
    /// Returns:
    ///     For the index of each node that has some of the keys, in ascending order, the positions of its keys.
    ///
    /// Raises:
    ///     KeyhomeError: As for `indexes`.
    ///
    /// Example:
    ///     >>> router.group(["user:1001", "order:77", "user:1002"])
    ///     {0: [1], 1: [0, 2]}
    #[pyo3(signature = (keys, /))]
    fn group<'py>(&self, keys: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
        let py = keys.py();
        let mut positions: Vec<Vec<usize>> = vec![Vec::new(); self.core.nodes().len()];
        for (position, index) in self.indexes_of(keys)?.into_iter().enumerate() {
            positions[index as usize].push(position);
        }
        let groups = PyDict::new(py);
        for (index, positions) in
            positions.into_iter().enumerate().filter(|(_, positions)| !positions.is_empty())
        {
            groups.set_item(index, PyList::new(py, positions)?)?;
        }
        Ok(groups)
    }

    /// The nodes that follow the home of a key.
    ///
    /// Along the ring; in a `modula` pool along its list; in a `charsum` pool along the nodes; `redis-cluster` has
    /// none. Who takes over when a node dies is `without([home]).node(key)`, which need not be the first of these.
    ///
    /// Args:
    ///     key: As for `index`.
    ///     n: How many at most.
    ///
    /// Returns:
    ///     Each node once, without the home.
    ///
    /// Raises:
    ///     KeyhomeError: As for `index`; `argument.type` where `n` is not a whole number from 0 on.
    ///
    /// Example:
    ///     >>> [node.name for node in router.successors("user:{1000}:name", 2)]
    ///     ['redis-3', 'redis-2']
    #[pyo3(signature = (key, n))]
    fn successors<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        n: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyList>> {
        let py = key.py();
        let n = arguments::count(n)?;
        let indexes =
            read_key(key, |key| common::successors(&self.core, key, n)).map_err(|error| error.raised(py))?;
        let nodes = self.nodes(py)?;
        let successors = indexes.map_err(|failure| failure.raised(py))?;
        let successors = successors.into_iter().map(|index| nodes.get_item(index as usize));
        PyList::new(py, successors.collect::<PyResult<Vec<_>>>()?)
    }

    /// The router of the same pool without some of its nodes.
    ///
    /// Nodes and indexes stay as they are; the named nodes own nothing. A second call adds to the first.
    ///
    /// Args:
    ///     names: Names of nodes. Those already gone change nothing.
    ///
    /// Returns:
    ///     Another router.
    ///
    /// Raises:
    ///     KeyhomeError: `node.unknown`, with the `position` of the name; `pool.empty` where no node would be left;
    ///         `config.points` where rounding leaves the others no point on the ring; `argument.type`.
    ///
    /// Example:
    ///     >>> router.without(["redis-1"]).node("user:{1000}:name").name
    ///     'redis-3'
    #[pyo3(signature = (names, /))]
    pub(crate) fn without(&self, names: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = names.py();
        let names = arguments::names(names)?;
        let core = py.detach(|| self.core.without(&names)).map_err(|error| error.raised(py))?;
        let gone = self.gone.iter().chain(&names).cloned().collect();
        Ok(Self { core, shared: Arc::clone(&self.shared), gone })
    }

    /// As `without`, by index: what `Health.gone` gives.
    ///
    /// Args:
    ///     indexes: Indexes of nodes.
    ///
    /// Returns:
    ///     Another router.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.range`, with the `position` of the index; `pool.empty` where no node would be left;
    ///         `config.points` as for `without`; `argument.type`.
    ///
    /// Example:
    ///     >>> router.without_indexes([0]).node("user:{1000}:name").name
    ///     'redis-3'
    #[pyo3(signature = (indexes, /))]
    fn without_indexes(&self, indexes: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = indexes.py();
        let indexes = arguments::indexes(indexes)?;
        let core = py.detach(|| self.core.without_indexes(&indexes)).map_err(|error| error.raised(py))?;
        let names = indexes.iter().map(|index| core.nodes()[*index].name.clone());
        let gone = self.gone.iter().cloned().chain(names).collect();
        Ok(Self { core, shared: Arc::clone(&self.shared), gone })
    }

    /// Names for copies of a hot key, each of which lives on another node, none on the key's own.
    ///
    /// A name is a key of its own, to be written and read like any other by every client of the pool.
    ///
    /// Args:
    ///     key: As for `index`.
    ///     n: How many at most.
    ///
    /// Returns:
    ///     For each copy its name as `key`, a `str` where a `str` was given and it is one, and the `index` of its node. They
    ///     are fewer than `n` where the pool has not as many other nodes.
    ///
    /// Raises:
    ///     KeyhomeError: As for `index`; `argument.type`, `argument.range`.
    ///
    /// Example:
    ///     >>> router.copies("feed:{home}", 2)
    ///     [{'index': 2, 'key': 'feed:{home~copy1.keyhome}'}, {'index': 1, 'key': 'feed:{home~copy2.keyhome}'}]
    #[pyo3(signature = (key, n))]
    fn copies<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        n: &Bound<'py, PyAny>,
    ) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let py = key.py();
        let n = arguments::index_of(n)?;
        let copies = read_key(key, |key| self.core.copies(key, n)).map_err(|error| error.raised(py))?;
        let as_text = key.is_instance_of::<PyString>();
        let shown = copies.map_err(|error| error.raised(py))?.into_iter().map(|copy| {
            let shown = PyDict::new(py);
            shown.set_item("index", copy.index)?;
            shown.set_item("key", key_like(py, &copy.key, as_text))?;
            Ok(shown)
        });
        shown.collect()
    }

    /// Each step from a key to its home.
    ///
    /// Args:
    ///     key: As for `index`.
    ///
    /// Returns:
    ///     What `keyhome explain --json` prints.
    ///
    /// Raises:
    ///     KeyhomeError: As for `index`.
    ///
    /// Example:
    ///     >>> steps = router.explain("user:{1000}:name")
    ///     >>> steps["tag"], steps["hash"], steps["node"], steps["next"]
    ///     ('1000', {'algorithm': 'fnv1a_64', 'value': 4170074660}, 'redis-1', 'redis-3')
    #[pyo3(signature = (key, /))]
    fn explain<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let json = read_key(key, |key| common::explain(&self.core, key)).map_err(|error| error.raised(py))?;
        from_json(py, &json.map_err(|failure| failure.raised(py))?)
    }

    /// Which stretch of the positions of keys is whose, in order, to be drawn.
    ///
    /// Entry `i` ends with the position `ends[i]`, which belongs to it, and begins behind the one before it, the first at
    /// 0; all of it is that of the node `owners[i]`. Nodes that `without` has taken away own none.
    ///
    /// A ring has an entry for each of its points, also beside another of the same node, and `explain(key)["place"]` names
    /// with `position` the entry of the point that a key meets; what lies behind the last point is the first one's. A point
    /// that equals the one before it, as some dialects have them, owns nothing. An entry ends with the highest hash that
    /// meets the point: in dialects that search for the first point above a hash, which twemproxy does not, that is one
    /// less than the point's own value. Of values of 128 bits, the highest 32 are shown.
    ///
    /// Returns:
    ///     `by`: what positions are; `size`: how many, 2**32 on a ring; `ends` and `owners`, each an `array.array` of
    ///     32-bit numbers. The owner of slots that nobody has is 4294967295, which no node is.
    ///
    /// Raises:
    ///     KeyhomeError: `placement.random` in a pool that gives no key a home.
    ///
    /// Example:
    ///     >>> pool = "pool: {distribution: modula, servers: [10.0.0.1:6379:3, 10.0.0.2:6379:1]}"
    ///     >>> keyhome.Router.from_config(pool).arcs()
    ///     {'by': 'list', 'size': 4, 'ends': array('I', [2, 3]), 'owners': array('I', [0, 1])}
    fn arcs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let arcs = py.detach(|| self.core.arcs()).map_err(|error| error.raised(py))?;
        let shown = PyDict::new(py);
        shown.set_item("by", arcs.by.word())?;
        shown.set_item("size", arcs.size)?;
        shown.set_item("ends", batch::array(py, "I", &arcs.ends, u32::to_ne_bytes)?)?;
        shown.set_item("owners", batch::array(py, "I", &arcs.owners, u32::to_ne_bytes)?)?;
        Ok(shown)
    }

    /// How much each node owns, exactly: of how many values of the key hash it is the home.
    ///
    /// Returns:
    ///     `range`, `shares` in the order of the nodes, and for `redis-cluster` `uncovered`. Shares are `None` where
    ///     there are no exact ones: `charsum` and `random`.
    ///
    /// Example:
    ///     >>> balance = router.balance()
    ///     >>> [round(share["share"] / balance["range"], 2) for share in balance["shares"]]
    ///     [0.27, 0.5, 0.23]
    fn balance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &py.detach(|| common::balance(&self.core)))
    }

    /// What changing from this router to another moves. Nodes pair by name.
    ///
    /// Args:
    ///     other: The router to change to.
    ///
    /// Returns:
    ///     `exact`; where it is true `range`, `moves` and `stays`, each hash value counted once; always `addresses`.
    ///
    /// Raises:
    ///     KeyhomeError: `argument.type` where `other` is not a router.
    ///
    /// Example:
    ///     >>> diff = router.diff(router.without(["redis-1"]))
    ///     >>> [(move["from"], move["to"]) for move in diff["moves"]]
    ///     [('redis-1', 'redis-2'), ('redis-1', 'redis-3'), ('redis-2', 'redis-3'), ('redis-3', 'redis-2')]
    #[pyo3(signature = (other, /))]
    fn diff<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else {
            return Err(wrong_type("another Router", other).raised(py));
        };
        let other = &other.get().core;
        from_json(py, &py.detach(|| common::diff(&self.core, other)))
    }

    /// A short text that two routers share exactly when they place every key alike, in every language.
    ///
    /// Raises:
    ///     KeyhomeError: `placement.random` in a pool that gives no key a home.
    ///
    /// Example:
    ///     >>> router.fingerprint
    ///     'k1-f204db44c721f7b7'
    #[getter]
    fn fingerprint(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| self.core.fingerprint()).map_err(|error| error.raised(py))
    }

    /// Nothing of it ever changes.
    fn __copy__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __deepcopy__<'py>(this: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        this
    }

    /// Another process makes it again from what it was made from.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Remade<'py>)> {
        Ok((py.import("keyhome._keyhome")?.getattr("_again")?, self.shared.origin.remade(py, &self.gone)?))
    }

    fn __repr__(&self) -> String {
        let nodes = self.core.nodes().len();
        let live = (0..nodes).filter(|index| self.core.is_live(*index)).count();
        let gone = if live < nodes { format!(", {} gone", nodes - live) } else { String::new() };
        let s = if nodes == 1 { "" } else { "s" };
        format!("<keyhome.Router: {}, {nodes} node{s}{gone}>", self.core.dialect().id)
    }
}
