"""What is subscribed to, and where: each channel on the node that owns its name, patterns on all nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from .parts import live_nodes
from .pool import Pool
from .shard import Endpoint

Client = TypeVar("Client")

Way = Literal["subscribe", "psubscribe", "ssubscribe"]
"""The three ways to subscribe."""

Handler = Callable[[dict[str, Any]], Any]
"""What is called with the messages of a channel; with asyncio it may be a coroutine function."""

Order = Literal["subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"]

_LEAVING: dict[Way, Order] = {"subscribe": "unsubscribe", "psubscribe": "punsubscribe", "ssubscribe": "sunsubscribe"}
_CONFIRMED = frozenset((*_LEAVING, *_LEAVING.values()))
_PUBLISHED: dict[str, Way] = {"message": "subscribe", "pmessage": "psubscribe", "smessage": "ssubscribe"}


class Step(NamedTuple, Generic[Client]):
    """What is to be said to a node.

    Attributes:
        endpoint: Its primary.
        order: The command, as redis-py's PubSub has it.
        channels: The channels, or patterns.
    """

    endpoint: Endpoint[Client]
    order: Order
    channels: list[Any]


class Subscriptions(Generic[Client]):
    """What is subscribed to. It says what to tell which node, and what to tell the caller of what nodes say.

    Args:
        pool: The servers.
        normalize: A channel, as redis-py gives it back.
        ignores_confirmations: Whether the caller hears of messages only.

    Attributes:
        channels: What is subscribed to, each with what is called with its messages.
        ignores_confirmations: Whether the caller hears of messages only.
    """

    def __init__(self, pool: Pool[Client], normalize: Callable[[Any], Any], ignores_confirmations: bool) -> None:
        self._pool = pool
        self._normalize = normalize
        self.ignores_confirmations = ignores_confirmations
        self.channels: dict[Way, dict[Any, Handler | None]] = {"subscribe": {}, "psubscribe": {}, "ssubscribe": {}}
        self._where: dict[tuple[Way, Any], list[Endpoint[Client]]] = {}
        # Confirmations that are not for the caller: he asked once, however many nodes were asked.
        self._unheard: Counter[tuple[str, Any]] = Counter()
        self._version = pool.placement.version

    def clear(self) -> None:
        """Forgets everything."""
        for channels in self.channels.values():
            channels.clear()
        self._where.clear()
        self._unheard.clear()

    def add(self, way: Way, channels: Mapping[Any, Any]) -> list[Step[Client]]:
        """Subscribes.

        Args:
            way: How.
            channels: Each with what is called with its messages, or `None`.

        Raises:
            KeyhomeError: As for `Router.index`; `pool.ejected`.
        """
        found = [
            (self._normalize(channel), handler, self._homes(way, channel)) for channel, handler in channels.items()
        ]
        steps: dict[int, Step[Client]] = {}
        for channel, handler, homes in found:
            self.channels[way][channel] = handler
            self._where[way, channel] = homes
            self._ask(steps, homes, way, channel)
            self._unheard[way, channel] += len(homes) - 1
        return list(steps.values())

    def remove(self, way: Way, channels: Iterable[Any]) -> list[Step[Client]]:
        """Unsubscribes; from all where no channel is given."""
        steps: dict[int, Step[Client]] = {}
        order = _LEAVING[way]
        for channel in [self._normalize(channel) for channel in channels] or list(self.channels[way]):
            self.channels[way].pop(channel, None)
            # That nothing is left is confirmed too.
            homes = self._where.pop((way, channel), None) or self._homes(way, channel)[:1]
            self._ask(steps, homes, order, channel)
            self._unheard[order, channel] += len(homes) - 1
        return list(steps.values())

    @property
    def has_moved(self) -> bool:
        """Whether nodes came or went, so that `follow` has something to say."""
        if self._pool.placement.alert:
            self._pool.router()
        return self._version != self._pool.placement.version

    def follow(self) -> list[Step[Client]]:
        """Goes where the channels live now, after an ejection, a return or a reload.

        Raises:
            KeyhomeError: `pool.ejected`; then nothing has changed.
        """
        version = self._pool.placement.version
        moves: list[tuple[Way, Any, list[Endpoint[Client]], list[Endpoint[Client]]]] = [
            (way, channel, before, self._homes(way, channel)) for (way, channel), before in self._where.items()
        ]
        steps: dict[tuple[int, str], Step[Client]] = {}
        for way, channel, before, homes in moves:
            self._move(steps, [home for home in homes if home not in before], way, channel)
            self._move(steps, [home for home in before if home not in homes], _LEAVING[way], channel)
            self._where[way, channel] = homes
        self._version = version
        return list(steps.values())

    def is_used(self, endpoint: Endpoint[Client]) -> bool:
        """Whether something is subscribed to at a node."""
        return any(endpoint in homes for homes in self._where.values())

    def heard(self, message: dict[str, Any], ignores_confirmations: bool) -> dict[str, Any] | None:
        """What is heard of a message of a node, by the caller or by a handler."""
        kind = message["type"]
        if kind in _CONFIRMED:
            said = (kind, message["channel"])
            if self._unheard[said] > 0:
                self._unheard[said] -= 1
                return None
            if ignores_confirmations or self.ignores_confirmations:
                return None
            is_sharded = kind in ("ssubscribe", "sunsubscribe")
            ways: tuple[Way, ...] = ("ssubscribe",) if is_sharded else ("subscribe", "psubscribe")
            # How many there are at all, and not at one node.
            return {**message, "data": sum(len(self.channels[way]) for way in ways)}
        way = _PUBLISHED.get(kind)
        # Where it is none of these, it was on its way when the channel was left.
        return message if way is None or _name(way, message) in self.channels[way] else None

    def handler(self, message: dict[str, Any]) -> Handler | None:
        """What is called with a message instead of giving it to the caller."""
        way = _PUBLISHED.get(message["type"])
        return None if way is None else self.channels[way].get(_name(way, message))

    def _homes(self, way: Way, channel: Any) -> list[Endpoint[Client]]:
        placement = self._pool.placement
        if way != "psubscribe":
            return [placement.shard(channel).primary]
        while True:
            shards = self._pool.shards
            homes = [shards[index].primary for index in live_nodes(placement) if index < len(shards)]
            # A reload by another thread exchanges what the indexes are of.
            if self._pool.shards is shards:
                return homes

    def _move(
        self, steps: dict[tuple[int, str], Step[Client]], homes: list[Endpoint[Client]], order: Order, channel: Any
    ) -> None:
        for endpoint in homes:
            steps.setdefault((id(endpoint), order), Step(endpoint, order, [])).channels.append(channel)
            self._unheard[order, channel] += 1

    @staticmethod
    def _ask(steps: dict[int, Step[Any]], homes: list[Endpoint[Any]], order: Order, channel: Any) -> None:
        for endpoint in homes:
            steps.setdefault(id(endpoint), Step(endpoint, order, [])).channels.append(channel)


def _name(way: Way, message: dict[str, Any]) -> Any:
    return message["pattern" if way == "psubscribe" else "channel"]


def channels_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[Any, Any]:
    """The channels that redis-py's `subscribe` is given, each with its handler.

    Args:
        args: Names, or a list of names, or redis-py's `Subscription`s.
        kwargs: Handlers by name.
    """
    if args and isinstance(args[0], list | tuple | set | frozenset):
        args = (*args[0], *args[1:])
    channels = {getattr(arg, "name", arg): getattr(arg, "handler", None) for arg in args}
    return {**channels, **kwargs}
