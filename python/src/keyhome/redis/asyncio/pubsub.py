"""Subscriptions on several nodes, as if on one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from ..._sharded.pool import Pool
from ..._sharded.shard import Endpoint
from ..._sharded.subscriptions import Step, Subscriptions, Way, channels_of
from .registrar import admitted

# How long nodes may come and go unnoticed while nothing is published, in seconds.
_LOOK = 1.0
# How many messages are taken before somebody asks for them. The others wait at the server, as those of redis-py do.
_AHEAD = 1000

Arrived = tuple[Endpoint[Redis], dict[str, Any] | Exception]
"""What came from a node: a message, or the error that ended its connection."""


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
        # redis-py's finalizer looks at it.
        self.connection = None
        first: Any = pool.shards[0].primary.client
        encoder: Any = options.get("encoder") or first.get_encoder()
        self._said = Subscriptions(
            pool, lambda channel: encoder.decode(encoder.encode(channel)), ignore_subscribe_messages
        )
        # As redis-py has them: what is subscribed to, each with its handler or `None`.
        self.channels = self._said.channels["subscribe"]
        self.patterns = self._said.channels["psubscribe"]
        self.shard_channels = self._said.channels["ssubscribe"]
        self._nodes: dict[Endpoint[Redis], Any] = {}
        # Each node is listened to by a task.
        self._listeners: dict[Endpoint[Redis], asyncio.Task[None]] = {}
        self._arrived: asyncio.Queue[Arrived] = asyncio.Queue(_AHEAD)

    @property
    def subscribed(self) -> bool:
        """Whether there is anything to be heard."""
        return not self._arrived.empty() or any(node.subscribed for node in self._nodes.values())

    async def subscribe(self, *args: Any, **kwargs: Any) -> None:
        """Subscribes to channels: names, or handlers by name."""
        await self._add("subscribe", args, kwargs)

    async def psubscribe(self, *args: Any, **kwargs: Any) -> None:
        """Subscribes to patterns, on all nodes."""
        await self._add("psubscribe", args, kwargs)

    async def ssubscribe(self, *args: Any, target_node: Any = None, **kwargs: Any) -> None:
        """Subscribes to channels as SSUBSCRIBE does."""
        await self._add("ssubscribe", args, kwargs)

    async def unsubscribe(self, *args: Any) -> None:
        """Unsubscribes from channels; from all where none is given."""
        await self._remove("subscribe", args)

    async def punsubscribe(self, *args: Any) -> None:
        """Unsubscribes from patterns; from all where none is given."""
        await self._remove("psubscribe", args)

    async def sunsubscribe(self, *args: Any, target_node: Any = None) -> None:
        """Unsubscribes from channels of SSUBSCRIBE; from all where none is given."""
        await self._remove("ssubscribe", args)

    async def _add(self, way: Way, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        await self._tell_all(self._said.add(way, channels_of(args, kwargs)))

    async def _remove(self, way: Way, args: tuple[Any, ...]) -> None:
        await self._tell_all(self._said.remove(way, channels_of(args, {})))

    async def _tell_all(self, steps: list[Step[Redis]]) -> None:
        if self._pool.registrar is not None:
            await admitted(self._pool)
        await asyncio.gather(*(self._tell(step) for step in steps))

    async def _tell(self, step: Step[Redis]) -> None:
        endpoint = step.endpoint
        node = self._nodes.get(endpoint)
        if node is None:
            self._pool.check_open()
            node = self._nodes[endpoint] = endpoint.client.pubsub(**self._options)
        try:
            await getattr(node, step.order)(*step.channels)
        except BaseException as error:
            endpoint.shard.failed(endpoint, error, self._pool.placement)
            raise
        self._listen_again()

    async def _listen_to(self, endpoint: Endpoint[Redis], node: Any) -> None:
        try:
            while node.subscribed:
                # redis-py's answer to nothing, and to a reconnection, is the same.
                if (message := await node.get_message(timeout=_LOOK)) is not None:
                    await self._arrived.put((endpoint, message))
        except Exception as error:
            endpoint.shard.failed(endpoint, error, self._pool.placement)
            await self._arrived.put((endpoint, error))

    async def _follow(self) -> None:
        if not self._said.has_moved:
            return
        # Who has nothing left is closed below.
        await self._tell_all([step for step in self._said.follow() if self._said.is_used(step.endpoint)])
        for endpoint in [endpoint for endpoint in self._nodes if not self._said.is_used(endpoint)]:
            await self._leave(endpoint)

    async def _leave(self, endpoint: Endpoint[Redis]) -> None:
        listener = self._listeners.pop(endpoint, None)
        if listener is not None:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
        await self._nodes.pop(endpoint).aclose()

    async def get_message(
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
        loop = asyncio.get_running_loop()
        until = None if timeout is None else loop.time() + timeout
        while True:
            await self._follow()
            self._listen_again()
            wait = _LOOK if until is None else max(0.0, min(_LOOK, until - loop.time()))
            try:
                async with asyncio.timeout(wait):
                    _, message = await self._arrived.get()
            except TimeoutError:
                if until is not None and loop.time() >= until:
                    return None
                continue
            if isinstance(message, Exception):
                raise message
            heard = self._said.heard(message, ignore_subscribe_messages)
            if heard is not None and (handler := self._said.handler(heard)) is not None:
                answer = handler(heard)
                if inspect.isawaitable(answer):
                    await answer
                return None
            if heard is not None or message["type"] in self.PUBLISH_MESSAGE_TYPES:
                return heard

    def _listen_again(self) -> None:
        """Listens to each node to which something was said; where a connection had ended, redis-py makes another, and
        subscribes again."""
        for endpoint, node in self._nodes.items():
            listener = self._listeners.get(endpoint)
            if node.subscribed and (listener is None or listener.done()):
                self._listeners[endpoint] = asyncio.create_task(self._listen_to(endpoint, node))

    async def listen(self) -> AsyncIterator[dict[str, Any]]:
        """The messages, as they come, until nothing is subscribed to any more."""
        while self.subscribed:
            if (message := await self.get_message(timeout=_LOOK)) is not None:
                yield message

    async def connect(self) -> None:
        """As redis-py's, whose `run` calls it. Nodes are connected to when something is subscribed to there."""

    async def ping(self, message: Any = None) -> bool:
        """Asks one node for a sign of life; it comes as a message."""
        for node in self._nodes.values():
            return bool(await node.ping(message))
        return False

    async def check_health(self) -> None:
        """As redis-py's, of all nodes."""
        for node in self._nodes.values():
            await node.check_health()

    async def aclose(self) -> None:
        """Unsubscribes from everything, and gives the connections back."""
        for endpoint in list(self._nodes):
            await self._leave(endpoint)
        self._said.clear()
        self._arrived = asyncio.Queue(_AHEAD)

    async def reset(self) -> None:
        """As `aclose`."""
        await self.aclose()

    async def close(self) -> None:
        """As `aclose`."""
        await self.aclose()

    async def __aenter__(self) -> Self:
        return self
