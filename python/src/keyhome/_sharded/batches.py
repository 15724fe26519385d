"""A pipeline, split by node: what each is sent, and the results in the order of the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from .._errors import KeyhomeError
from .._words import ReadFrom
from .connection_options import is_for_all_connections
from .errors import SplitError, UnavailableError, several_nodes, unsupported
from .kinds import Kind, kind_of, kinds
from .parts import Part, common_node, is_whole, live_nodes
from .pool import Pool
from .settle import Callbacks, Target, settled
from .shard import Endpoint, Shard

Client = TypeVar("Client")

# What goes to more nodes than the one of a transaction.
_BY_ITSELF = ("all_primaries", "all_nodes", "cursor")

Queued = tuple[tuple[Any, ...], Mapping[str, Any]]
"""A command of a pipeline: as redis-py's `execute_command` takes it."""


Ask = tuple[tuple[Any, ...], Mapping[str, Any], bool]
"""A command, or a part of one, for one server: as redis-py's `execute_command` takes it, its options, and whether its reply is
wanted as the server sends it, to be merged with others."""


class Sending(NamedTuple, Generic[Client]):
    """Commands, and the server that they are for.

    Attributes:
        shard: Its node.
        endpoint: The server.
        asks: The commands.
        reads: Whether all of them read, so that another endpoint of the node will do.
    """

    shard: Shard[Client]
    endpoint: Endpoint[Client]
    asks: Sequence[Ask]
    reads: bool


class Batch(Generic[Client]):
    """What one node is sent.

    Attributes:
        shard: The node.
        asks: Its commands, in order.
        reads: Whether all of them read: then a replica may serve them.
    """

    __slots__ = ("asks", "outcome", "reads", "shard")

    def __init__(self, shard: Shard[Client]) -> None:
        self.shard = shard
        self.asks: list[Ask] = []
        self.reads = True
        # One reply for each command; or why there are none.
        self.outcome: Sequence[Any] | Exception = ()

    def add(self, ask: Ask, kind: Kind) -> int:
        """Adds a command; gives its place."""
        asks = self.asks
        asks.append(ask)
        if not kind.reads:
            self.reads = False
        return len(asks) - 1

    def reply(self, at: int) -> Any:
        """The reply of a command, or the error."""
        outcome = self.outcome
        return outcome if isinstance(outcome, Exception) else outcome[at]


@dataclass(frozen=True, slots=True)
class _Split:
    """A command that became parts, which are in several batches."""

    kind: Kind
    places: list[tuple[Batch[Any], int]]
    targets: list[Target[Any]]


class Batches(Generic[Client]):
    """A pipeline, split by node.

    Args:
        pool: The servers.
        stack: The commands.
        scripts: redis-py's scripts that may be among them.
    """

    def __init__(self, pool: Pool[Client], stack: Sequence[Queued], scripts: Iterable[Any]) -> None:
        self._pool = pool
        self._stack = stack
        self._by_shard: dict[Shard[Client], Batch[Client]] = {}
        self._scripts = {script.sha: script.script for script in scripts}
        self._loaded: set[tuple[Shard[Client], Any]] = set()
        # Where the result of each command is found.
        self._found: list[tuple[Batch[Client], int] | _Split | Exception] = []
        placement = pool.placement
        version: int | None = None
        # Where keys move meanwhile, commands on one key would be done on two nodes.
        while placement.version != version:
            version = placement.version
            self._by_shard.clear()
            self._loaded.clear()
            self._found = [self._added(*queued) for queued in stack]

    def _added(
        self, args: tuple[Any, ...], options: Mapping[str, Any]
    ) -> tuple[Batch[Client], int] | _Split | Exception:
        pool = self._pool
        try:
            kind = kinds.get(args[0]) or kind_of(args)
            if pool.hot_keys is not None:
                pool.hot_keys.count(args, kind)
            if kind.is_direct and kind.place < len(args):
                shard = pool.placement.shard(args[kind.place])
                batch = self._by_shard.get(shard) or self._batch(shard)
                return batch, batch.add((args, options, False), kind)
            parts, shards = pool.parts(args, kind)
            if is_whole(parts, args, kind, pool.placement):
                batch = self._batch(shards[parts[0].node])
                return batch, batch.add((self._with_script(args, batch), options, False), kind)
            if pool.options.strict and kind.fan_out == "split":
                raise several_nodes(kind.command.upper(), pool.placement.nodes(part.node for part in parts))
            return self._split(parts, shards, kind, options)
        except KeyhomeError as error:
            return error

    def _split(
        self, parts: list[Part], shards: Sequence[Shard[Client]], kind: Kind, options: Mapping[str, Any]
    ) -> _Split:
        places, targets = [], []
        for part in parts:
            batch = self._batch(shards[part.node])
            places.append((batch, batch.add((part.args, options, True), kind)))
            targets.append(Target(batch.shard, batch.shard.primary, part))
        return _Split(kind, places, targets)

    def _batch(self, shard: Shard[Client]) -> Batch[Client]:
        batch = self._by_shard.get(shard)
        if batch is None:
            batch = self._by_shard[shard] = Batch(shard)
        return batch

    def _with_script(self, args: tuple[Any, ...], batch: Batch[Client]) -> tuple[Any, ...]:
        """The first EVALSHA of a script on a node brings the script along: no server need know it before, and none is asked
        whether it does."""
        if args[0] != "EVALSHA" or args[1] not in self._scripts:
            return args
        use = (batch.shard, args[1])
        if use in self._loaded:
            return args
        self._loaded.add(use)
        return ("EVAL", self._scripts[args[1]], *args[2:])

    def results(self, callbacks: Callbacks) -> list[Any]:
        """The results, in the order of the commands; those that failed are their errors."""
        return [
            found[0].reply(found[1]) if isinstance(found, tuple) else self._result(at, found, callbacks)
            for at, found in enumerate(self._found)
        ]

    def _result(self, at: int, found: _Split | Exception, callbacks: Callbacks) -> Any:
        if isinstance(found, Exception):
            return found
        outcomes = [batch.reply(place) for batch, place in found.places]
        args, options = self._stack[at]
        try:
            return settled(args, options, found.kind, found.targets, outcomes, self._pool.placement, callbacks)
        except Exception as error:
            if isinstance(error, SplitError) or error in outcomes:
                return error
            raise

    def sendings(self, policy: ReadFrom) -> list[tuple[Batch[Client], Sending[Client]]]:
        """What is to be sent, and to whom; a batch that is for nobody has its outcome then."""
        sendings = []
        for batch in self._by_shard.values():
            shard = batch.shard
            try:
                endpoint = self._pool.endpoint(shard, batch.reads, policy)
            except UnavailableError as error:
                batch.outcome = error
            else:
                sendings.append((batch, Sending(shard, endpoint, batch.asks, batch.reads)))
        return sendings


def shard_of_transaction(pool: Pool[Client], stack: Sequence[Queued], pinned: Shard[Client] | None) -> Shard[Client]:
    """The one node of a transaction.

    Args:
        pool: The servers.
        stack: The commands.
        pinned: The node whose keys are watched.

    Raises:
        KeyhomeError: `client.nodes` where there are two; `client.unsupported`; those of `parts_of`.
    """
    placement, shards = pool.placement, pool.shards
    nodes = set() if pinned is None else {pinned.index}
    for args, _ in stack:
        kind = kind_of(args)
        if pool.hot_keys is not None:
            pool.hot_keys.count(args, kind)
        # SELECT, even on one node: its connection is the next caller's, too.
        if is_for_all_connections(kind) or (kind.fan_out in _BY_ITSELF and placement.count > 1):
            raise unsupported(f"{kind.command.upper()} in a transaction", "send it by itself")
        if (node := common_node(args, kind, placement)) is not None:
            nodes.add(node)
    if len(nodes) > 1:
        raise several_nodes("a transaction", placement.nodes(sorted(nodes)))
    if pinned is not None:
        return pinned
    node = nodes.pop() if nodes else live_nodes(placement)[0]
    # A reload by another thread exchanges what the index is of.
    return shards[node] if pool.shards is shards else shard_of_transaction(pool, stack, pinned)


def shard_of_watched(pool: Pool[Client], args: tuple[Any, ...], pinned: Shard[Client] | None) -> Shard[Client]:
    """The node of a command that is sent while keys are watched, or that watches them.

    Raises:
        KeyhomeError: As for `shard_of_transaction`.
    """
    kind = kind_of(args)
    if kind.fan_out == "connection" and not is_for_all_connections(kind):
        # UNWATCH goes where the watched keys are.
        args = ("PING",)
    return shard_of_transaction(pool, [(args, {})], pinned)
