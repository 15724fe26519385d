"""A client in Python, asked as the doors are: what it is told to is written and read through it.

The argument is which: `sync` or `asyncio` of many servers, `plain` redis-py for what is behind a proxy.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import redis

import keyhome.redis
import keyhome.redis.asyncio


def why(error: Any) -> str | None:
    """Why something was not done: the code of keyhome's error, else what the error says; none if it was done."""
    if not isinstance(error, Exception):
        return None
    return str(getattr(error, "code", None) or error)


def decoded(values: Any) -> list[str | None]:
    """Values as text."""
    return [value if value is None else value.decode() for value in values]


def hottest(keys: Sequence[keyhome.HotKey]) -> list[tuple[str, int, int, int]]:
    """Keys in digits, and what is said of them."""
    return [(as_bytes(hot["key"]).hex(), hot["length"], hot["count"], hot["error"]) for hot in keys]


def as_bytes(key: str | bytes) -> bytes:
    """A key is text where it is UTF-8."""
    return key.encode() if isinstance(key, str) else key


class Sync:
    """An ordinary client: of many servers, or redis-py's own."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client

    def read(self, keys: list[bytes]) -> list[str | None]:
        return decoded(self.client.mget(keys))

    def write(self, values: dict[bytes, str]) -> None:
        self.client.mset(values)

    def set(self, keys: list[bytes], value: str) -> list[str | None]:
        with self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.set(key, value)
            return list(map(why, pipeline.execute(raise_on_error=False)))

    def get(self, keys: list[bytes]) -> list[str | None]:
        with self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.get(key)
            return list(map(why, pipeline.execute(raise_on_error=False)))

    def hot_keys(self, n: int) -> list[tuple[str, int, int, int]]:
        if isinstance(self.client, keyhome.redis.ShardedRedis):
            return hottest(self.client.hot_keys(n))
        client: Any = self.client
        said = client.execute_command("KEYHOME", "HOTKEYS", n)
        return [(key.hex(), length, count, error) for key, length, count, error, _ in said]

    def end(self) -> None:
        self.client.close()


class Asyncio:
    """The same of the client for asyncio."""

    def __init__(self, client: keyhome.redis.asyncio.ShardedRedis) -> None:
        self.client = client

    async def read(self, keys: list[bytes]) -> list[str | None]:
        return decoded(await self.client.mget(keys))

    async def write(self, values: dict[bytes, str]) -> None:
        await self.client.mset(values)

    async def set(self, keys: list[bytes], value: str) -> list[str | None]:
        async with self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.set(key, value)
            return list(map(why, await pipeline.execute(raise_on_error=False)))

    async def get(self, keys: list[bytes]) -> list[str | None]:
        async with self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.get(key)
            return list(map(why, await pipeline.execute(raise_on_error=False)))

    async def hot_keys(self, n: int) -> list[tuple[str, int, int, int]]:
        return hottest(self.client.hot_keys(n))

    async def end(self) -> None:
        await self.client.aclose()


async def opened(face: str, words: dict[str, Any]) -> Sync | Asyncio:
    """The client, in the loop in which it is used."""
    if face == "plain":
        return Sync(redis.Redis(port=words["port"]))
    hot_keys = words.get("hot_keys") or False
    if face == "sync":
        return Sync(keyhome.redis.ShardedRedis.from_config(words["config"], hot_keys=hot_keys))
    return Asyncio(keyhome.redis.asyncio.ShardedRedis.from_config(words["config"], hot_keys=hot_keys))


async def main(face: str) -> None:
    """Answers until there are no more questions. Nothing else goes on in the loop while it waits for one."""
    client: Any = None

    async def done(given: Any) -> Any:
        return await given if asyncio.iscoroutine(given) else given

    async def answer(ask: str, words: dict[str, Any]) -> Any:
        nonlocal client
        if ask == "hello":
            return face
        if ask in ("open", "close"):
            if client is not None:
                await done(client.end())
            client = await opened(face, words) if ask == "open" else None
            return 1
        if ask == "hot_keys":
            return await done(client.hot_keys(words["n"]))
        keys = list(map(bytes.fromhex, words["keys"]))
        if ask == "write":
            await done(client.write(dict(zip(keys, words["values"], strict=True))))
            return len(keys)
        if ask == "set":
            return await done(client.set(keys, words["value"]))
        return await done(getattr(client, ask)(keys))

    for line in sys.stdin:
        said: dict[str, Any]
        try:
            words = json.loads(line)
            said = {"answer": await answer(words.pop("ask"), words)}
        except Exception:
            said = {"broken": traceback.format_exc()}
        print(json.dumps(said), flush=True)
    if client is not None:
        await done(client.end())


# That servers are taken out is what is asked for.
logging.getLogger("keyhome").setLevel(logging.ERROR)
asyncio.run(main(sys.argv[1]))
