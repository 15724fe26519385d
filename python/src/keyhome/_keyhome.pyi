# The compiled module. Docstrings here and in bindings/python/src are the same, word for word; a test compares them.

from array import array
from collections.abc import Iterable
from typing import Any, Final, final

from typing_extensions import Buffer

from ._nodes import Node
from ._shapes import Balance, Diff, Explanation
from ._words import Key

__all__ = ["Router", "__version__", "_again", "_catalogue", "slot", "slots", "slots_packed"]

__version__: Final[str]

def slot(key: Key, /) -> int:
    """The Redis Cluster slot of a key: CRC-16 of its hash tag, or of all of it, modulo 16384.

    Args:
        key: A `str`, which is its UTF-8 bytes, or `bytes`, `bytearray`, `memoryview` or another buffer of bytes.

    Returns:
        The slot, 0 to 16383.

    Raises:
        KeyhomeError: `key.encoding` for a text with a lone surrogate; `key.type` for what is neither text nor bytes.

    Example:
        >>> keyhome.slot("user:1001")
        5712
        >>> keyhome.slot(b"{user:1001}:cart")
        5712
    """

def slots(keys: Iterable[Key], /) -> array[int]:
    """The Redis Cluster slots of many keys.

    Args:
        keys: A list, a tuple or anything else that yields keys.

    Returns:
        The slots in the order of the keys, as an `array.array` of 16-bit numbers; `np.frombuffer(slots, "u2")` reads
        it in place.

    Raises:
        KeyhomeError: `key.encoding` and `key.type` with the `position` of the key; `argument.type`.

    Example:
        >>> keyhome.slots(["user:1001", b"{user:1001}:cart"])
        array('H', [5712, 5712])
    """

def slots_packed(bytes: Buffer, offsets: Buffer | Iterable[int], /) -> array[int]:
    """The Redis Cluster slots of many keys that lie one behind the other.

    Args:
        bytes: All keys, without anything between them.
        offsets: One number more than there are keys: key `i` is `bytes[offsets[i]:offsets[i + 1]]`. A buffer of
            32-bit or 64-bit integers, such as `array.array("I")` or a numpy array, or a list of `int`.

    Returns:
        The slots in the order of the keys, as an `array.array` of 16-bit numbers.

    Raises:
        KeyhomeError: `batch.offsets` where the offsets do not fit the bytes; `argument.type`.

    Example:
        >>> keyhome.slots_packed(b"user:1001user:1002", [0, 9, 18])
        array('H', [5712, 9779])
    """

def _catalogue() -> dict[str, list[str]]: ...
def _again(origin: Any, pool: str | None, cluster: bool, gone: list[str]) -> Router: ...

@final
class Router:
    """A pool made ready to answer which of its nodes owns a key.

    Make one with `Router.from_config` or `Router.from_cluster`. It never changes, so that threads may share it and
    forked processes may go on using it; it can be pickled, and is then made anew from what it was made from.

    Example:
        >>> router = keyhome.Router.from_config('''
        ... sessions:
        ...   hash_tag: "{}"
        ...   servers:
        ...    - 10.0.0.1:6379:1 redis-1
        ...    - 10.0.0.2:6379:2 redis-2
        ...    - 10.0.0.3:6379:1 redis-3
        ... ''')
        >>> router
        <keyhome.Router: twemproxy, 3 nodes>
        >>> router.index("user:{1000}:name") == router.index("user:{1000}:cart")
        True
    """

    @staticmethod
    def from_config(text: str | bytes, pool: str | None = None) -> Router:
        """The router of a pool of a config.

        Args:
            text: A nutcracker.yml as it stands, with keys of keyhome's own or without, in YAML or in JSON.
            pool: The name of the pool; not needed where there is one.

        Returns:
            The router.

        Raises:
            KeyhomeError: The codes `config.*`, with line and column; `pool.required` and `pool.unknown`;
                `argument.type`.

        Example:
            >>> keyhome.Router.from_config("pool: {servers: [10.0.0.1:6379:1, 10.0.0.2:6379:1]}")
            <keyhome.Router: twemproxy, 2 nodes>
        """

    @staticmethod
    def from_cluster(reply: Any, /) -> Router:
        """The router of a Redis Cluster, from what it says of itself.

        Only primaries that own slots are nodes, in the order of their lowest slot, named `host:port`.

        Args:
            reply: The text of CLUSTER NODES, or the reply of CLUSTER SLOTS or CLUSTER SHARDS as a client library
                hands it over: `str`, `bytes`, `int`, `None`, in lists, tuples and dictionaries. redis-py hands all
                three over as they are when it is called as `execute_command("CLUSTER", "SHARDS")`.

        Returns:
            The router.

        Raises:
            KeyhomeError: `cluster.reply` for a reply that cannot be read, or in which nobody owns a slot;
                `config.slots` where two primaries own one slot.

        Example:
            >>> router = keyhome.Router.from_cluster([[0, 16383, ["10.0.0.1", 6379, "id"], ["10.0.0.2", 6379, "id"]]])
            >>> router.node("user:1001")
            Node(name='10.0.0.1:6379', address='10.0.0.1:6379', weight=1, zone=None, replicas=(Replica(address='10.0.0.2:6379', zone=None),))
        """

    def index(self, key: Key, /) -> int:
        """The index of the node on which a key lives.

        Args:
            key: A `str`, which is its UTF-8 bytes, or `bytes`, `bytearray`, `memoryview` or another buffer of bytes.

        Returns:
            An index into `nodes`.

        Raises:
            KeyhomeError: `key.encoding`, `key.type`; `slot.uncovered` where nobody owns the key's slot;
                `placement.random` in a pool that gives no key a home.

        Example:
            >>> router.index("user:{1000}:name")
            0
        """

    def node(self, key: Key, /) -> Node:
        """The node on which a key lives.

        Args:
            key: As for `index`.

        Returns:
            The same object for each key of a node: `nodes[index(key)]`.

        Raises:
            KeyhomeError: As for `index`.

        Example:
            >>> router.node("user:{1000}:name").address
            '10.0.0.1:6379'
        """

    def indexes(self, keys: Iterable[Key], /) -> array[int]:
        """The indexes of the nodes on which many keys live.

        Args:
            keys: A list, a tuple or anything else that yields keys.

        Returns:
            The indexes in the order of the keys, as an `array.array` of 32-bit numbers; `np.frombuffer(indexes, "u4")`
            reads it in place.

        Raises:
            KeyhomeError: As for `index`, for the first key without a home, with its `position`; `argument.type`.

        Example:
            >>> router.indexes(["user:{1000}:name", b"user:1001"])
            array('I', [0, 1])
        """

    def indexes_packed(self, bytes: Buffer, offsets: Buffer | Iterable[int], /) -> array[int]:
        """The indexes of the nodes on which many keys live that lie one behind the other.

        Args:
            bytes: All keys, without anything between them.
            offsets: One number more than there are keys: key `i` is `bytes[offsets[i]:offsets[i + 1]]`. A buffer of
                32-bit or 64-bit integers, such as `array.array("I")` or a numpy array, or a list of `int`.

        Returns:
            The indexes in the order of the keys, as an `array.array` of 32-bit numbers.

        Raises:
            KeyhomeError: As for `indexes`; `batch.offsets` where the offsets do not fit the bytes.

        Example:
            >>> router.indexes_packed(b"user:1001order:77", [0, 9, 17])
            array('I', [1, 0])
        """

    def group(self, keys: Iterable[Key], /) -> dict[int, list[int]]:
        """Which keys live on which node.

        Args:
            keys: A list, a tuple or anything else that yields keys.

        Returns:
            For the index of each node that has some of the keys, in ascending order, the positions of its keys.

        Raises:
            KeyhomeError: As for `indexes`.

        Example:
            >>> router.group(["user:1001", "order:77", "user:1002"])
            {0: [1], 1: [0, 2]}
        """

    def successors(self, key: Key, n: int) -> list[Node]:
        """The nodes that follow the home of a key.

        Along the ring; in a `modula` pool along its list; in a `charsum` pool along the nodes; `redis-cluster` has
        none. Who takes over when a node dies is `without([home]).node(key)`, which need not be the first of these.

        Args:
            key: As for `index`.
            n: How many at most.

        Returns:
            Each node once, without the home.

        Raises:
            KeyhomeError: As for `index`; `argument.type` where `n` is not a whole number from 0 on.

        Example:
            >>> [node.name for node in router.successors("user:{1000}:name", 2)]
            ['redis-3', 'redis-2']
        """

    def without(self, names: Iterable[str], /) -> Router:
        """The router of the same pool without some of its nodes.

        Nodes and indexes stay as they are; the named nodes own nothing. A second call adds to the first.

        Args:
            names: Names of nodes. Those already gone change nothing.

        Returns:
            Another router.

        Raises:
            KeyhomeError: `node.unknown`, with the `position` of the name; `pool.empty` where no node would be left;
                `argument.type`.

        Example:
            >>> router.without(["redis-1"]).node("user:{1000}:name").name
            'redis-3'
        """

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in the order of the config, or of their lowest slot; an index points into it.

        Those taken away by `without` are still there.

        Example:
            >>> [node.name for node in router.nodes]
            ['redis-1', 'redis-2', 'redis-3']
        """

    def explain(self, key: Key, /) -> Explanation:
        """Each step from a key to its home.

        Args:
            key: As for `index`.

        Returns:
            What `keyhome explain --json` prints.

        Raises:
            KeyhomeError: As for `index`.

        Example:
            >>> steps = router.explain("user:{1000}:name")
            >>> steps["tag"], steps["hash"], steps["node"], steps["next"]
            ('1000', {'algorithm': 'fnv1a_64', 'value': 4170074660}, 'redis-1', 'redis-3')
        """

    def balance(self) -> Balance:
        """How much each node owns, exactly: of how many values of the key hash it is the home.

        Returns:
            `range`, `shares` in the order of the nodes, and for `redis-cluster` `uncovered`. Shares are `None` where
            there are no exact ones: `charsum` and `random`.

        Example:
            >>> balance = router.balance()
            >>> [round(share["share"] / balance["range"], 2) for share in balance["shares"]]
            [0.27, 0.5, 0.23]
        """

    def diff(self, other: Router, /) -> Diff:
        """What changing from this router to another moves. Nodes pair by name.

        Args:
            other: The router to change to.

        Returns:
            `exact`; where it is true `range`, `moves` and `stays`, each hash value counted once; always `addresses`.

        Raises:
            KeyhomeError: `argument.type` where `other` is not a router.

        Example:
            >>> diff = router.diff(router.without(["redis-1"]))
            >>> [(move["from"], move["to"]) for move in diff["moves"]]
            [('redis-1', 'redis-2'), ('redis-1', 'redis-3'), ('redis-2', 'redis-3'), ('redis-3', 'redis-2')]
        """

    @property
    def fingerprint(self) -> str:
        """A short text that two routers share exactly when they place every key alike, in every language.

        Raises:
            KeyhomeError: `placement.random` in a pool that gives no key a home.

        Example:
            >>> router.fingerprint
            'k1-f204db44c721f7b7'
        """

    def __copy__(self) -> Router: ...
    def __deepcopy__(self, memo: Any, /) -> Router: ...
