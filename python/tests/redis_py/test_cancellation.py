"""A command of asyncio that is cancelled in the middle: no reply of its may reach another caller."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from servers import RedisServer

from keyhome.redis.asyncio import ShardedRedis

from .faces import config_of
from .support import keys_of

Work = Callable[[ShardedRedis, str], Coroutine[Any, Any, None]]


async def echo(client: ShardedRedis, word: str) -> None:
    assert await client.echo(word) == word.encode()


async def own_key(client: ShardedRedis, word: str) -> None:
    # Each of these is on the connections of another node.
    key = f"key:{hash(word) % 50}"
    assert await client.get(key) == key.encode()


async def split(client: ShardedRedis, word: str) -> None:
    keys = [f"key:{(hash(word) + at) % 50}" for at in range(12)]
    assert await client.mget(keys) == [key.encode() for key in keys]


async def of_all(client: ShardedRedis, word: str) -> None:
    assert await client.dbsize() == 50


async def pipeline(client: ShardedRedis, word: str) -> None:
    async with client.pipeline() as pipe:
        keys = [f"key:{(hash(word) + at) % 50}" for at in range(6)]
        for key in keys:
            pipe.get(key)
        pipe.echo(word)
        assert await pipe.execute() == [*(key.encode() for key in keys), word.encode()]


async def transaction(client: ShardedRedis, word: str) -> None:
    async with client.pipeline(transaction=True) as pipe:
        pipe.get("key:7")
        pipe.echo(word)
        assert await pipe.execute() == [b"key:7", word.encode()]


async def blocking(client: ShardedRedis, word: str) -> None:
    assert await client.blpop(f"none:{word}", timeout=0.01) is None


async def script(client: ShardedRedis, word: str) -> None:
    assert await client.eval("return ARGV[1]", 1, f"key:{hash(word) % 50}", word) == word.encode()


WORKS: list[Work] = [echo, own_key, split, of_all, pipeline, transaction, blocking, script]


def test_cancelled_commands_leave_nothing_behind(servers: list[RedisServer]) -> None:
    """Thousands of commands, a third of which is cancelled at some moment; all others have their own replies."""
    dice = random.Random(5)
    counts = {"done": 0, "cancelled": 0}

    async def run() -> None:
        async with ShardedRedis.from_config(config_of(servers)) as client:
            await client.mset({key: key for key in keys_of(client, 50)})

            async def one(number: int) -> None:
                work = dice.choice(WORKS)
                task = asyncio.ensure_future(work(client, f"word {number}"))
                if dice.random() < 0.33:
                    # From before it is sent to after it is done.
                    for _ in range(dice.randrange(12)):
                        await asyncio.sleep(0)
                    if dice.random() < 0.3:
                        await asyncio.sleep(dice.random() * 0.004)
                    task.cancel()
                try:
                    await task
                    counts["done"] += 1
                except asyncio.CancelledError:
                    counts["cancelled"] += 1

            for round_ in range(30):
                if round_ % 6 == 0:
                    # What is sent now waits for its reply, and some of it is cancelled while it does.
                    servers[round_ % 3].pause()
                    asyncio.get_running_loop().call_later(0.01, servers[round_ % 3].resume)
                await asyncio.gather(*(one(round_ * 60 + number) for number in range(60)))
            assert [entry["queue"] for entry in client.stats()] == [0, 0, 0]
            # And what is in the pools now is clean.
            for word in range(100):
                await asyncio.gather(*(work(client, f"after {word}") for work in WORKS))

    asyncio.run(run())
    assert sum(counts.values()) == 1800
    assert counts["cancelled"] > 100, counts


async def queued(client: ShardedRedis, keys: list[str]) -> list[Any]:
    pipe = client.pipeline()
    pipe.mget(keys)
    return await pipe.execute()


def test_a_time_limit_of_the_caller(servers: list[RedisServer]) -> None:
    async def run() -> None:
        async with ShardedRedis.from_config(config_of(servers)) as client:
            keys = keys_of(client, 50)
            await client.mset({key: key for key in keys})
            servers[1].pause()
            for attempt in (client.mget(keys), client.dbsize(), queued(client, keys)):
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(attempt, 0.05)
            servers[1].resume()
            for key in keys:
                assert await client.get(key) == key.encode()
            assert await client.mget(keys) == [key.encode() for key in keys]
            assert [entry["queue"] for entry in client.stats()] == [0, 0, 0]
            assert [entry["state"] for entry in client.stats()] == ["live"] * 3

    asyncio.run(run())
