"""What a client is made with, besides redis-py's own options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import KeyhomeTypeError
from .._nodes import Node
from .._shapes import HealthEvent, HotKeysOptions
from .._words import ReadFrom
from .registration import OnDifference, checked

EventHook = Callable[[Node, HealthEvent], None]
"""Called with a node and what happened to it."""

# One address each; and one connection, which could be that of one node only.
_NOT_OURS = ("host", "port", "unix_socket_path", "connection_pool", "single_connection_client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a client is made with. The arguments of `ShardedRedis` explain each."""

    pool: str | None = None
    pool_options: Mapping[str, Any] | None = None
    read_from: ReadFrom | None = None
    zone: str | None = None
    max_queue: int = 100_000
    hot_keys: bool | HotKeysOptions = False
    strict: bool = False
    node_options: Callable[[Node, str], Mapping[str, Any]] | None = None
    on_ejected: EventHook | None = None
    on_returned: EventHook | None = None
    fingerprint: OnDifference | None = None
    fingerprint_group: str | None = None
    redis: Mapping[str, Any]

    def __post_init__(self) -> None:
        checked(self.fingerprint)
        if not isinstance(self.max_queue, int) or self.max_queue < 1:
            raise KeyhomeTypeError(
                "argument.type", f"`max_queue` is a number of commands, and {self.max_queue!r} is none"
            )
        if given := [name for name in _NOT_OURS if name in self.redis]:
            message = f"`{given[0]}` is about one server; the pool's config, or the nodes, say where its servers are"
            raise KeyhomeTypeError("argument.type", message)
