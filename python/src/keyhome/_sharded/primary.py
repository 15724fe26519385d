"""A server that is asked beside the client's commands: who places keys how, and whether it answers at all."""

from __future__ import annotations

from typing import Any

from .._nodes import Node

# Seconds that a server has for an answer, unless the client's options say how many.
_PATIENCE = 2.0


class Primary:
    """A server, and how to connect to it: nothing of it refers to the client, which may go at any time.

    Attributes:
        node: The node.
    """

    def __init__(self, node: Node, client: Any) -> None:
        self.node = node
        pool = client.connection_pool
        self._connection_class: Any = pool.connection_class
        self._options: dict[str, Any] = {**pool.connection_kwargs}
        # Retries tell the client of what failed; and what redis-py does when a server announces its maintenance is for its
        # own connections.
        for option in ("retry", "maint_notifications_pool_handler"):
            self._options.pop(option, None)
        if (config := self._options.get("maint_notifications_config")) is not None:
            self._options["maint_notifications_config"] = type(config)(enabled=False)
        for option in ("socket_timeout", "socket_connect_timeout"):
            self._options[option] = self._options.get(option) or _PATIENCE

    def connection(self, retry: Any) -> Any:
        """A connection that no connection pool of redis-py counts."""
        connection = self._connection_class(**self._options, retry=retry)
        connection.retry = retry
        return connection
