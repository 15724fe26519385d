"""What the tests of the clients share: both clients behind one face."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from servers import RedisServer

from .faces import Face, asked_asyncio, asked_sync


def pytest_report_header() -> str:
    return f"redis-py {redis.__version__}"


@pytest.fixture(params=[asked_sync, asked_asyncio], ids=["sync", "asyncio"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """Makes clients, the ordinary one or the one for asyncio, and closes them at the end."""
    make: Callable[[], Face] = request.param
    made = make()
    yield made
    made.end()


@pytest.fixture
def client(face: Face, servers: list[RedisServer]) -> Any:
    """A client of the three servers."""
    return face.sharded(servers)
