"""redis-py's asyncio client on many servers, as if it were one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, NoReturn, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from ... import Router
from ..._nodes import Node
from ..._shapes import HotKey, HotKeysOptions
from ..._sharded.batches import Sending
from ..._sharded.errors import UnavailableError, may_be_asked_elsewhere, several_nodes, unsupported
from ..._sharded.kinds import Kind, kind_of, kinds
from ..._sharded.options import EventHook, Options
from ..._sharded.parts import Part, is_whole
from ..._sharded.plan import Nodes
from ..._sharded.pool import Pool
from ..._sharded.settle import Target, settled
from ..._sharded.shard import Endpoint, Shard
from ..._sharded.stats import NodeStats, stats_of
from ..._words import Key, ReadFrom
from ..retries import AsyncWatchedRetry
from ..search import AsyncShardedSearch
from .exchange import exchanged
from .liveness import check
from .node_pools import NodePools
from .pipeline import ShardedPipeline
from .pubsub import ShardedPubSub


class ShardedRedis(Redis):
    """redis-py's asyncio client for a pool of many servers: each key lives where the pool's config says, exactly where twemproxy
    and every other client of the same config look for it.

    Commands, their types, pipelines, transactions, scripts and locks are those of redis-py. A command goes to the node of
    its keys; MGET, MSET, DEL, UNLINK, TOUCH and EXISTS are split, one command a node; commands without keys go to all nodes
    where that makes sense, and their replies become one. What has no meaning over several nodes is refused with
    `client.unsupported`, keys of one command on different nodes with `client.nodes`.

    Tasks of one event loop may share it. Make it with `from_config`, or from a list of nodes.

    Args:
        source: The text of a config, a nutcracker.yml as it stands; or the servers: as in a config
            (`"10.0.0.1:6379:1 redis-1"`), or as dictionaries with `host` and, if need be, `port`, `name`, `weight`, `zone`,
            `replicas`.
        pool: The name of the pool; not needed where the config has one.
        pool_options: For a list of servers: the keys of a pool in a config, such as `distribution`, `hash_tag` and
            `auto_eject_hosts`.
        read_from: Which endpoint of a node serves a read; the config's `read_from` unless said, and without both the
            primary.
        zone: The caller's own zone, for `nearest` and `least-latency`; the config's `zone` unless said.
        max_queue: How many commands may wait for one server; more are refused with `client.queue`.
        hot_keys: Whether to count which keys are asked for most, or how: see `ShardedRedis.hot_keys`.
        strict: Whether to refuse commands whose keys live on several nodes (`client.nodes`) instead of splitting them.
        node_options: Gives options of redis-py for one address, on top of the others: passwords that differ, a way around a
            firewall.
        on_ejected: Called with a node that failed too often and is left alone, and the event.
        on_returned: Called with a node that takes part again, and the event.
        options: redis-py's options for the connections of every node: `decode_responses`, `password`, `socket_timeout`, ...
            They override what the config says (`timeout`, `redis_auth`, `redis_db`, `tcpkeepalive`).

    Raises:
        KeyhomeError: Those of `Router.from_config`; `client.cluster` for a pool that is a Redis Cluster;
            `placement.random`; `argument.type`.

    Example:
        >>> ShardedRedis(["10.0.0.1:6379:1 redis-1", {"host": "10.0.0.2", "name": "redis-2"}])
        <keyhome.redis.asyncio.ShardedRedis: twemproxy, 2 nodes>
    """

    def __init__(
        self,
        source: str | bytes | Nodes,
        *,
        pool: str | None = None,
        pool_options: Mapping[str, Any] | None = None,
        read_from: ReadFrom | None = None,
        zone: str | None = None,
        max_queue: int = 100_000,
        hot_keys: bool | HotKeysOptions = False,
        strict: bool = False,
        node_options: Callable[[Node, str], Mapping[str, Any]] | None = None,
        on_ejected: EventHook | None = None,
        on_returned: EventHook | None = None,
        **options: Any,
    ) -> None:
        given = Options(
            pool=pool,
            pool_options=pool_options,
            read_from=read_from,
            zone=zone,
            max_queue=max_queue,
            hot_keys=hot_keys,
            strict=strict,
            node_options=node_options,
            on_ejected=on_ejected,
            on_returned=on_returned,
            redis=options,
        )
        # Tasks that nobody waits for; the event loop itself does not keep them.
        self._background: set[asyncio.Task[None]] = set()
        self._pool: Pool[Redis] = Pool(source, given, self._connect, self._check, self._retire)
        self._reading_from: ReadFrom | None = None
        # What redis-py's own methods look at.
        self.connection_pool = NodePools(self._pool)
        self.connection = None

    @classmethod
    def from_config(cls, text: str | bytes, pool: str | None = None, **options: Any) -> Self:
        """A client of a pool of a config.

        Args:
            text: A nutcracker.yml as it stands, with keys of keyhome's own or without, in YAML or in JSON.
            pool: The name of the pool; not needed where there is one.
            options: As for `ShardedRedis`.

        Raises:
            KeyhomeError: As for `ShardedRedis`.

        Example:
            >>> ShardedRedis.from_config("pool: {servers: [10.0.0.1:6379:1, 10.0.0.2:6379:1]}", decode_responses=True)
            <keyhome.redis.asyncio.ShardedRedis: twemproxy, 2 nodes>
        """
        return cls(text, pool=pool, **options)

    def _connect(self, endpoint: Endpoint[Redis], is_replica: bool) -> Redis:
        options = dict(endpoint.options)
        if is_replica:
            # A read that a replica cannot serve is for another endpoint, at once.
            options.setdefault("retry", Retry(NoBackoff(), 0))
        client = Redis(**options)
        client.set_retry(self._watched(endpoint, client.get_retry() or Retry(NoBackoff(), 0)))
        # One for all: whoever adds to it adds for every node.
        self.response_callbacks = client.response_callbacks = self.__dict__.get(
            "response_callbacks", client.response_callbacks
        )
        return client

    def _watched(self, endpoint: Endpoint[Redis], retry: Retry) -> AsyncWatchedRetry:
        return AsyncWatchedRetry(retry, lambda error: self._pool.attempt_failed(endpoint, error))

    # Where commands go.

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Sends a command to where it belongs. redis-py calls this with every command.

        Raises:
            KeyhomeError: The codes `client.*`; `node.ejected`, `pool.ejected`, `replica.unavailable`; `command.unknown`,
                `command.arguments`; `key.encoding`.
        """
        pool = self._pool
        kind = kinds.get(args[0]) or kind_of(args)
        if pool.hot_keys is not None:
            pool.count_keys(args, kind)
        if kind.is_direct and kind.place < len(args):
            shard = pool.placement.shard(args[kind.place])
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
        pool = self._pool
        if pool.options.strict and kind.fan_out == "split":
            raise several_nodes(kind.command.upper())
        targets = pool.targets(parts, shards, kind, self._policy)
        replies = await self._exchange(targets, options, kind)
        return settled(args, options, kind, targets, replies, pool.placement, self.response_callbacks)

    async def _ask_any(self, shard: Shard[Redis], kind: Kind, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Sends a command to a node that has replicas; a read whose endpoint went away is asked elsewhere."""
        pool = self._pool
        tries = len(shard.endpoints)
        while True:
            endpoint = shard.endpoints[shard.choose(self._policy) if kind.reads else 0]
            if endpoint is shard.primary:
                pool.placement.admit(shard.index)
            started = pool.begin(shard, endpoint)
            sent = shard.sent(endpoint)
            try:
                reply = await endpoint.client.execute_command(*args, **options)  # type: ignore[no-untyped-call]
            except BaseException as error:
                shard.released(endpoint, error)
                pool.failed(shard, endpoint, error)
                tries -= 1
                if tries > 0 and kind.reads and may_be_asked_elsewhere(error):
                    continue
                raise
            if kind.reads and not kind.blocking:
                shard.done(endpoint, sent)
            else:
                shard.released(endpoint, None)
            pool.replied(shard, endpoint, 0 if kind.blocking else started)
            return reply

    @property
    def _policy(self) -> ReadFrom:
        return self._pool.read_from if self._reading_from is None else self._reading_from

    async def _exchange(self, targets: Sequence[Target[Redis]], options: Mapping[str, Any], kind: Kind) -> list[Any]:
        """Sends parts of a command to several nodes at once.

        Returns:
            For each part the reply as the server sent it, or the error.
        """
        asked = [target for target in targets if target.refusal is None]
        sendings = [
            Sending(target.shard, target.endpoint, [(target.part.args, options, True)], kind.reads) for target in asked
        ]
        replies = iter(await self._send(sendings))
        outcomes = [next(replies) if target.refusal is None else target.refusal for target in targets]
        return [outcome if isinstance(outcome, Exception) else outcome[0] for outcome in outcomes]

    async def _send(self, sendings: Sequence[Sending[Redis]]) -> list[list[Any] | Exception]:
        """Sends to several servers at once; what only reads, and whose server went away, is asked elsewhere."""
        outcomes = await exchanged(self._pool, sendings)
        for at, sending in enumerate(sendings):
            shard = sending.shard
            tries = len(shard.endpoints) if sending.reads else 0
            while tries > 1 and may_be_asked_elsewhere(outcomes[at]):
                tries -= 1
                try:
                    other = shard.endpoints[shard.choose(self._policy)]
                except UnavailableError:
                    break
                [outcomes[at]] = await exchanged(self._pool, [sending._replace(endpoint=other)])
        return outcomes

    # What redis-py's client has besides commands.

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

    def set_response_callback(self, command: str, callback: Callable[..., Any]) -> None:
        """As redis-py's, for all nodes."""
        self.response_callbacks[command] = callback

    def set_retry(self, retry: Retry) -> None:
        """As redis-py's, for all nodes."""
        for shard in self._pool.shards:
            for endpoint in shard.endpoints:
                endpoint.client.set_retry(self._watched(endpoint, retry))

    def monitor(self) -> NoReturn:
        """Not over several nodes: `nodes()` gives those that can."""
        raise unsupported("MONITOR", "monitor one of `nodes()`")

    def client(self) -> NoReturn:
        """Not over several nodes: one connection is to one of them."""
        raise unsupported("a client of a single connection", "ask one of `nodes()` for it")

    @classmethod
    def from_url(
        cls,
        url: str,
        single_connection_client: bool = False,
        auto_close_connection_pool: bool | None = None,
        **kwargs: Any,
    ) -> NoReturn:
        """Not for several nodes: a URL is that of one."""
        raise unsupported("a URL", "`from_config` takes the text of a config")

    @classmethod
    def from_pool(cls, connection_pool: Any) -> NoReturn:
        """Not for several nodes: redis-py's pool is that of one."""
        raise unsupported("a connection pool of redis-py", "`from_config` takes the text of a config")

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Closes all connections. Commands after it are refused with `client.closed`."""
        self._pool.close()
        for shard in self._pool.shards:
            for endpoint in shard.endpoints:
                await endpoint.client.aclose()
        await asyncio.gather(*self._background)

    async def initialize(self) -> Self:
        """As redis-py's: nothing is to be done before the first command."""
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __del__(self, *_: object) -> None:
        # The clients of the nodes close themselves; others may have them.
        pass

    def __repr__(self) -> str:
        return f"<{type(self).__module__.removesuffix('.client')}.{type(self).__name__}: {self._pool}>"

    # What keyhome's client has besides.

    @property
    def router(self) -> Router:
        """The router in use: without the nodes that are out."""
        return self._pool.router()

    def nodes(self) -> list[Redis]:
        """redis-py's clients of the primaries, in the order of the pool."""
        return [shard.primary.client for shard in self._pool.shards]

    def node_of(self, key: Key | int | float) -> Redis:
        """redis-py's client of the primary of a key's node: for what has to stay on one server.

        Raises:
            KeyhomeError: As for `Router.index`; `pool.ejected`.
        """
        return self._pool.placement.shard(key).primary.client

    def reading_from(self, policy: ReadFrom) -> Self:
        """The same client, its reads by another policy: `redis.reading_from("replica").get(key)`.

        Raises:
            KeyhomeError: `argument.type` where there is no such policy.
        """
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._reading_from = self._pool.checked_policy(policy)
        return view

    async def reload(self, source: str | bytes | Nodes, pool: str | None = None) -> None:
        """Goes over to another config, while other tasks use the client. Connections to addresses that stay are kept;
        what was sent over others finishes, and they are closed after that.

        Args:
            source: As for `ShardedRedis`.
            pool: The name of the pool; that of before unless said.

        Raises:
            KeyhomeError: As for `ShardedRedis`; then nothing has changed.
        """
        self._pool.reload(source, pool)
        self.connection_pool = NodePools(self._pool)

    def stats(self) -> list[NodeStats]:
        """What is counted about each node, in the order of the config."""
        return stats_of(self._pool.placement)

    def hot_keys(self, n: int) -> list[HotKey]:
        """The keys that are asked for most, as `HotKeys.top` gives them; the client is made with `hot_keys=True`.

        Raises:
            KeyhomeError: `client.unsupported` where keys are not counted.
        """
        return self._pool.top(n)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _retire(self, endpoint: Endpoint[Redis]) -> None:
        self._start(endpoint.client.aclose())

    def _check(self, shard: Shard[Redis], checked: Callable[[bool], None]) -> None:
        self._start(check(shard, checked))
