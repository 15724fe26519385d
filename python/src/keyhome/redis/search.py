"""Search over several nodes: an index is on each of them, and so is what each finds."""

from __future__ import annotations

from typing import Any

from redis.commands.search import AsyncSearch, Search

from .._sharded.replies import NodeReplies


class _NodeByNode:
    """An index is made on all nodes; what is found comes as `NodeReplies`, node by node: redis-py's results in a dictionary,
    for only who asks knows how they are to be ranked together.
    """

    def _parse_results(self, cmd: str, res: Any, **kwargs: Any) -> Any:
        parse: Any = super()._parse_results  # type: ignore[misc]
        if isinstance(res, NodeReplies):
            return NodeReplies({name: parse(cmd, reply, **kwargs) for name, reply in res.items()})
        return parse(cmd, res, **kwargs)


class ShardedSearch(_NodeByNode, Search):
    """redis-py's `ft()`, node by node."""


class AsyncShardedSearch(_NodeByNode, AsyncSearch):
    """That of redis-py's asyncio client, node by node."""
