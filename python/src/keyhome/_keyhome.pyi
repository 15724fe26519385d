# The compiled module. Docstrings here and in bindings/python/src are the same, word for word; a test compares them.

from array import array
from collections.abc import Iterable
from typing import Any, Final, final

from typing_extensions import Buffer

from ._nodes import Node, ScanTarget
from ._shapes import (
    Arcs,
    Balance,
    CommandKind,
    CommandRoute,
    Diff,
    Estimate,
    Explanation,
    HealthEvent,
    HealthRules,
    HealthSnapshot,
    HotKey,
    HotKeysOptions,
    KeyCopy,
    PoolSettings,
    ReplicaOptions,
    ReplicaSetSnapshot,
)
from ._words import Key, LiveSet, Outcome, ReadFrom, Word

__all__ = [
    "Health",
    "HotKeys",
    "ReplicaSet",
    "Router",
    "__version__",
    "_again",
    "_catalogue",
    "_writers",
    "command_keys",
    "command_kind",
    "command_route",
    "is_failure",
    "pool_names",
    "pool_settings",
    "scan_next",
    "scan_target",
    "slot",
    "slots",
    "slots_packed",
]

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
def _writers(words: list[str]) -> list[list[str]]: ...
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
    def read(text: str | bytes, pool: str | None = None) -> Router:
        """The router of a config, or of the text of CLUSTER NODES, whichever it is.

        That is what the `keyhome` command takes as `-c`. `pool_names` says which pools there are to choose from.

        Args:
            text: As for `from_config`, or the reply of CLUSTER NODES.
            pool: The name of the pool; not needed where there is one. A cluster has none.

        Returns:
            The router.

        Raises:
            KeyhomeError: As for `from_config` and `from_cluster`.

        Example:
            >>> nodes = "07c37dfeb235213a872192d90877d0cd55635b91 10.0.0.1:6379@16379 master - 0 0 1 connected 0-16383"
            >>> keyhome.Router.read(nodes)
            <keyhome.Router: redis-cluster, 1 node>
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
                `config.points` where rounding leaves the others no point on the ring; `argument.type`.

        Example:
            >>> router.without(["redis-1"]).node("user:{1000}:name").name
            'redis-3'
        """

    def without_indexes(self, indexes: Iterable[int], /) -> Router:
        """As `without`, by index: what `Health.gone` gives.

        Args:
            indexes: Indexes of nodes.

        Returns:
            Another router.

        Raises:
            KeyhomeError: `argument.range`, with the `position` of the index; `pool.empty` where no node would be left;
                `config.points` as for `without`; `argument.type`.

        Example:
            >>> router.without_indexes([0]).node("user:{1000}:name").name
            'redis-3'
        """

    def copies(self, key: Key, n: int) -> list[KeyCopy]:
        """Names for copies of a hot key, each of which lives on another node, none on the key's own.

        A name is a key of its own, to be written and read like any other by every client of the pool.

        Args:
            key: As for `index`.
            n: How many at most.

        Returns:
            For each copy its name as `key`, a `str` where a `str` was given and it is one, and the `index` of its node. They
            are fewer than `n` where the pool has not as many other nodes.

        Raises:
            KeyhomeError: As for `index`; `argument.type`, `argument.range`.

        Example:
            >>> router.copies("feed:{home}", 2)
            [{'index': 2, 'key': 'feed:{home~copy1.keyhome}'}, {'index': 1, 'key': 'feed:{home~copy2.keyhome}'}]
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

    def arcs(self) -> Arcs:
        """Which stretch of the positions of keys is whose, in order, to be drawn.

        Entry `i` ends with the position `ends[i]`, which belongs to it, and begins behind the one before it, the first at
        0; all of it is that of the node `owners[i]`. Nodes that `without` has taken away own none.

        A ring has an entry for each of its points, also beside another of the same node, and `explain(key)["place"]` names
        with `position` the entry of the point that a key meets; what lies behind the last point is the first one's. A point
        that equals the one before it, as some dialects have them, owns nothing. An entry ends with the highest hash that
        meets the point: in dialects that search for the first point above a hash, which twemproxy does not, that is one
        less than the point's own value. Of values of 128 bits, the highest 32 are shown.

        Returns:
            `by`: what positions are; `size`: how many, 2**32 on a ring; `ends` and `owners`, each an `array.array` of
            32-bit numbers. The owner of slots that nobody has is 4294967295, which no node is.

        Raises:
            KeyhomeError: `placement.random` in a pool that gives no key a home.

        Example:
            >>> pool = "pool: {distribution: modula, servers: [10.0.0.1:6379:3, 10.0.0.2:6379:1]}"
            >>> keyhome.Router.from_config(pool).arcs()
            {'by': 'list', 'size': 4, 'ends': array('I', [2, 3]), 'owners': array('I', [0, 1])}
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

def command_keys(args: Iterable[Word], /) -> list[int]:
    """Which words of a command are keys.

    Args:
        args: The words of the command, its name first: a list or a tuple of keys as for `slot`, or of numbers.

    Returns:
        The positions of the keys, in the order of COMMAND GETKEYS of redis-server.

    Raises:
        KeyhomeError: `command.unknown` for a command or subcommand that is not known; `command.arguments` for too few
            or too many words, or a count of keys that cannot be; `key.encoding` and `key.type` with the `position` of
            the word; `argument.type`.

    Example:
        >>> keyhome.command_keys(["ZUNIONSTORE", "sum", 2, "a", "b", "WEIGHTS", 1, 2])
        [1, 3, 4]
    """

def command_kind(name: Word, subcommand: Word | None = None, /) -> CommandKind:
    """What the name of a command alone says of it, for a client that asks once a name and keeps the answer.

    Args:
        name: The name, in letters of either case.
        subcommand: The second word of the command. It is not looked at where the first has no subcommands.

    Returns:
        `command` (its name), `access`, `blocking`, `fan_out`, `merge` and `key_step` as in `command_route`; `container`,
        whether the second word chooses a subcommand, which is to be asked for by both words; and `only_key`, the
        position of its only key where that is the same whatever the other words are, else `None`. Of `XGROUP`, which is
        no command by itself, `container` alone says anything; of `COMMAND`, which is one, the rest is about `COMMAND`
        without other words.

    Raises:
        KeyhomeError: `command.unknown`; `key.encoding` and `key.type` with the `position` of the word, 0 or 1.

    Example:
        >>> keyhome.command_kind("SET")["only_key"], keyhome.command_kind("MGET")["only_key"]
        (1, None)
        >>> keyhome.command_kind("OBJECT")["container"], keyhome.command_kind("OBJECT", "ENCODING")["only_key"]
        (True, 2)
    """

def command_route(args: Iterable[Word], /) -> CommandRoute:
    """Where a command goes in a pool of several nodes, and how the replies become one.

    Args:
        args: As for `command_keys`.

    Returns:
        `command` (its name), `access`, `blocking`, `keys` and `channels` (positions), `fan_out`, `merge`, and `key_step`
        (the words of one key, where the command can be split).

    Raises:
        KeyhomeError: As for `command_keys`; `command.arguments` also where the last key of a command that is to be split
            is short of words.

    Example:
        >>> route = keyhome.command_route(["MSET", "a", "1", "b", "2"])
        >>> route["keys"], route["fan_out"], route["merge"], route["key_step"]
        ([1, 3], 'split', 'all_ok', 2)
    """

def scan_target(cursor: int | str | bytes, nodes: int, /) -> ScanTarget:
    """Whom to ask next in a SCAN over the nodes of a pool.

    Args:
        cursor: 0 at first, then what `scan_next` gave: an `int`, or its digits in `str` or `bytes`.
        nodes: The number of nodes; it stays the same from the first call to the last.

    Returns:
        The index of the `node` to ask, and the `cursor` to give it.

    Raises:
        KeyhomeError: `command.arguments` where the cursor is no number from 0 to 2**64 - 1, or there are no nodes;
            `argument.type`, `argument.range`.

    Example:
        >>> keyhome.scan_target(52, 3)
        ScanTarget(node=1, cursor=17)
    """

def scan_next(cursor: int | str | bytes, answered: int | str | bytes, nodes: int, /) -> int:
    """The cursor to go on with in a SCAN over the nodes of a pool.

    Args:
        cursor: What `scan_target` was asked with.
        answered: The cursor that the node answered: an `int`, or its digits in `str` or `bytes`.
        nodes: The number of nodes.

    Returns:
        The next cursor, at this node or at the next; 0 at the end.

    Raises:
        KeyhomeError: As for `scan_target`; `command.arguments` also where the cursors are too large to be put together.

    Example:
        >>> keyhome.scan_next(0, 17, 3), keyhome.scan_next(51, b"0", 3), keyhome.scan_next(2, 0, 3)
        (51, 1, 0)
    """

def is_failure(error: Key, /) -> bool:
    """Whether an error that a server replied counts as a failure of it: `OOM`, `BUSY` and `LOADING`, as for twemproxy.

    Args:
        error: The error as `str`, `bytes` or another buffer of bytes, with a leading `-` or without.

    Returns:
        Whether it is to be reported to `Health` as `failure`, and to `ReplicaSet` as `failed`.

    Raises:
        KeyhomeError: `argument.type`.

    Example:
        >>> keyhome.is_failure("LOADING Redis is loading the dataset in memory"), keyhome.is_failure("WRONGTYPE")
        (True, False)
    """

def pool_names(text: str | bytes, /) -> list[str]:
    r"""The names of the pools of a text that `Router.read` takes, in its order.

    Args:
        text: A config, or the reply of CLUSTER NODES.

    Returns:
        The names; of a cluster, which has no pools, an empty list.

    Raises:
        KeyhomeError: The codes `config.*`, with line and column; `argument.type`.

    Example:
        >>> keyhome.pool_names("cache: {servers: [10.0.0.1:6379:1]}\njobs: {servers: [10.0.0.2:6379:1]}")
        ['cache', 'jobs']
    """

def pool_settings(text: str | bytes, pool: str | None = None) -> PoolSettings:
    """What a config says of how a pool is served: everything but its servers.

    Args:
        text: As for `Router.from_config`.
        pool: The name of the pool; not needed where there is one.

    Returns:
        `name`, `dialect` and the keys of the pool: for the dialect `twemproxy` with its defaults where the text says
        nothing (a `timeout` of -1 is none), for others what the text says. Times are in milliseconds. `Health` and
        `ReplicaSet` take it as it is.

    Raises:
        KeyhomeError: As for `Router.from_config`.

    Example:
        >>> settings = keyhome.pool_settings("pool: {servers: [10.0.0.1:6379:1], auto_eject_hosts: true}")
        >>> settings["name"], settings["auto_eject_hosts"], settings["server_retry_timeout"]
        ('pool', True, 30000)
    """

@final
class Health:
    """Which nodes of a pool take part: ejection and return, as in twemproxy.

    It has no clock and no thread of its own. Times are whole microseconds of any clock that does not run backwards, the
    same in all calls. Threads may share it.

    Args:
        rules: `on_failure`, `auto_eject_hosts`, `server_failure_limit`, `server_retry_timeout` (milliseconds), each with
            twemproxy's default where it is not given. Other members are not looked at, so that what `pool_settings`
            gives can be passed as it is.
        nodes: The number of nodes. All are live at first.

    Raises:
        KeyhomeError: `pool.empty` for no node, `config.nodes` for more than 65,535; `argument.type`, also for a word that
            is not one of `on_failure`; `argument.range`.

    Example:
        >>> health = keyhome.Health({"auto_eject_hosts": True, "server_failure_limit": 1}, len(router.nodes))
        >>> now = 1_000_000
        >>> health.report(0, "failure", now)
        >>> health.update(now)
        'changed'
        >>> router.without_indexes(health.gone()).node("user:{1000}:name").name
        'redis-3'
        >>> health.update(now + 30_000_001), [event["event"] for event in health.take_events()]
        ('changed', ['ejected', 'returned'])
    """

    def __new__(cls, rules: HealthRules, nodes: int) -> Health: ...
    def update(self, now: int, /) -> LiveSet:
        """Whether nodes came or went since the last call. It is called before each request, and before its key is placed:
        nodes whose time is over come back here.

        Args:
            now: The time in microseconds.

        Returns:
            `same`; `changed`: keys are placed by `router.without_indexes(health.gone())` from now on; `empty`: no node
            is left, and the request is refused without asking anybody.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> keyhome.Health({}, 3).update(1_000_000)
            'same'
        """

    def admit(self, index: int, now: int, /) -> None:
        """Lets a request to a node pass, or refuses it. Only `on_failure: fail` refuses.

        Args:
            index: The index of the node.
            now: The time in microseconds.

        Raises:
            KeyhomeError: `node.ejected` where the node is left alone for now; `argument.range` where there is no such node;
                `argument.type`.

        Example:
            >>> health = keyhome.Health({"on_failure": "fail", "auto_eject_hosts": True, "server_failure_limit": 1}, 3)
            >>> health.admit(2, 1_000_000)
            >>> health.report(2, "failure", 1_000_500)
            >>> try:
            ...     health.admit(2, 1_001_000)
            ... except keyhome.KeyhomeError as error:
            ...     print(error.code)
            node.ejected
        """

    def report(self, index: int, outcome: Outcome, now: int) -> None:
        """Tells what became of a request to a node, or of a check of it.

        Args:
            index: The index of the node.
            outcome: `reply`: it was answered, an error that is not `is_failure` included; `failure`: the connection was
                refused, reset, timed out or closed, one connection being one failure; `check_passed`, `check_failed`.
            now: The time in microseconds.

        Raises:
            KeyhomeError: `argument.range` where there is no such node; `argument.type`, also for another word.

        Example:
            >>> health = keyhome.Health({"auto_eject_hosts": True}, 3)
            >>> health.report(1, "failure", 1_000_000)
            >>> health.report(1, "failure", 1_000_100)
            >>> health.is_live(1), health.live
            (False, 2)
        """

    def take_events(self) -> list[HealthEvent]:
        """What happened since the last call, in order, to be told to people.

        Returns:
            Events: `ejected` and `postponed` with `index`, `at`, `until`; `returned` with `index`, `at`, `away` (for how
            long) and `keys_elsewhere` (whether keys were placed elsewhere meanwhile); `all_gone` with `at`, `until`. Of
            what nobody takes, the latest 1,024 are kept.

        Example:
            >>> health = keyhome.Health({"auto_eject_hosts": True, "server_failure_limit": 1}, 3)
            >>> health.report(1, "failure", 1_000_000)
            >>> health.take_events(), health.take_events()
            ([{'event': 'ejected', 'index': 1, 'at': 1000000, 'until': 31000000}], [])
        """

    def due_checks(self, now: int, /) -> list[int]:
        """The nodes to check now, with `on_failure: probe`. Each is given once; if nothing is reported of it, again after
        `server_retry_timeout`.

        Args:
            now: The time in microseconds.

        Returns:
            Indexes, ascending; none in other modes.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> health = keyhome.Health({"on_failure": "probe", "auto_eject_hosts": True, "server_failure_limit": 1}, 3)
            >>> health.report(1, "failure", 1_000_000)
            >>> health.next_check(), health.due_checks(31_000_000), health.next_check()
            (31000000, [1], 61000000)
        """

    def next_check(self) -> int | None:
        """When the next check is due, with `on_failure: probe`.

        Returns:
            The time in microseconds; `None` while there is nothing to check.

        Example:
            >>> keyhome.Health({"on_failure": "probe"}, 3).next_check() is None
            True
        """

    def gone(self) -> list[int]:
        """The nodes that placement does without, for `router.without_indexes` of the router with all nodes.

        Returns:
            Indexes, ascending. They change when `update` says `changed` and at no other time; with `on_failure: fail`
            there are none.

        Example:
            >>> keyhome.Health({}, 3).gone()
            []
        """

    def is_live(self, index: int, /) -> bool:
        """Whether a node was live when nodes were last counted.

        Args:
            index: The index of the node.

        Returns:
            Whether it was; `False` where there is no such node.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> keyhome.Health({}, 3).is_live(2), keyhome.Health({}, 3).is_live(3)
            (True, False)
        """

    @property
    def live(self) -> int:
        """How many nodes were live when they were last counted.

        Example:
            >>> keyhome.Health({}, 3).live
            3
        """

    def is_all_gone(self) -> bool:
        """Whether every request is refused because no node is live. Never with `on_failure: fail`, which refuses by node.

        Example:
            >>> keyhome.Health({}, 3).is_all_gone()
            False
        """

    def reloaded(self, rules: HealthRules, old: Router, new: Router, now: int) -> Health:
        """The health of another list of nodes, after a reload.

        A node whose name stays keeps what is known about it; the others are new and live.
        The owner is taken to place keys by all of `new`, so that the first `update` is `changed` if some of its nodes are
        out. Events carry the new indexes; those of this health, which stays as it is, are taken first.

        Args:
            rules: As for the class.
            old: The router of all the nodes that this is the health of.
            new: The router of all nodes that there are from now on.
            now: The time in microseconds.

        Returns:
            The health of the nodes of `new`.

        Raises:
            KeyhomeError: `argument.range` where `old` has another number of nodes than this health; those of the class.

        Example:
            >>> old = keyhome.Router.from_config("pool: {servers: [a:6379:1, b:6379:1, c:6379:1]}")
            >>> new = keyhome.Router.from_config("pool: {servers: [c:6379:1, d:6379:1, b:6379:1]}")
            >>> rules = {"auto_eject_hosts": True, "server_failure_limit": 1}
            >>> health = keyhome.Health(rules, 3)
            >>> health.report(1, "failure", 1_000_000)
            >>> health = health.reloaded(rules, old, new, 2_000_000)
            >>> health.update(2_000_000), health.gone()
            ('changed', [2])
        """

    def snapshot(self) -> HealthSnapshot:
        """All that is known: `rules`, `live`, `next_rebuild` and `nodes`.

        Example:
            >>> keyhome.Health({}, 1).snapshot()["nodes"][0]["failure_count"]
            0
        """

@final
class ReplicaSet:
    """Which endpoint of a node, its primary or one of its replicas, serves a read.

    An endpoint is a number: 0 is the primary, then the replicas in the order of `node.replicas`. Load and latency are
    what is reported: `sent`, and then one of `done`, `failed`, `released`. Times are whole microseconds of any clock
    that does not run backwards, the same in all calls. Threads may share it.

    Args:
        router: The router that has the node.
        index: The index of the node.
        options: `read_from`: `primary` (the default), `replica`, `prefer-replica`, `nearest`, `round-robin`, `random`,
            `least-latency`; `zone`: where the caller stands. Other members are not looked at, so that what
            `pool_settings` gives can be passed as it is.

    Raises:
        KeyhomeError: `argument.range` where there is no such node; `argument.type`, also for another word.

    Example:
        >>> cluster = [[0, 16383, ["10.0.0.1", 6379, "a"], ["10.0.0.2", 6379, "b"], ["10.0.0.3", 6379, "c"]]]
        >>> router = keyhome.Router.from_cluster(cluster)
        >>> replicas = keyhome.ReplicaSet(router, 0, {"read_from": "prefer-replica"})
        >>> endpoint = replicas.choose(0x5bd1e995, 1_000_000)
        >>> replicas.sent(endpoint, 1_000_000)
        >>> replicas.done(endpoint, 250, 1_000_250)
        >>> endpoint, replicas.latency(endpoint), replicas.choose(7, 1_000_300)
        (1, 250, 2)
        >>> replicas.choose(7, 1_000_400, "primary")
        0
    """

    def __new__(cls, router: Router, index: int, options: ReplicaOptions | None = None) -> ReplicaSet: ...
    def choose(self, dice: int, now: int, read_from: ReadFrom | None = None, /) -> int:
        """The endpoint that serves a read.

        Args:
            dice: Any number from 0 to 2**64 - 1, another one for each call, such as `random.getrandbits(64)`. Only `random`
                and `least-latency` look at it.
            now: The time in microseconds.
            read_from: Another policy for this one read.

        Returns:
            The endpoint.

        Raises:
            KeyhomeError: `replica.unavailable` where nothing that the policy allows is up; `argument.type`, also for
                another word; `argument.range`.

        Example:
            >>> keyhome.ReplicaSet(router, 0).choose(7, 1_000_000)
            0
        """

    def sent(self, endpoint: int, now: int, /) -> None:
        """Tells that a request went to an endpoint.

        Args:
            endpoint: The endpoint.
            now: The time in microseconds.

        Raises:
            KeyhomeError: `argument.range` where there is no such endpoint; `argument.type`.

        Example:
            >>> replicas = keyhome.ReplicaSet(router, 0)
            >>> replicas.sent(0, 1_000_000)
            >>> replicas.in_flight(0)
            1
        """

    def done(self, endpoint: int, latency: int, now: int, /) -> None:
        """Tells that an endpoint replied.

        Args:
            endpoint: The endpoint.
            latency: How long it took, in microseconds.
            now: The time in microseconds.

        Raises:
            KeyhomeError: As for `sent`.

        Example:
            >>> replicas = keyhome.ReplicaSet(router, 0)
            >>> replicas.sent(0, 1_000_000)
            >>> replicas.done(0, 400, 1_000_400)
            >>> replicas.latency(0)
            400
        """

    def failed(self, endpoint: int, now: int, /) -> None:
        """Tells that an endpoint did not reply: the connection was refused or closed, or the request timed out. Three in a
        row, and it is left out for a second, longer each time; but never more than half of the endpoints are.

        Args:
            endpoint: The endpoint.
            now: The time in microseconds.

        Raises:
            KeyhomeError: As for `sent`.

        Example:
            >>> replicas = keyhome.ReplicaSet(router, 0)
            >>> replicas.sent(0, 1_000_000)
            >>> replicas.failed(0, 1_200_000)
            >>> replicas.snapshot()["endpoints"][0]["failures"]
            1
        """

    def released(self, endpoint: int, now: int, /) -> None:
        """Tells that a request is over, and that its time says nothing: it was cancelled, or it was a write or a whole
        pipeline.

        Args:
            endpoint: The endpoint.
            now: The time in microseconds.

        Raises:
            KeyhomeError: As for `sent`.

        Example:
            >>> replicas = keyhome.ReplicaSet(router, 0)
            >>> replicas.sent(0, 1_000_000)
            >>> replicas.released(0, 1_000_400)
            >>> replicas.in_flight(0), replicas.latency(0)
            (0, None)
        """

    def set_up(self, endpoint: int, up: bool) -> None:
        """Says whether an endpoint may be read from at all.

        Args:
            endpoint: The endpoint.
            up: Whether it may. Failures of one that comes up are forgotten.

        Raises:
            KeyhomeError: As for `sent`.

        Example:
            >>> replicas = keyhome.ReplicaSet(router, 0)
            >>> replicas.set_up(0, False)
            >>> replicas.is_up(0)
            False
        """

    def is_up(self, endpoint: int, /) -> bool:
        """Whether an endpoint may be read from.

        Args:
            endpoint: The endpoint.

        Returns:
            Whether it may; `False` where there is no such endpoint.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> replicas = keyhome.ReplicaSet(router, 0)
            >>> replicas.is_up(0), replicas.is_up(1)
            (True, False)
        """

    def in_flight(self, endpoint: int, /) -> int:
        """How many requests an endpoint has been sent that are not over.

        Args:
            endpoint: The endpoint.

        Returns:
            How many; 0 where there is no such endpoint.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> keyhome.ReplicaSet(router, 0).in_flight(0)
            0
        """

    def latency(self, endpoint: int, /) -> int | None:
        """The moving average of the latencies of an endpoint, as of when it last moved.

        Args:
            endpoint: The endpoint.

        Returns:
            Microseconds; `None` where none is known.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> keyhome.ReplicaSet(router, 0).latency(0) is None
            True
        """

    @property
    def count(self) -> int:
        """How many endpoints there are.

        Example:
            >>> keyhome.ReplicaSet(router, 0).count
            1
        """

    @property
    def read_from(self) -> ReadFrom:
        """The policy that was given.

        Example:
            >>> keyhome.ReplicaSet(router, 0).read_from
            'primary'
        """

    def replace(self, router: Router, index: int) -> list[int | None]:
        """Takes the endpoints of a node of another router, after a failover or a reload. What is known of an address that
        stays is kept.

        Args:
            router: The router that has the node.
            index: The index of the node.

        Returns:
            For each old endpoint its new place, under which requests in flight are reported; `None` where it is gone.

        Raises:
            KeyhomeError: `argument.range` where there is no such node; `argument.type`.

        Example:
            >>> keyhome.ReplicaSet(router, 0).replace(router, 1)
            [None]
        """

    def snapshot(self) -> ReplicaSetSnapshot:
        """All that is known: `read_from`, `zone` and `endpoints`.

        Example:
            >>> keyhome.ReplicaSet(router, 0).snapshot()["endpoints"][0]["address"]
            '10.0.0.1:6379'
        """

@final
class HotKeys:
    """The hottest keys of a stream, in memory that does not grow, with bounds on every count.

    Counts are never too low, and by how much each may be too high is known. Times are whole microseconds of any clock,
    the same in all summaries that are to be merged. Threads may share it.

    Args:
        capacity: The number of keys that have a counter, 1 to 4096. Each takes some 240 bytes.
        window: Microseconds between two halvings of all counts; 0 for never.

    Raises:
        KeyhomeError: `argument.range`, `argument.type`.

    Example:
        >>> hot = keyhome.HotKeys(capacity=64, window=10_000_000)
        >>> for user in range(1000):
        ...     _ = hot.record("feed:home", 1_000_000)
        ...     _ = hot.record(f"user:{user}", 1_000_000)
        >>> hot.top(1)
        [{'key': 'feed:home', 'length': 9, 'count': 1000, 'error': 0}]
    """

    def __new__(cls, capacity: int | None = None, window: int | None = None) -> HotKeys: ...
    def record(self, key: Key, now: int, count: int | None = None, /) -> int:
        """Counts a key.

        Args:
            key: As for `slot`.
            now: The time in microseconds; one before the latest that was given counts as the latest.
            count: How often it is counted. Who looks at every n-th key only gives n.

        Returns:
            How often the key was counted at least, 0 while it has no counter: to be compared with the count above which a
            key is hot.

        Raises:
            KeyhomeError: `key.encoding`, `key.type`; `argument.type`, `argument.range`.

        Example:
            >>> hot = keyhome.HotKeys()
            >>> hot.record("feed:home", 1_000_000), hot.record(b"feed:home", 1_000_100, 5)
            (1, 6)
        """

    def advance(self, now: int, /) -> None:
        """Lets time pass without a key: counts are halved once for each window that began since.

        Args:
            now: The time in microseconds.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> hot = keyhome.HotKeys(window=1_000_000)
            >>> _ = hot.record("feed:home", 500_000, 8)
            >>> hot.advance(1_500_000)
            >>> hot.total
            4
        """

    def top(self, n: int, /) -> list[HotKey]:
        r"""The keys of the highest counts.

        Args:
            n: How many at most.

        Returns:
            Highest first: `key`, a `str` where it is UTF-8 and else `bytes`; `length`, its length in bytes: of a key of
            more than 128 bytes only the first 120 are kept; `count`, how often it was counted at most; `error`, by how
            much that may be too high.

        Raises:
            KeyhomeError: `argument.type`, `argument.range`.

        Example:
            >>> hot = keyhome.HotKeys()
            >>> _ = hot.record(b"\xff", 1_000_000, 2)
            >>> hot.top(10)
            [{'key': b'\xff', 'length': 1, 'count': 2, 'error': 0}]
        """

    def estimate(self, key: Key, /) -> Estimate:
        """What is known of the count of one key, whether it has a counter or not.

        Args:
            key: As for `slot`.

        Returns:
            `count`, how often it was counted at most, and `error`, by how much that may be too high.

        Raises:
            KeyhomeError: `key.encoding`, `key.type`.

        Example:
            >>> keyhome.HotKeys().estimate("feed:home")
            {'count': 0, 'error': 0}
        """

    @property
    def total(self) -> int:
        """How often keys were counted altogether, halved as the counts are. Every key that was counted more than `total /
        capacity` times has a counter.

        Example:
            >>> keyhome.HotKeys().total
            0
        """

    @property
    def floor(self) -> int:
        """No key without a counter was counted more often than this.

        Example:
            >>> keyhome.HotKeys().floor
            0
        """

    @property
    def options(self) -> HotKeysOptions:
        """`capacity` and `window`, as they were given.

        Example:
            >>> keyhome.HotKeys(64).options
            {'capacity': 64, 'window': 0}
        """

    def merge(self, other: HotKeys, /) -> None:
        """Adds what another summary counted, as if this one had seen its keys as well. The other one stays as it is.

        Args:
            other: A summary of the same options.

        Raises:
            KeyhomeError: `hotkeys.merge` where the options differ; `argument.type`.

        Example:
            >>> one, other = keyhome.HotKeys(), keyhome.HotKeys()
            >>> _ = one.record("feed:home", 1_000_000, 2), other.record("feed:home", 1_000_000, 3)
            >>> one.merge(other)
            >>> one.estimate("feed:home")["count"]
            5
        """

    def to_bytes(self) -> bytes:
        r"""The whole summary in a compact form, the same bytes in every language.

        Example:
            >>> keyhome.HotKeys(64).to_bytes()
            b'khk1@\x00\x00\x00\x00\x00'
        """

    @staticmethod
    def from_bytes(bytes: Buffer, /) -> HotKeys:
        """The summary that `to_bytes` gave, here or in another process of any language.

        Args:
            bytes: `bytes`, or another buffer of bytes.

        Returns:
            The summary.

        Raises:
            KeyhomeError: `hotkeys.bytes` for bytes that are no summary; `argument.type`.

        Example:
            >>> keyhome.HotKeys.from_bytes(keyhome.HotKeys(64).to_bytes())
            <keyhome.HotKeys: 0 of 64 counters in use>
        """

    def __len__(self) -> int: ...
    def __bool__(self) -> bool: ...
