"""What the ordinary client and the one for asyncio have alike: all that waits for no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, NoReturn, Self, TypeVar

from redis.backoff import NoBackoff

from .. import Router
from .._errors import KeyhomeError
from .._nodes import Node
from .._shapes import HotKey, HotKeysOptions
from .._words import Key, ReadFrom
from .errors import several_nodes, unsupported
from .kinds import Kind
from .options import EventHook, Options
from .parts import Part
from .plan import Nodes
from .pool import Pool
from .registration import OnDifference
from .settle import Target, settled
from .shard import Endpoint, Shard
from .stats import NodeStats, stats_of

Client = TypeVar("Client")


class ManyServers(Generic[Client]):
    """A client of many servers, but for what it does with them."""

    # What is added to it is added for every node.
    response_callbacks: Any
    connection_pool: Any
    connection: Any
    # redis-py's client of one server, its retries, and those that tell of attempts that failed.
    _client_type: Any
    _retry_type: Any
    _watched_retry_type: Any

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
        fingerprint: OnDifference | None = None,
        fingerprint_group: str | None = None,
        **options: Any,
    ) -> None:
        """Opens no connection yet, but for those of `fingerprint`.

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
            fingerprint: Whether to tell each server how this client places keys, and to compare that with what other writers to a
                pool of the same name told: `warn` logs who differs; `refuse` does not start, or go over to another config, while
                somebody differs (`fingerprint.differs`). Off unless said.
            fingerprint_group: The name under which writers are compared, where their pools have different ones; the name of the
                pool unless said.
            options: redis-py's options for the connections of every node: `decode_responses`, `password`, `socket_timeout`, ...
                They override what the config says (`timeout`, `redis_auth`, `redis_db`, `tcpkeepalive`).

        Raises:
            KeyhomeError: Those of `Router.from_config`; `client.cluster` for a pool that is a Redis Cluster;
                `placement.random`; `argument.type`; `fingerprint.differs`, of the client for asyncio with the first command.
        """
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
            fingerprint=fingerprint,
            fingerprint_group=fingerprint_group,
            redis=options,
        )
        self._pool: Pool[Client] = Pool(source, given, self._connect, self._check, self._retire)
        self._reading_from: ReadFrom | None = None
        # What redis-py's own methods look at.
        self.connection_pool = self._all_connections()
        self.connection = None
        if fingerprint is not None:
            self._register(fingerprint)

    @classmethod
    def from_config(cls, text: str | bytes, pool: str | None = None, **options: Any) -> Self:
        """A client of a pool of a config.

        Args:
            text: A nutcracker.yml as it stands, with keys of keyhome's own or without, in YAML or in JSON.
            pool: The name of the pool; not needed where there is one.
            options: As for `ShardedRedis`.

        Raises:
            KeyhomeError: As for `ShardedRedis`.
        """
        return cls(text, pool=pool, **options)

    # What either does in its own way.

    def _register(self, on_difference: OnDifference) -> None:
        raise NotImplementedError

    def _check(self, shard: Shard[Client], checked: Callable[[bool], None]) -> None:
        raise NotImplementedError

    def _retire(self, endpoint: Endpoint[Client]) -> None:
        raise NotImplementedError

    def _all_connections(self) -> Any:
        raise NotImplementedError

    def _connect(self, endpoint: Endpoint[Client], is_replica: bool) -> Client:
        options = dict(endpoint.options)
        never: Any = self._retry_type(NoBackoff(), 0)
        if is_replica:
            # A read that a replica cannot serve is for another endpoint, at once.
            options.setdefault("retry", never)
        client: Any = self._client_type(**options)
        client.set_retry(self._watched(endpoint, client.get_retry() or never))
        # One for all: whoever adds to it adds for every node.
        callbacks = self.__dict__.get("response_callbacks", client.response_callbacks)
        self.response_callbacks = client.response_callbacks = callbacks
        made: Client = client
        return made

    def _watched(self, endpoint: Endpoint[Client], retry: Any) -> Any:
        return self._watched_retry_type(retry, lambda error: self._pool.attempt_failed(endpoint, error))

    # Where commands go.

    @property
    def _policy(self) -> ReadFrom:
        return self._pool.read_from if self._reading_from is None else self._reading_from

    def _targets(self, parts: Sequence[Part], shards: Sequence[Shard[Client]], kind: Kind) -> list[Target[Client]]:
        """Who is asked for the parts of a command.

        Raises:
            KeyhomeError: `client.nodes` where it may not be split.
        """
        if self._pool.options.strict and kind.fan_out == "split":
            nodes = self._pool.placement.nodes(part.node for part in parts)
            raise several_nodes(kind.command.upper(), nodes)
        return self._pool.targets(parts, shards, kind, self._policy)

    def _settled(
        self,
        targets: Sequence[Target[Client]],
        outcomes: Sequence[Any],
        args: tuple[Any, ...],
        options: Mapping[str, Any],
        kind: Kind,
    ) -> Any:
        """What became of a command. Raises as `settled`."""
        return settled(args, options, kind, targets, outcomes, self._pool.placement, self.response_callbacks)

    # What redis-py's client has besides commands.

    def set_response_callback(self, command: str, callback: Callable[..., Any]) -> None:
        """As redis-py's, for all nodes."""
        self.response_callbacks[command] = callback

    def set_retry(self, retry: Any) -> None:
        """As redis-py's, for all nodes."""
        for endpoint in self._pool.remember({"retry": retry}):
            client: Any = endpoint.client
            client.set_retry(self._watched(endpoint, retry))

    def monitor(self) -> NoReturn:
        """Not over several nodes: `nodes()` gives those that can."""
        raise unsupported("MONITOR", "monitor one of `nodes()`")

    def client(self) -> NoReturn:
        """Not over several nodes: one connection is to one of them."""
        raise unsupported("a client of a single connection", "ask one of `nodes()` for it")

    @classmethod
    def from_url(cls, url: str, *args: Any, **kwargs: Any) -> NoReturn:
        """Not for several nodes: a URL is that of one."""
        raise unsupported("a URL", "`from_config` takes the text of a config")

    @classmethod
    def from_pool(cls, connection_pool: Any) -> NoReturn:
        """Not for several nodes: redis-py's pool is that of one."""
        raise unsupported("a connection pool of redis-py", "`from_config` takes the text of a config")

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

    def nodes(self) -> list[Client]:
        """redis-py's clients of the primaries, in the order of the pool."""
        return [shard.primary.client for shard in self._pool.shards]

    def node_of(self, key: Key | int | float) -> Client:
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

    def stats(self) -> list[NodeStats]:
        """What is counted about each node, in the order of the config."""
        return stats_of(self._pool.placement)

    def hot_keys(self, n: int) -> list[HotKey]:
        """The keys that are asked for most, as `HotKeys.top` gives them; the client is made with `hot_keys=True`.

        Raises:
            KeyhomeError: `client.unsupported` where keys are not counted.
        """
        if self._pool.hot_keys is None:
            raise KeyhomeError("client.unsupported", "keys are counted where the client is made with `hot_keys=True`")
        return self._pool.hot_keys.top(n)
