"""What is counted, a node at a time."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from .placement import Placement
from .shard import Endpoint, Shard


class EndpointStats(TypedDict):
    """What is counted about one address. `latency` is the moving average of the time to a reply, in milliseconds, `None`
    while nothing is known; `queue` are the commands that wait for a reply, or for a connection.
    """

    address: str
    requests: int
    errors: int
    latency: float | None
    queue: int


class NodeStats(EndpointStats):
    """What is counted about a node: of its primary, and in `replicas` of each of those. `state`: whether it takes part."""

    name: str
    state: Literal["live", "ejected"]
    replicas: list[EndpointStats]


def stats_of(placement: Placement[Shard[Any]]) -> list[NodeStats]:
    """The counts of all nodes, in the order of the config."""
    return [
        {
            "name": shard.node.name,
            "state": "live" if placement.is_live(shard.index) else "ejected",
            **_counts(shard.primary),
            "replicas": [_counts(replica) for replica in shard.endpoints[1:]],
        }
        for shard in placement.live.shards
    ]


def _counts(endpoint: Endpoint[Any]) -> EndpointStats:
    return {
        "address": endpoint.address,
        "requests": endpoint.requests,
        "errors": endpoint.errors,
        "latency": endpoint.latency * 1000 if endpoint.latency else None,
        "queue": endpoint.queue,
    }
