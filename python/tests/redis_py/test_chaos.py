"""100,000 operations in four runs on four servers: one is killed twice and comes back, one hangs for a while.

Every operation is settled once, with its own answer; what was acknowledged is there; nothing was done twice.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis as redis_py
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from servers import RedisServer, Scratch, wait_until

import keyhome
from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis
from keyhome.redis.asyncio import ShardedRedis as AsyncShardedRedis

from .chaos import COUNTERS, OPERATIONS, Ledger
from .faces import config_of
from .support import succeeds

KILLED = 1
HUNG = 2
THREADS = 8
TASKS = 32


@pytest.fixture(scope="module")
def four(scratch: Scratch) -> list[RedisServer]:
    """Four servers."""
    return [RedisServer.start(scratch) for _ in range(4)]


@pytest.fixture
def harmed(four: list[RedisServer]) -> Iterator[Callable[[Ledger], threading.Thread]]:
    """Begins to kill, hang, and bring back, while operations run."""
    for server in four:
        server.ask("FLUSHALL")

    def harm(ledger: Ledger) -> None:
        def reached(share: float) -> None:
            wait_until(lambda: ledger.progress > share, f"{share} of it is done", 120)

        reached(0.15)
        four[KILLED].kill()
        reached(0.3)
        four[KILLED].start_again()
        reached(0.45)
        four[HUNG].pause()
        reached(0.55)
        four[HUNG].resume()
        reached(0.7)
        four[KILLED].kill()
        reached(0.8)
        four[KILLED].start_again()

    def begin(ledger: Ledger) -> threading.Thread:
        thread = threading.Thread(target=harm, args=[ledger], daemon=True)
        thread.start()
        return thread

    yield begin
    for server in four:
        server.restore()


class Told:
    """What was told of nodes."""

    def __init__(self) -> None:
        self.events: set[str] = set()

    def __call__(self, node: Any, event: Any) -> None:
        self.events.add(f"{event['event']} {node.name}")


def options(told: Told, mode: str) -> tuple[dict[str, object], dict[str, Any]]:
    """Settings of the pool, and options of the client: what was sent and not answered is not sent again, for it could be
    done twice."""
    rules = {"auto_eject_hosts": "true", "server_failure_limit": 2, "server_retry_timeout": 200, "timeout": 250}
    return {**rules, "on_failure": mode}, {"on_ejected": told, "on_returned": told}


modes = pytest.mark.parametrize("mode", ["fail", "remap"])


@modes
def test_threads(four: list[RedisServer], harmed: Callable[[Ledger], threading.Thread], mode: str) -> None:
    ledger, told = Ledger(), Told()
    settings, given = options(told, mode)
    client = ShardedRedis.from_config(config_of(four, **settings), retry=Retry(NoBackoff(), 0), **given)

    def work() -> None:
        while (number := ledger.take()) is not None:
            operation = ledger.operation(number)
            try:
                ledger.settle(operation.check(operation.ask(client)), None)
            except Exception as error:
                operation.fail(error)
                ledger.settle([], error)

    harming = harmed(ledger)
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in [*threads, harming]:
        thread.join()
    examine(ledger, told, four, mode)
    wait_until(
        lambda: succeeds(lambda: client.mget([f"any:{number}" for number in range(40)]), redis_py.RedisError),
        "all is well",
    )
    assert sum(entry["queue"] for entry in client.stats()) == 0
    client.close()


@modes
def test_tasks(four: list[RedisServer], harmed: Callable[[Ledger], threading.Thread], mode: str) -> None:
    ledger, told = Ledger(), Told()
    settings, given = options(told, mode)

    async def run() -> None:
        retry = AsyncRetry(NoBackoff(), 0)
        async with AsyncShardedRedis.from_config(config_of(four, **settings), retry=retry, **given) as client:

            async def work() -> None:
                while (number := ledger.take()) is not None:
                    operation = ledger.operation(number)
                    try:
                        ledger.settle(operation.check(await operation.ask(client)), None)
                    except Exception as error:
                        operation.fail(error)
                        ledger.settle([], error)

            harming = harmed(ledger)
            await asyncio.gather(*(work() for _ in range(TASKS)))
            await asyncio.to_thread(harming.join)
            examine(ledger, told, four, mode)
            for _ in range(100):
                try:
                    await client.mget([f"any:{number}" for number in range(40)])
                    break
                except (redis_py.RedisError, KeyhomeError):
                    await asyncio.sleep(0.05)
            else:
                raise AssertionError("it is not well again")
            assert sum(entry["queue"] for entry in client.stats()) == 0

    asyncio.run(run())


def examine(ledger: Ledger, told: Told, four: list[RedisServer], mode: str) -> None:
    """Compares what a run knows with what the servers have."""
    assert ledger.settled == OPERATIONS
    assert ledger.wrong[:5] == []
    assert 0 < ledger.failed < OPERATIONS / 2
    assert {f"{event} node-{node}" for event in ("ejected", "returned") for node in (KILLED, HUNG)} <= told.events
    if mode != "fail":
        # Keys have lived on several servers meanwhile.
        return
    router = keyhome.Router.from_config(config_of(four))
    checked = 0
    survivors: dict[int, list[str]] = {0: [], 2: [], 3: []}
    for key in ledger.written:
        # What was in the memory of a server that died is gone.
        if (home := router.index(key)) != KILLED:
            survivors[home].append(key)
    for home, keys in survivors.items():
        for start in range(0, len(keys), 5000):
            some = keys[start : start + 5000]
            assert four[home].ask("MGET", *some) == [ledger.written[key] for key in some]
            checked += len(some)
    assert checked > OPERATIONS / 4
    for number in range(COUNTERS):
        counter = f"counter:{number}"
        if (home := router.index(counter)) != KILLED:
            value = int(four[home].ask("GET", counter) or 0)
            assert ledger.acknowledged[counter] <= value <= ledger.attempted[counter], counter
    print(f"{ledger.failed} of {OPERATIONS} failed, {checked} values checked")
