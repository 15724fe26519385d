"""The connection pools of all nodes, as redis-py's asyncio client has one."""

from __future__ import annotations

from typing import Any, NoReturn

from redis.asyncio import ConnectionPool

from ..._sharded.all_connections import AllConnections, no_connection


class NodePools(AllConnections, ConnectionPool):  # type: ignore[override]
    """The connection pools of all nodes, where redis-py's client has that of its server."""

    async def get_connection(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not over several nodes."""
        raise no_connection()

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Disconnects all nodes; they are connected again where need be."""
        for pool in self._pools():
            await pool.disconnect(inuse_connections)

    async def aclose(self) -> None:
        """As `disconnect`."""
        await self.disconnect()
