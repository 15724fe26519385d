"""What stands where redis-py's client has its connection pool: all pools of all nodes, for what can be asked of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from .errors import unsupported
from .pool import Pool


class AllConnections:
    """The connection pools of all nodes. A connection is to one server: of that there is none to be had here, so that
    nothing that knows of one server only asks the wrong one.
    """

    def __init__(self, pool: Pool[Any]) -> None:
        self._nodes = pool

    @property
    def connection_kwargs(self) -> dict[str, Any]:
        """redis-py's options of the first node, for what looks at those that are the same for all."""
        return self._nodes.node_options()

    def get_encoder(self) -> Any:
        """What makes bytes of words; the same for all nodes."""
        return self._nodes.shards[0].primary.client.get_encoder()

    def get_protocol(self) -> Any:
        """The version of the protocol that was asked for."""
        return self.connection_kwargs.get("protocol")

    def make_connection(self) -> NoReturn:
        """Not over several nodes."""
        raise no_connection()

    def reset(self) -> None:
        """Forgets all connections of all nodes."""
        for pool in self._pools():
            pool.reset()

    def _pools(self) -> Iterator[Any]:
        for shard in self._nodes.shards:
            for endpoint in shard.endpoints:
                yield endpoint.client.connection_pool

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__}: {self._nodes}>"


def no_connection() -> Exception:
    """The error of who asks for a connection."""
    return unsupported("a connection", "ask one of `nodes()`, or `node_of(key)`, for it")
