"""Whether a node answers: the check of `on_failure: probe`."""

from __future__ import annotations

import threading
from collections.abc import Callable

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from .._sharded.primary import Primary
from .._sharded.shard import Shard


def check_in_thread(shard: Shard[Redis], checked: Callable[[bool], None]) -> None:
    """Finds out in a thread of its own whether a node answers, so that no command waits for it."""
    primary = Primary(shard.node, shard.primary.client)

    def check() -> None:
        connection = primary.connection(Retry(NoBackoff(), 0))
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
