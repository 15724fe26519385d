"""How much time ShardedRedis takes beside plain redis-py, on real servers, as ratios.

Both sides run in turn, in one process, with the same commands, so that a busy machine slows both; the ratio is the median
over the rounds of our time through that of plain redis-py in the same round.

    PYTHONPATH=tests python benches/clients.py [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
from array import array
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import redis
from redis.asyncio import Redis as AsyncRedis
from servers import RedisServer, Scratch, yaml

import keyhome
from keyhome.redis import ShardedRedis
from keyhome.redis.asyncio import ShardedRedis as AsyncShardedRedis

COMMANDS = 3000
PIPELINE = 100
TASKS = 50
PACKED = 10_000_000
# Seconds of a server's time that a call of the slow script takes.
BUSY = 200e-6


def seconds(run: Callable[[], object]) -> float:
    """What it takes, waiting for servers included."""
    start = perf_counter()
    run()
    return perf_counter() - start


class Table:
    """The rows, and which of them missed."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.missed: list[str] = []
        print(f"{'what':<58} {'µs':>8} {'peer µs':>8} {'ratio':>7} {'at most':>8}")

    def row(
        self,
        what: str,
        operations: int,
        ours: Callable[[], object],
        peer: Callable[[], object],
        at_most: float,
        rounds: int = 0,
    ) -> None:
        """Times both in turn, each of them first in every other round."""
        ours()
        peer()
        pairs = []
        for number in range(rounds or self.rounds):
            if number % 2:
                own, theirs = seconds(ours), seconds(peer)
            else:
                theirs, own = seconds(peer), seconds(ours)
            pairs.append((own, theirs))
        ratio = statistics.median(own / theirs for own, theirs in pairs)
        own, theirs = (statistics.median(pair[side] for pair in pairs) / operations * 1e6 for side in (0, 1))
        verdict = "" if ratio <= at_most else "  MISSED"
        if verdict:
            self.missed.append(what)
        print(f"{what:<58} {own:>8.2f} {theirs:>8.2f} {ratio:>7.2f} {at_most:>8.2f}{verdict}", flush=True)


KEYS = [f"user:{number}" for number in range(COMMANDS)]


def gets(client: redis.Redis) -> None:
    """GETs, one at a time."""
    get = client.get
    for key in KEYS:
        get(key)


def pipelines(client: redis.Redis) -> None:
    """GETs in pipelines."""
    for start in range(0, COMMANDS, PIPELINE):
        pipeline = client.pipeline(transaction=False)
        for key in KEYS[start : start + PIPELINE]:
            pipeline.get(key)
        pipeline.execute()


async def async_gets(client: AsyncRedis) -> None:
    """GETs, one at a time."""
    get = client.get
    for key in KEYS:
        await get(key)


async def async_pipelines(client: AsyncRedis) -> None:
    """GETs in pipelines."""
    for start in range(0, COMMANDS, PIPELINE):
        pipeline = client.pipeline(transaction=False)
        for key in KEYS[start : start + PIPELINE]:
            pipeline.get(key)
        await pipeline.execute()


def slow_script(client: redis.Redis) -> str:
    """A script that takes `BUSY` on this machine, now."""
    loops = 1_000_000
    took = statistics.median(
        seconds(lambda: client.eval(f"for i = 1, {loops} do end return 1", 1, "k")) for _ in range(3)
    )
    return f"for i = 1, {round(loops * BUSY / took)} do end return 1"


async def async_slow(client: AsyncRedis, script: str) -> None:
    """Scripts that keep a server busy, many at a time."""

    async def work(part: int) -> None:
        for key in KEYS[part:1000:TASKS]:
            await client.eval(script, 1, key)

    await asyncio.gather(*(work(part) for part in range(TASKS)))


def commands(table: Table) -> None:
    """Commands over one server, and over three, beside plain redis-py over one."""
    with Scratch() as scratch, asyncio.Runner() as runner:
        servers = [RedisServer.start(scratch) for _ in range(4)]
        config = [yaml([f"{server.address}:1" for server in some], hash="md5") for some in (servers[:1], servers[1:])]

        def waited(run: Callable[[Any], Coroutine[Any, Any, None]], client: Any) -> Callable[[], object]:
            return lambda: runner.run(run(client))

        plain = redis.Redis(port=servers[0].port)
        one, three = (ShardedRedis.from_config(text) for text in config)
        for client in (one, three):
            client.mset(dict.fromkeys(KEYS, "a value of some length"))
        table.row("GET, one server", COMMANDS, lambda: gets(one), lambda: gets(plain), 1.10)
        table.row("pipelines of 100, one server", COMMANDS, lambda: pipelines(one), lambda: pipelines(plain), 1.10)
        table.row("GET, three servers", COMMANDS, lambda: gets(three), lambda: gets(plain), 1.25)
        table.row("pipelines of 100, three servers", COMMANDS, lambda: pipelines(three), lambda: pipelines(plain), 1.25)

        peer = AsyncRedis(port=servers[0].port)
        first, many = (AsyncShardedRedis.from_config(text) for text in config)
        for run, what in ((async_gets, "GET"), (async_pipelines, "pipelines of 100")):
            table.row(f"{what}, asyncio, one server", COMMANDS, waited(run, first), waited(run, peer), 1.10)
            table.row(f"{what}, asyncio, three servers", COMMANDS, waited(run, many), waited(run, peer), 1.25)
        # The servers are the limit: three of them do more.
        script = slow_script(plain)

        async def slow(client: AsyncRedis) -> None:
            await async_slow(client, script)

        table.row("200 µs of a server, asyncio, three servers", 1000, waited(slow, many), waited(slow, peer), 1.0)
        for sync in (plain, one, three):
            sync.close()
        for async_ in (peer, first, many):
            runner.run(async_.aclose())


def packed(table: Table) -> None:
    """Ten million keys on an md5 ring: while it looks for them, the interpreter's lock is released."""
    width = 16
    keys = b"".join(b"user:%011d" % number for number in range(PACKED))
    names = "".join(f"\n   - 10.0.0.{number}:6379:1" for number in range(1, 11))
    router = keyhome.Router.from_config(f"pool:\n  hash: md5\n  servers:{names}")
    half = PACKED // 2 * width
    parts = [keys[:half], keys[half:]]
    offsets = array("I", range(0, half + 1, width))
    whole = array("I", range(0, PACKED * width + 1, width))

    def in_two(pool: ThreadPoolExecutor) -> None:
        for _ in pool.map(lambda part: router.indexes_packed(part, offsets), parts):
            pass

    with ThreadPoolExecutor(2) as pool:
        # At least 1.3 times as fast.
        table.row(
            "10M keys packed, md5, two threads beside one",
            PACKED,
            lambda: in_two(pool),
            lambda: router.indexes_packed(keys, whole),
            1 / 1.3,
            5,
        )


def main() -> int:
    arguments = argparse.ArgumentParser(description="Prints how much time ShardedRedis takes beside plain redis-py.")
    arguments.add_argument("--rounds", type=int, default=21)
    gc.disable()
    print(f"redis-py {redis.__version__}")
    table = Table(arguments.parse_args().rounds)
    commands(table)
    packed(table)
    if table.missed:
        print(f"missed: {', '.join(table.missed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
