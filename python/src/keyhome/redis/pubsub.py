"""Subscriptions on several nodes, as if on one."""

from __future__ import annotations

import selectors
import time
from collections.abc import Generator
from typing import Any, Self

from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from .._sharded.pool import Pool
from .._sharded.shard import Endpoint
from .._sharded.subscriptions import Step, Subscriptions, Way, channels_of

# How long nodes may come and go unnoticed while nothing is published, in seconds.
_LOOK = 1.0


class ShardedPubSub(PubSub):
    """redis-py's PubSub over several nodes: each channel is subscribed to on the node that owns its name, where PUBLISH
    sends; patterns on all nodes. When nodes come and go the subscriptions follow; what is published in that moment may be
    missed.
    """

    def __init__(
        self, pool: Pool[Redis], shard_hint: Any = None, ignore_subscribe_messages: bool = False, **options: Any
    ) -> None:
        self._options = options
        self._pool = pool
        self.ignore_subscribe_messages = ignore_subscribe_messages
        encoder: Any = options.get("encoder") or pool.shards[0].primary.client.get_encoder()
        self._said = Subscriptions(
            pool, lambda channel: encoder.decode(encoder.encode(channel)), ignore_subscribe_messages
        )
        # As redis-py has them: what is subscribed to, each with its handler or `None`.
        self.channels = self._said.channels["subscribe"]
        self.patterns = self._said.channels["psubscribe"]
        self.shard_channels = self._said.channels["ssubscribe"]
        self._nodes: dict[Endpoint[Redis], Any] = {}

    @property
    def subscribed(self) -> bool:
        """Whether there is anything to be heard."""
        return any(node.subscribed for node in self._nodes.values())

    def subscribe(self, *args: Any, **kwargs: Any) -> None:
        """Subscribes to channels: names, or handlers by name."""
        self._add("subscribe", args, kwargs)

    def psubscribe(self, *args: Any, **kwargs: Any) -> None:
        """Subscribes to patterns, on all nodes."""
        self._add("psubscribe", args, kwargs)

    def ssubscribe(self, *args: Any, target_node: Any = None, **kwargs: Any) -> None:
        """Subscribes to channels as SSUBSCRIBE does."""
        self._add("ssubscribe", args, kwargs)

    def unsubscribe(self, *args: Any) -> None:
        """Unsubscribes from channels; from all where none is given."""
        self._remove("subscribe", args)

    def punsubscribe(self, *args: Any) -> None:
        """Unsubscribes from patterns; from all where none is given."""
        self._remove("psubscribe", args)

    def sunsubscribe(self, *args: Any, target_node: Any = None) -> None:
        """Unsubscribes from channels of SSUBSCRIBE; from all where none is given."""
        self._remove("ssubscribe", args)

    def _add(self, way: Way, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        for step in self._said.add(way, channels_of(args, kwargs)):
            self._tell(step)

    def _remove(self, way: Way, args: tuple[Any, ...]) -> None:
        for step in self._said.remove(way, channels_of(args, {})):
            self._tell(step)

    def _tell(self, step: Step[Redis]) -> None:
        endpoint = step.endpoint
        node = self._nodes.get(endpoint)
        if node is None:
            self._pool.check_open()
            node = self._nodes[endpoint] = endpoint.client.pubsub(**self._options)  # type: ignore[no-untyped-call]
        try:
            getattr(node, step.order)(*step.channels)
        except BaseException as error:
            self._failed(endpoint, error)
            raise

    def _failed(self, endpoint: Endpoint[Redis], error: BaseException) -> None:
        endpoint.shard.failed(endpoint, error, self._pool.placement)

    def _follow(self) -> None:
        if not self._said.has_moved:
            return
        for step in self._said.follow():
            # Who has nothing left is closed below.
            if self._said.is_used(step.endpoint):
                self._tell(step)
        for endpoint in [endpoint for endpoint in self._nodes if not self._said.is_used(endpoint)]:
            self._nodes.pop(endpoint).close()

    def get_message(
        self, ignore_subscribe_messages: bool = False, timeout: float | None = 0.0
    ) -> dict[str, Any] | None:
        """The next message.

        Args:
            ignore_subscribe_messages: Whether confirmations are left out.
            timeout: How many seconds to wait for it; `None` to wait until there is one.

        Returns:
            As redis-py's: `None` where there is none, or where a handler was called with it.

        Raises:
            redis.exceptions.ConnectionError: A node went away. Its channels are subscribed to again with the next call.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            self._follow()
            for endpoint, node in list(self._nodes.items()):
                if (message := self._next(endpoint, node)) is not None:
                    # Those that were not looked at come first next time.
                    self._nodes[endpoint] = self._nodes.pop(endpoint)
                    heard = self._said.heard(message, ignore_subscribe_messages)
                    if heard is not None and (handler := self._said.handler(heard)) is not None:
                        handler(heard)
                        return None
                    if heard is not None or message["type"] in self.PUBLISH_MESSAGE_TYPES:
                        return heard
            wait = _LOOK if until is None else min(_LOOK, until - time.monotonic())
            if wait <= 0:
                return None
            self._wait(wait)

    get_sharded_message = get_message

    def _next(self, endpoint: Endpoint[Redis], node: Any) -> dict[str, Any] | None:
        if not node.subscribed:
            return None
        try:
            message: dict[str, Any] | None = node.get_message(timeout=0)
        except (RedisError, OSError) as error:
            self._failed(endpoint, error)
            raise
        return message

    def _wait(self, seconds: float) -> None:
        sockets = [node.connection._sock for node in self._nodes.values() if node.connection is not None]
        # `select.select` takes files below number 1024 only.
        with selectors.DefaultSelector() as selector:
            for socket in sockets:
                if socket is not None:
                    selector.register(socket, selectors.EVENT_READ)
            if selector.get_map():
                selector.select(seconds)
            else:
                time.sleep(min(seconds, 0.05))

    def listen(self) -> Generator[dict[str, Any], Any, None]:
        """The messages, as they come, until nothing is subscribed to any more."""
        while self.subscribed:
            if (message := self.get_message(timeout=_LOOK)) is not None:
                yield message

    def ping(self, message: str | None = None) -> bool:
        """Asks one node for a sign of life; it comes as a message."""
        for node in self._nodes.values():
            return bool(node.ping(message))
        return False

    def check_health(self) -> None:
        """As redis-py's, of all nodes."""
        for node in self._nodes.values():
            node.check_health()

    def reset(self) -> None:
        """Unsubscribes from everything, and gives the connections back."""
        nodes, self._nodes = self.__dict__.get("_nodes", {}), {}
        for node in nodes.values():
            node.close()
        if nodes:
            self._said.clear()

    def __enter__(self) -> Self:
        return self
