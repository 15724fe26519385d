"""A plugin of pytest with which redis-py's own tests get a `ShardedRedis` over three servers instead of a `Redis`."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from servers import ask

import keyhome.redis
import keyhome.redis.asyncio

from .left_out import is_tried, reason

TOLD = json.loads(os.environ["KEYHOME_SUITE"])
NODES: list[str] = [f"{address}:1 redis-{number}" for number, address in enumerate(TOLD["servers"], 1)]

# What says where a server is, and what a pool and a single server have apart.
NOT_OURS = ("host", "port", "path", "connection_class")


def client(request: pytest.FixtureRequest, **options: Any) -> keyhome.redis.ShardedRedis:
    """What the fixtures of redis-py call `r`."""
    made = keyhome.redis.ShardedRedis(NODES, **options)

    def end() -> None:
        # The fixture has closed it by then.
        made.close()
        for address in TOLD["servers"]:
            # Not with redis-py, whose clients take several milliseconds to be made.
            ask(int(address.rpartition(":")[2]), "FLUSHALL")

    request.addfinalizer(end)
    return made


def sharded_client(_: type, request: pytest.FixtureRequest, *args: Any, **options: Any) -> keyhome.redis.ShardedRedis:
    """Stands in for `_get_client` of redis-py's tests."""
    for name in ("single_connection_client", "flushdb", "from_url"):
        options.pop(name, None)
    return client(request, **options)


class PoolOptions:
    """Stands in for the connection pool that `create_redis` of redis-py's tests makes: there is none, but its options."""

    def __init__(self, **options: Any) -> None:
        self.options = {key: value for key, value in options.items() if key not in NOT_OURS}


class AsyncClient(keyhome.redis.asyncio.ShardedRedis):
    """What `create_redis` makes."""

    def __init__(self, connection_pool: PoolOptions) -> None:
        super().__init__(NODES, **connection_pool.options)

    async def client_info(self, **kwargs: Any) -> Any:
        # What ends the tests of ACLs asks as whom it does so.
        return await self.nodes()[0].client_info()


def pytest_sessionstart(session: pytest.Session) -> None:
    if TOLD["plain"]:
        return
    sync: Any = sys.modules["tests.conftest"]
    sync._get_client = sharded_client
    asyncio: Any = sys.modules.get("tests.test_asyncio.conftest")
    if asyncio is not None:
        asyncio.redis = SimpleNamespace(ConnectionPool=PoolOptions, Redis=AsyncClient)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Once with a single connection and once with a pool; ours are pools.
    items[:] = [item for item in items if "[single" not in item.name]
    if TOLD["plain"]:
        return
    for item in items:
        if why := reason(item.nodeid):
            item.add_marker(pytest.mark.xfail(reason=why, strict=True, run=is_tried(item.nodeid)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stats = terminalreporter.stats
    count = {name: len(stats.get(name, ())) for name in ("passed", "skipped", "xfailed", "failed", "error")}
    print(
        f"suite: {count['passed']} passed, {count['xfailed']} left out, {count['skipped']} skipped by redis-py,",
        end=" ",
    )
    print(f"{count['failed'] + count['error']} failed")
    for why, number in Counter(str(report.wasxfail) for report in stats.get("xfailed", ())).most_common():
        print(f"  {number}: {why}")
