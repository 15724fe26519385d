"""The servers of a client: found, watched, and exchanged by a reload."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .. import ReplicaSet, Router
from .._errors import KeyhomeError
from .._nodes import Node
from .._shapes import HealthEvent, PoolSettings, ReplicaOptions
from .._words import ReadFrom
from .errors import UnavailableError, ejected, unsupported
from .key_counts import KeyCounts
from .kinds import Kind
from .options import Options
from .parts import Part, live_nodes, parts_of
from .placement import Placement
from .plan import Nodes, Plan, host_and_port, plan_of, redis_options
from .primary import Primary
from .settle import Target
from .shard import Endpoint, Shard

Client = TypeVar("Client")

# How much a new latency counts in the average.
_SHARE = 1 / 64

_log = logging.getLogger("keyhome")


class Pool(Generic[Client]):
    """The servers of a client, and what is decided about each command before and after it is sent.

    Args:
        source: The text of a config, or the nodes.
        options: What the client is made with.
        connect: Makes redis-py's client of an endpoint, and says whether that is a replica.
        check: Begins to find out whether a node answers, and tells when that is known.
        retire: Closes an endpoint that nobody asks any more.

    Raises:
        KeyhomeError: Those of `plan_of` and of `KeyCounts`; `argument.type`.

    Attributes:
        options: What the client was made with.
        plan: The pool, and how it is served.
        read_from: Which endpoint of a node serves a read.
        placement: Where keys live.
        hot_keys: Which keys are asked for most, if that is counted.
        registrar: Tells servers how keys are placed, if that was asked for.
        registering: Held by who exchanges it.
    """

    def __init__(
        self,
        source: str | bytes | Nodes,
        options: Options,
        connect: Callable[[Endpoint[Client], bool], Client],
        check: Callable[[Shard[Client], Callable[[bool], None]], None],
        retire: Callable[[Endpoint[Client]], None],
    ) -> None:
        self.options = options
        self._connect = connect
        self._retire = retire
        self._reloading = threading.Lock()
        self._is_closed = False
        self.registrar: Any = None
        self._leaving: weakref.finalize[..., Pool[Client]] | None = None
        self.registering = threading.Lock()
        self._max_queue = options.max_queue
        self.hot_keys = None if options.hot_keys is False else KeyCounts(options.hot_keys)
        # What was said to all connections while the client is used: SELECT, AUTH.
        self._told_connections: dict[str, Any] = {}
        self.plan = plan = plan_of(source, options.pool, options.pool_options)
        self.read_from: ReadFrom = self._read_from(plan.settings)
        self.checked_policy(self.read_from, plan)
        shards = self._shards(plan, (), {})
        encoder: Any = shards[0].primary.client.get_encoder()  # type: ignore[attr-defined]
        is_utf8 = encoder.encoding.lower().replace("-", "") == "utf8" and encoder.encoding_errors == "strict"
        self.placement = Placement[Shard[Client]](plan, shards, self._told, check, None if is_utf8 else encoder.encode)
        _adopt(shards)
        _pools.add(self)

    @property
    def shards(self) -> tuple[Shard[Client], ...]:
        """All nodes, in the order of the config."""
        return self.placement.live.shards

    def __str__(self) -> str:
        count = len(self.shards)
        return f"{self.plan.settings['dialect']}, {count} {'node' if count == 1 else 'nodes'}"

    def router(self) -> Router:
        """The router in use: without the nodes that are out."""
        if self.placement.alert:
            self.placement.refresh()
        return self.placement.live.router

    def checked_policy(self, read_from: ReadFrom, plan: Plan | None = None) -> ReadFrom:
        """The same policy.

        Raises:
            KeyhomeError: `argument.type` where it is none.
        """
        router = self.placement.live.router if plan is None else plan.router
        return ReplicaSet(router, 0, {"read_from": read_from}).read_from

    def _read_from(self, settings: PoolSettings) -> ReadFrom:
        return settings.get("read_from", "primary") if self.options.read_from is None else self.options.read_from

    def _shards(self, plan: Plan, old: tuple[Shard[Client], ...], told: Mapping[str, Any]) -> tuple[Shard[Client], ...]:
        """What serves the nodes of a plan; what is there already of the same name, address and options is kept."""
        known = {(shard.node.name, endpoint.address): endpoint for shard in old for endpoint in shard.endpoints}
        by_name = {shard.node.name: shard for shard in old}
        replica_options: ReplicaOptions = {"read_from": self._read_from(plan.settings)}
        if zone := self.options.zone or plan.settings.get("zone"):
            replica_options["zone"] = zone
        shards = []
        for index, node in enumerate(plan.router.nodes):
            addresses = [node.address, *(replica.address for replica in node.replicas)]
            endpoints = tuple(
                self._endpoint(node, address, at > 0, plan.settings, told, known.get((node.name, address)))
                for at, address in enumerate(addresses)
            )
            shard = Shard(plan.router, index, endpoints, replica_options)
            before = by_name.get(node.name)
            if before and before.endpoints == endpoints and before.options == replica_options:
                # What is known of latencies and failures stays.
                shard.replicas, shard.lost = before.replicas, before.lost
            shards.append(shard)
        return tuple(shards)

    def _endpoint(
        self,
        node: Node,
        address: str,
        is_replica: bool,
        settings: PoolSettings,
        told: Mapping[str, Any],
        known: Endpoint[Client] | None,
    ) -> Endpoint[Client]:
        options = {**redis_options(settings), **self.options.redis}
        if self.options.node_options is not None:
            options.update(self.options.node_options(node, address))
        options.update(told)
        options.update(host_and_port(address))
        if known is not None and known.options == options:
            return known
        endpoint: Endpoint[Client] = Endpoint(address, options)
        endpoint.client = self._connect(endpoint, is_replica)
        return endpoint

    def plan_of(self, source: str | bytes | Nodes, pool: str | None) -> Plan:
        """Another plan for the same client.

        Raises:
            KeyhomeError: Those of `plan_of`.
        """
        return plan_of(source, pool or self.options.pool, self.options.pool_options)

    def go_over(self, plan: Plan) -> None:
        """Goes over to another plan at once. Connections that nobody needs any more are closed when what was sent over them is
        over.

        Raises:
            KeyhomeError: `client.closed`. Then nothing has changed.
        """
        with self._reloading:
            self.check_open()
            self._exchange(plan, self._told_connections)

    def has_registered(self, registrar: Any) -> None:
        """Takes over what tells servers how keys are placed, until nobody uses the client any more."""
        if self._leaving is not None:
            self._leaving.detach()
        self.registrar = registrar
        self._leaving = weakref.finalize(self, registrar.abandon)

    def primaries(self, plan: Plan) -> list[Primary]:
        """The servers of a plan, to be told how it places keys."""
        shards = self._shards(plan, self.shards, self._told_connections)
        return [Primary(shard.node, shard.primary.client) for shard in shards]

    def newly_connected(self, args: tuple[Any, ...], told: Mapping[str, Any]) -> list[Target[Client]]:
        """The primaries that take part, over connections of their own for which more is said: whether they take it is seen
        before the others are exchanged. They are to be closed by who asks them.

        Args:
            args: What to ask them, as redis-py's `execute_command` takes it.
            told: redis-py's options.

        Raises:
            KeyhomeError: `pool.ejected`.
        """
        live = live_nodes(self.placement)
        shards = self._shards(self.plan, (), {**self._told_connections, **told})
        _adopt(shards)
        for shard in shards:
            # What fails here is nothing that health hears of.
            shard.index = -1
        return [Target(shards[node], shards[node].primary, Part(node, args)) for node in live if node < len(shards)]

    def connect_anew(self, told: Mapping[str, Any]) -> None:
        """Goes over to connections for which more is said, as redis-py's options. What was sent over others finishes."""
        with self._reloading:
            self._exchange(self.plan, {**self._told_connections, **told})

    def remember(self, told: Mapping[str, Any]) -> list[Endpoint[Client]]:
        """Has connections that will be made hear of what those that are have to be told; gives all endpoints that are."""
        with self._reloading:
            self._told_connections = {**self._told_connections, **told}
            endpoints = [endpoint for shard in self.shards for endpoint in shard.endpoints]
            for endpoint in endpoints:
                endpoint.options.update(told)
            return endpoints

    def _exchange(self, plan: Plan, told: Mapping[str, Any]) -> None:
        old = self.shards
        shards = self._shards(plan, old, told)
        self.placement.reload(plan, shards)
        self.plan, self._told_connections = plan, dict(told)
        self.read_from = self._read_from(plan.settings)
        _adopt(shards)
        by_name = {shard.node.name: shard for shard in shards}
        for shard in old:
            # What is under way is reported of the node that it was sent to, or not at all.
            heir = by_name.get(shard.node.name)
            shard.index = heir.index if heir is not None and heir.primary is shard.primary else -1
        kept = {id(endpoint) for shard in shards for endpoint in shard.endpoints}
        for endpoint in (endpoint for shard in old for endpoint in shard.endpoints if id(endpoint) not in kept):
            endpoint.retired = True
            self.leave(endpoint, 0)

    def attempt_failed(self, endpoint: Endpoint[Client], error: BaseException) -> None:
        """An attempt of redis-py failed, and there may be more: not if that was enough for the node to be taken out.

        Raises:
            UnavailableError: `node.ejected`.
        """
        shard = endpoint.shard
        shard.failed(endpoint, error, self.placement)
        if endpoint is shard.primary and shard.index >= 0 and not self.placement.is_live(shard.index):
            raise ejected(shard.node) from error

    def parts(self, args: tuple[Any, ...], kind: Kind) -> tuple[list[Part], tuple[Shard[Client], ...]]:
        """The parts of a command, and the nodes that their indexes are of: a reload by another thread exchanges both.

        Raises:
            KeyhomeError: Those of `parts_of`.
        """
        if kind.command == "watch":
            raise unsupported("WATCH by itself", "watch with a pipeline")
        while True:
            shards = self.shards
            parts = parts_of(args, kind, self.placement)
            if self.shards is shards:
                return parts, shards

    def endpoint(self, shard: Shard[Client], reads: bool, policy: ReadFrom) -> Endpoint[Client]:
        """Who is asked: the primary, or for what only reads whom the policy says.

        Raises:
            UnavailableError: `node.ejected`, `replica.unavailable`.
        """
        endpoint = shard.endpoints[shard.choose(policy) if reads else 0]
        if endpoint is shard.primary:
            self.placement.admit(shard.index)
        return endpoint

    def targets(
        self, parts: Sequence[Part], shards: Sequence[Shard[Client]], kind: Kind, policy: ReadFrom
    ) -> list[Target[Client]]:
        """Who is asked for the parts of a command."""
        targets = []
        for part in parts:
            shard = shards[part.node]
            endpoint, refusal = shard.primary, None
            try:
                endpoint = self.endpoint(shard, kind.reads, policy)
            except UnavailableError as error:
                refusal = error
            targets.append(Target(shard, endpoint, part, refusal))
            if kind.fan_out == "all_nodes":
                # Replicas that nobody reads from need not be there.
                targets += [Target(shard, replica, part) for replica in shard.endpoints[1:] if replica.requests]
        return targets

    def begin(self, shard: Shard[Client], endpoint: Endpoint[Client], commands: int = 1) -> float:
        """Counts what is about to be sent.

        Returns:
            The time.

        Raises:
            KeyhomeError: `client.queue`, `client.closed`.
        """
        if endpoint.queue >= self._max_queue:
            self.check_open()
            waiting = f"{endpoint.queue} commands wait for {shard.node.name} ({endpoint.address})"
            raise KeyhomeError("client.queue", f"{waiting}, which does not keep up")
        endpoint.requests += commands
        endpoint.queue += commands
        return time.perf_counter()

    def check_open(self) -> None:
        """Refuses what is asked of a client that was closed.

        Raises:
            KeyhomeError: `client.closed`.
        """
        if self._is_closed:
            raise KeyhomeError("client.closed", "the client was closed")

    def close(self) -> None:
        """Refuses every command from now on."""
        self._is_closed = True
        self._max_queue = 0

    def replied(self, shard: Shard[Client], endpoint: Endpoint[Client], started: float, commands: int = 1) -> None:
        """A reply came. A time of 0 is not counted."""
        if started:
            took = time.perf_counter() - started
            endpoint.latency += (took - endpoint.latency) * _SHARE if endpoint.latency else took
        self.leave(endpoint, commands)
        if self.placement.alert and endpoint is shard.primary:
            self.placement.report(shard.index, "reply")

    def failed(self, shard: Shard[Client], endpoint: Endpoint[Client], error: BaseException, commands: int = 1) -> None:
        """There is no reply, or one that is an error."""
        self.leave(endpoint, commands)
        endpoint.errors += 1
        shard.failed(endpoint, error, self.placement)

    def leave(self, endpoint: Endpoint[Client], commands: int) -> None:
        """Nobody waits any more for the replies to so many commands."""
        endpoint.queue -= commands
        if endpoint.retired and endpoint.queue <= 0:
            self._retire(endpoint)

    def node_options(self) -> dict[str, Any]:
        """redis-py's options of the first node's connections, for what looks at those: protocols, encodings."""
        kwargs: dict[str, Any] = self.shards[0].primary.client.get_connection_kwargs()  # type: ignore[attr-defined]
        return kwargs

    def _told(self, event: HealthEvent, shard: Shard[Client] | None) -> None:
        if shard is None:
            _log.warning("all nodes have failed and are left alone for now")
            return
        node = shard.node
        hook = None
        if event["event"] == "ejected":
            _log.warning("%s (%s) failed too often and is left alone for now", node.name, node.address)
            hook = self.options.on_ejected
        elif event["event"] == "returned":
            _log.info("%s (%s) takes part again", node.name, node.address)
            hook = self.options.on_returned
        if hook is None:
            return
        try:
            hook(node, event)
        except Exception:
            # It is not the error of the command that happens to be under way.
            _log.exception("the hook for `%s` failed", event["event"])

    def forked(self) -> None:
        """In the child of a fork: what other threads of the parent waited for is not waited for here."""
        self.placement.forked()
        self._reloading, self.registering = threading.Lock(), threading.Lock()
        if self.registrar is not None:
            self.registrar.forked()
        for shard in self.shards:
            for endpoint in shard.endpoints:
                endpoint.queue = 0


def _adopt(shards: Sequence[Shard[Any]]) -> None:
    """Tells all endpoints to which node they belong."""
    for shard in shards:
        for endpoint in shard.endpoints:
            endpoint.shard = shard


_pools: weakref.WeakSet[Pool[Any]] = weakref.WeakSet()


def _forked() -> None:
    for pool in _pools:
        pool.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
