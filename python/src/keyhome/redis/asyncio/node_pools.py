"""What stands where redis-py's client has its connection pool: all pools of all nodes, for what can be asked of all."""

from __future__ import annotations

from typing import Any, NoReturn

from redis.asyncio import ConnectionPool

from ..._sharded.errors import unsupported
from ..._sharded.pool import Pool


class NodePools(ConnectionPool):
    """The connection pools of all nodes. A connection is to one server: of that there is none to be had here, so that
    nothing that knows of one server only asks the wrong one.
    """

    def __init__(self, pool: Pool[Any]) -> None:
        self._nodes = pool
        # Those of the first node, for what looks at the ones that are the same for all.
        self.connection_kwargs = pool.node_options()

    def get_encoder(self) -> Any:
        """What makes bytes of words; the same for all nodes."""
        return self._nodes.shards[0].primary.client.get_encoder()

    def get_protocol(self) -> Any:
        """The version of the protocol that was asked for."""
        return self.connection_kwargs.get("protocol")

    async def get_connection(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not over several nodes."""
        raise unsupported("a connection", "ask one of `nodes()`, or `node_of(key)`, for it")

    def make_connection(self) -> NoReturn:
        """Not over several nodes."""
        raise unsupported("a connection", "ask one of `nodes()`, or `node_of(key)`, for it")

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Disconnects all nodes; they are connected again where need be."""
        for shard in self._nodes.shards:
            for endpoint in shard.endpoints:
                await endpoint.client.connection_pool.disconnect(inuse_connections)

    async def aclose(self) -> None:
        """As `disconnect`."""
        await self.disconnect()

    def reset(self) -> None:
        """Forgets all connections of all nodes."""
        for shard in self._nodes.shards:
            for endpoint in shard.endpoints:
                endpoint.client.connection_pool.reset()

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}: {self._nodes}>"
