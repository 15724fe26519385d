"""Whether a node answers: the check of `on_failure: probe`."""

from __future__ import annotations

from collections.abc import Callable

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ..._sharded.primary import Primary
from ..._sharded.shard import Shard


async def check(shard: Shard[Redis], checked: Callable[[bool], None]) -> None:
    """Finds out whether a node answers; in a task of its own, so that no command waits for it."""
    connection = Primary(shard.node, shard.primary.client).connection(Retry(NoBackoff(), 0))
    try:
        await connection.connect()
        await connection.send_command("PING")
        await connection.read_response()
    except (RedisError, OSError):
        checked(False)
    else:
        checked(True)
    finally:
        await connection.disconnect()
