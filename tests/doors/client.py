"""A client of many servers in Python, asked as the doors are: what is in a pool is read, and written, through it.

The argument is the face of it: `sync` or `asyncio`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from typing import Any

import keyhome.redis
import keyhome.redis.asyncio


def sync(words: dict[str, Any]) -> Any:
    """Reads or writes with the ordinary client."""
    keys = list(map(bytes.fromhex, words["keys"]))
    with keyhome.redis.ShardedRedis.from_config(words["config"]) as client:
        if words["ask"] == "read":
            return decoded(client.mget(keys))
        client.mset(dict(zip(keys, words["values"], strict=True)))
    return len(keys)


async def with_asyncio(words: dict[str, Any]) -> Any:
    """The same with the client for asyncio."""
    keys = list(map(bytes.fromhex, words["keys"]))
    async with keyhome.redis.asyncio.ShardedRedis.from_config(words["config"]) as client:
        if words["ask"] == "read":
            return decoded(await client.mget(keys))
        await client.mset(dict(zip(keys, words["values"], strict=True)))
    return len(keys)


def decoded(values: Any) -> list[str | None]:
    """Values as text."""
    return [value if value is None else value.decode() for value in values]


def answer(face: str, words: dict[str, Any]) -> Any:
    """What is asked."""
    if words["ask"] == "hello":
        return face
    return asyncio.run(with_asyncio(words)) if face == "asyncio" else sync(words)


for line in sys.stdin:
    said: dict[str, Any]
    try:
        said = {"answer": answer(sys.argv[1], json.loads(line))}
    except Exception:
        said = {"broken": traceback.format_exc()}
    print(json.dumps(said), flush=True)
