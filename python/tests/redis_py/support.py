"""Keys of nodes, and what servers say of themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from servers import RedisServer


def key_on(client: Any, node: int, prefix: str = "on:") -> str:
    """The first key of a prefix and a number that lives on a node."""
    return next(key for key in (f"{prefix}{number}" for number in range(10_000)) if client.router.index(key) == node)


def keys_of(client: Any, count: int, prefix: str = "key:") -> list[str]:
    """So many keys, among them some of every node."""
    keys = [f"{prefix}{number}" for number in range(count)]
    assert set(client.router.indexes(keys)) == set(range(len(client.nodes())))
    return keys


def calls(servers: list[RedisServer], command: str) -> list[int]:
    """How often each server was asked for a command since its counts were reset."""
    stats = (re.search(rf"cmdstat_{command}:calls=(\d+)", server.ask("INFO", "commandstats")) for server in servers)
    return [int(found[1]) if found else 0 for found in stats]


def succeeds(run: Callable[[], object], *errors: type[Exception]) -> bool:
    """Whether it raises none of these."""
    try:
        run()
    except errors:
        return False
    return True


@contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """What takes longer fails."""
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    assert took < seconds, f"{what} took {took:.2f} s, and may take {seconds} s"
