"""Whether a node answers: the check of `on_failure: probe`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from .._sharded.shard import Shard


def check_in_thread(shard: Shard[Redis], checked: Callable[[bool], None]) -> None:
    """Finds out in a thread of its own whether a node answers, so that no command waits for it."""

    def check() -> None:
        # One that the pool does not count: it would never get it back.
        connections: Any = shard.primary.client.connection_pool
        connection = connections.connection_class(**connections.connection_kwargs)
        connection.retry = Retry(NoBackoff(), 0)
        try:
            connection.connect()
            connection.send_command("PING")
            connection.read_response()
        except (RedisError, OSError):
            checked(False)
        else:
            checked(True)
        finally:
            connection.disconnect()

    threading.Thread(target=check, name="keyhome-check", daemon=True).start()
