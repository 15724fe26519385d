"""The connection pools of all nodes, as redis-py's client has one."""

from __future__ import annotations

from typing import Any, NoReturn

from redis import ConnectionPool

from .._sharded.all_connections import AllConnections, no_connection


class NodePools(AllConnections, ConnectionPool):  # type: ignore[override]
    """The connection pools of all nodes, where redis-py's client has that of its server."""

    def get_connection(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not over several nodes."""
        raise no_connection()

    def disconnect(self, inuse_connections: bool = True) -> None:
        """Disconnects all nodes; they are connected again where need be."""
        for pool in self._pools():
            pool.disconnect(inuse_connections)

    def close(self) -> None:
        """As `disconnect`."""
        self.disconnect()
