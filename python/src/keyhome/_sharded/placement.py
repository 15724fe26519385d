"""Where keys live right now: the router of all nodes, without those that health has taken out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from .. import Health, Router
from .._errors import KeyhomeError, KeyhomeTypeError
from .._nodes import Node
from .._shapes import HealthEvent
from .._words import Outcome
from .errors import all_gone, ejected
from .plan import Plan

Shard = TypeVar("Shard")


def now() -> int:
    """Microseconds of a clock that does not run backwards."""
    return time.monotonic_ns() // 1000


class Live(NamedTuple, Generic[Shard]):
    """What is exchanged as a whole, so that no command sees half of a change.

    Attributes:
        router: The router without the nodes that are out.
        shards: All nodes, in the order of the config.
    """

    router: Router
    shards: tuple[Shard, ...]


class Placement(Generic[Shard]):
    """The router in use. While nobody fails, a key costs one question to the router; health is asked only from the first
    failure on, until all nodes take part again and have answered.

    Threads share it.

    Args:
        plan: The pool.
        shards: What serves its nodes.
        told: Called with what happened to nodes, and with what serves the node.
        check: Begins to find out whether a node answers, and tells when that is known.
        encode: Makes bytes of keys, where redis-py does not make UTF-8 of a `str`.

    Attributes:
        live: Who has which keys.
        alert: Whether `refresh` has something to say before a request.
        version: Another number whenever keys move.
    """

    def __init__(
        self,
        plan: Plan,
        shards: tuple[Shard, ...],
        told: Callable[[HealthEvent, Shard | None], None],
        check: Callable[[Shard, Callable[[bool], None]], None],
        encode: Callable[[Any], bytes] | None,
    ) -> None:
        self._all, settings = plan
        self._health = Health(settings, len(self._all.nodes))
        self._told = told
        self._check = check
        self._encode = encode
        self._lock = threading.RLock()
        # Nodes that failed since their last reply.
        self._suspects: set[int] = set()
        self._next_check: int | None = None
        self.live = Live(self._all, shards)
        self.alert = False
        self.version = 0

    @property
    def count(self) -> int:
        """How many nodes there are, whether they take part or not."""
        return len(self._all.nodes)

    def nodes(self, indexes: Iterable[int]) -> list[Node]:
        """The nodes of these indexes."""
        return [self._all.nodes[index] for index in indexes]

    def shard(self, key: Any) -> Shard:
        """What serves the node of a key.

        Raises:
            KeyhomeError: As for `Router.index`; `pool.ejected`.
        """
        if self.alert:
            self.refresh()
        live = self.live
        if self._encode is None:
            try:
                return live.shards[live.router.index(key)]
            except KeyhomeTypeError:
                pass
        return live.shards[live.router.index(self._key(key))]

    def home(self, key: Any) -> int:
        """The index of the node of a key. Raises as `shard`."""
        return self.homes([key])[0]

    def homes(self, keys: list[Any]) -> Sequence[int]:
        """The indexes of the nodes of many keys. Raises as `shard`."""
        if self.alert:
            self.refresh()
        router = self.live.router
        if self._encode is None:
            try:
                return router.indexes(keys)
            except KeyhomeTypeError:
                pass
        return router.indexes([self._key(key) for key in keys])

    def _key(self, key: Any) -> Any:
        """A key as redis-py sends it: a number is its digits."""
        if self._encode is not None:
            return self._encode(key)
        return repr(key) if isinstance(key, int | float) and not isinstance(key, bool) else key

    def refresh(self) -> None:
        """Counts who takes part, as before a request.

        Raises:
            KeyhomeError: `pool.ejected`.
        """
        with self._lock:
            if not self.alert:
                return
            state = self._health.update(now())
            if state == "changed":
                self.live = Live(self._all.without_indexes(self._health.gone()), self.live.shards)
                self.version += 1
            if self._next_check is not None and self._next_check <= now():
                for index in self._health.due_checks(now()):
                    self._check(self.live.shards[index], self._checked(index))
            events = self._after()
        self._tell(events)
        if state == "empty":
            raise all_gone(self.count)

    def admit(self, index: int) -> None:
        """Whether a node may be asked: `on_failure: fail` refuses one that is out.

        Raises:
            KeyhomeError: `node.ejected`.
        """
        if not self.alert or index < 0:
            return
        try:
            self._health.admit(index, now())
        except KeyhomeError as error:
            if error.code == "node.ejected":
                raise ejected(self._all.nodes[index]) from None
            raise

    def is_live(self, index: int) -> bool:
        """Whether a node takes part."""
        return not self.alert or self._health.is_live(index)

    def live_indexes(self) -> list[int]:
        """The nodes that take part."""
        return [index for index in range(self.count) if self.is_live(index)]

    def is_suspect(self, index: int) -> bool:
        """Whether a node failed since its last reply."""
        return index in self._suspects

    def report(self, index: int, outcome: Outcome) -> None:
        """What became of a request. A reply is worth reporting while `alert` is set only."""
        with self._lock:
            if not 0 <= index < self.count:
                return
            if outcome == "failure":
                self._suspects.add(index)
                self.alert = True
            elif index in self._suspects:
                self._suspects.discard(index)
            else:
                return
            self._health.report(index, outcome, now())
            events = self._after()
        self._tell(events)

    def _checked(self, index: int) -> Callable[[bool], None]:
        """Takes the result of a check; after a reload it would be about another node."""
        health = self._health

        def checked(passed: bool) -> None:
            with self._lock:
                if health is not self._health:
                    return
                self.alert = True
                health.report(index, "check_passed" if passed else "check_failed", now())
                events = self._after()
            self._tell(events)

        return checked

    def reload(self, plan: Plan, shards: tuple[Shard, ...]) -> None:
        """Goes over to another pool. What is known of the nodes whose names stay is kept.

        Raises:
            KeyhomeError: Then nothing has changed.
        """
        with self._lock:
            health = self._health.reloaded(plan.settings, self._all, plan.router, now())
            gone = health.gone()
            router = plan.router.without_indexes(gone) if gone else plan.router
            self._health = health
            self._all = plan.router
            self._suspects.clear()
            self.live = Live(router, shards)
            self.version += 1
            events = self._after()
        self._tell(events)

    def forked(self) -> None:
        """In the child of a fork: a thread that held the lock is not there any more."""
        self._lock = threading.RLock()

    def _after(self) -> list[tuple[HealthEvent, Shard | None]]:
        self._next_check = self._health.next_check()
        self.alert = bool(self._suspects or self._health.live < self.count or self._health.gone())
        shards = self.live.shards
        events = self._health.take_events()
        return [(event, None if event["event"] == "all_gone" else shards[event["index"]]) for event in events]

    def _tell(self, events: list[tuple[HealthEvent, Shard | None]]) -> None:
        # Without the lock: what is told may take its time.
        for event, shard in events:
            self._told(event, shard)
