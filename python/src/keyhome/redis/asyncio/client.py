"""redis-py's asyncio client on many servers, as if it were one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import cached_property
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry

from ..._sharded.attempts import Attempts, asked_elsewhere, outcomes_of, sendings_to
from ..._sharded.batches import Sending
from ..._sharded.connection_options import connection_options, is_for_all_connections
from ..._sharded.face import ManyServers
from ..._sharded.kinds import Kind, kind_of, kinds
from ..._sharded.parts import Part, is_whole
from ..._sharded.plan import Nodes
from ..._sharded.registration import OnDifference, checked
from ..._sharded.settle import reached_of
from ..._sharded.shard import Endpoint, Shard
from ..retries import AsyncWatchedRetry
from ..search import AsyncShardedSearch
from .exchange import exchanged
from .liveness import check
from .node_pools import NodePools
from .pipeline import ShardedPipeline
from .pubsub import ShardedPubSub
from .registrar import Registrar, admitted


class ShardedRedis(ManyServers[Redis], Redis):  # type: ignore[misc]
    """redis-py's asyncio client for a pool of many servers: each key lives where the pool's config says, exactly where twemproxy
    and every other client of the same config look for it.

    Commands, their types, pipelines, transactions, scripts and locks are those of redis-py. A command goes to the node of
    its keys; MGET, MSET, DEL, UNLINK, TOUCH and EXISTS are split, one command a node; commands without keys go to all nodes
    where that makes sense, and their replies become one. What has no meaning over several nodes is refused with
    `client.unsupported`, keys of one command on different nodes with `client.nodes`.

    Tasks of one event loop may share it. Make it with `from_config`, or from a list of nodes.

    Example:
        >>> ShardedRedis(["10.0.0.1:6379:1 redis-1", {"host": "10.0.0.2", "name": "redis-2"}])
        <keyhome.redis.asyncio.ShardedRedis: twemproxy, 2 nodes>
    """

    _client_type = Redis
    _retry_type = Retry
    _watched_retry_type = AsyncWatchedRetry
    # Held by who exchanges the registrar.
    _registering: asyncio.Lock

    @cached_property
    def _background(self) -> set[asyncio.Task[None]]:
        # Tasks that nobody waits for; the event loop itself does not keep them.
        return set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _check(self, shard: Shard[Redis], checked: Callable[[bool], None]) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            # `router` may be asked from anywhere. Where nothing is reported of it, the node is to be checked again later.
            return
        self._start(check(shard, checked))

    def _retire(self, endpoint: Endpoint[Redis]) -> None:
        self._start(endpoint.client.aclose())

    def _all_connections(self) -> NodePools:
        return NodePools(self._pool)

    def _register(self, on_difference: OnDifference) -> None:
        pool = self._pool
        registrar = Registrar(pool.plan, pool.primaries(pool.plan), pool.options.fingerprint_group)
        self._registering = asyncio.Lock()
        pool.has_registered(registrar)

    # Where commands go.

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Sends a command to where it belongs. redis-py calls this with every command.

        Raises:
            KeyhomeError: The codes `client.*`; `node.ejected`, `pool.ejected`, `replica.unavailable`; `command.unknown`,
                `command.arguments`; `key.encoding`.
        """
        pool = self._pool
        if pool.registrar is not None:
            await admitted(pool)
        kind = kinds.get(args[0]) or kind_of(args)
        if pool.hot_keys is not None:
            pool.hot_keys.count(args, kind)
        if kind.is_direct and kind.place < len(args):
            shard = pool.placement.shard(args[kind.place])
        elif is_for_all_connections(kind):
            return await self._tell_all(args, options, kind)
        else:
            parts, shards = pool.parts(args, kind)
            if not is_whole(parts, args, kind, pool.placement):
                return await self._ask_all(parts, shards, kind, args, options)
            shard = shards[parts[0].node]
        if shard.replicas is not None:
            return await self._ask_any(shard, kind, args, options)
        if pool.placement.alert:
            pool.placement.admit(shard.index)
        endpoint = shard.primary
        started = pool.begin(shard, endpoint)
        try:
            reply = await endpoint.client.execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except BaseException as error:
            pool.failed(shard, endpoint, error)
            raise
        pool.replied(shard, endpoint, 0 if kind.blocking else started)
        return reply

    async def _ask_all(
        self,
        parts: Sequence[Part],
        shards: Sequence[Shard[Redis]],
        kind: Kind,
        args: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        """Sends the parts of a command to their nodes."""
        targets = self._targets(parts, shards, kind)
        replies = await self._send(sendings_to(targets, options, kind))
        return self._settled(targets, outcomes_of(targets, replies), args, options, kind)

    async def _ask_any(self, shard: Shard[Redis], kind: Kind, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Sends a command to a node that has replicas; a read whose endpoint went away is asked elsewhere."""
        attempts = Attempts(self._pool, shard, kind, self._policy)
        while True:
            endpoint = attempts.begin()
            try:
                reply = await endpoint.client.execute_command(*args, **options)  # type: ignore[no-untyped-call]
            except BaseException as error:
                if not attempts.failed(error):
                    raise
            else:
                attempts.replied()
                return reply

    async def _tell_all(self, args: tuple[Any, ...], options: dict[str, Any], kind: Kind) -> Any:
        """SELECT, AUTH, CLIENT SETNAME: for all connections that are, and all that will be; refused for all if a node refuses
        it."""
        told = connection_options(args, kind)
        targets = self._pool.newly_connected(args, told)
        try:
            replies = await self._send(sendings_to(targets, options, kind))
        finally:
            for target in targets:
                await target.endpoint.client.aclose()
        reached, outcomes = reached_of(targets, outcomes_of(targets, replies))
        reply = self._settled(reached, outcomes, args, options, kind)
        self._pool.connect_anew(told)
        return reply

    async def _send(self, sendings: Sequence[Sending[Redis]]) -> list[list[Any] | Exception]:
        """Sends to several servers at once; what only reads, and whose server went away, is asked elsewhere."""
        outcomes = await exchanged(self._pool, sendings)
        for at, sending in asked_elsewhere(self._pool, sendings, outcomes, self._policy):
            [outcomes[at]] = await exchanged(self._pool, [sending])
        return outcomes

    # What redis-py's client has besides commands, and keyhome's besides that.

    def pipeline(self, transaction: bool | None = None, shard_hint: Any = None) -> ShardedPipeline:
        """Commands that are queued, and sent together by `execute`: one write a node, replies in the order of the commands.

        Args:
            transaction: Whether they are one transaction: then all their keys must live on one node, else `execute` raises
                `client.nodes`. Without it they are not, other than redis-py's, unless `multi()` is called.
            shard_hint: As redis-py's, which does nothing with it.
        """
        return ShardedPipeline(self, bool(transaction), shard_hint)

    def pubsub(self, **kwargs: Any) -> ShardedPubSub:
        """Subscriptions: each channel on the node that owns its name, where PUBLISH sends; patterns on all nodes. Arguments
        are those of redis-py's `PubSub`."""
        return ShardedPubSub(self._pool, **kwargs)

    def ft(self, index_name: str = "idx") -> AsyncShardedSearch:
        """As redis-py's: an index is made on all nodes, and what is found comes node by node."""
        return AsyncShardedSearch(client=self, index_name=index_name)  # type: ignore[no-untyped-call]

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Closes all connections. Commands after it are refused with `client.closed`."""
        self._pool.close()
        if self._pool.registrar is not None:
            # Not while a reload is about to exchange it.
            async with self._registering:
                await self._pool.registrar.close()
        for shard in self._pool.shards:
            for endpoint in shard.endpoints:
                await endpoint.client.aclose()
        await asyncio.gather(*self._background)

    async def initialize(self) -> Self:
        """As redis-py's: nothing is to be done before the first command, but to compare fingerprints where that is wanted.

        Raises:
            KeyhomeError: `fingerprint.differs`.
        """
        if self._pool.registrar is not None:
            await admitted(self._pool)
        return self

    async def __aenter__(self) -> Self:
        return await self.initialize()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def reload(
        self, source: str | bytes | Nodes, pool: str | None = None, fingerprint: OnDifference | None = None
    ) -> None:
        """Goes over to another config, while other tasks use the client. Connections to addresses that stay are kept;
        what was sent over others finishes, and they are closed after that.

        Args:
            source: As for `ShardedRedis`.
            pool: The name of the pool; that of before unless said.
            fingerprint: What is done this time where other writers place keys differently, with that option.

        Raises:
            KeyhomeError: As for `ShardedRedis`; `client.closed`. Then nothing has changed.
        """
        checked(fingerprint)
        own = self._pool
        plan = own.plan_of(source, pool)
        if own.registrar is None:
            own.go_over(plan)
            return
        async with self._registering:
            own.check_open()
            before: Registrar = own.registrar
            registrar = Registrar(plan, own.primaries(plan), own.options.fingerprint_group, before)
            await registrar.admit(fingerprint or own.options.fingerprint or "warn", before)
            try:
                own.go_over(plan)
            except BaseException:
                await registrar.close(before)
                raise
            own.has_registered(registrar)
            await before.close(registrar)
