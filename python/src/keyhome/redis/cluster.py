"""redis-py's own client of a Redis Cluster, its reads by a policy of keyhome."""

from __future__ import annotations

import random
from typing import Any

from redis.cluster import ClusterNode, LoadBalancer, LoadBalancingStrategy, RedisCluster

from .. import ReplicaSet, Router
from .._shapes import ReplicaOptions
from .._sharded.cluster_plan import cluster_plan
from .._sharded.placement import now
from .._words import ReadFrom


def cluster(
    source: str | bytes | list[str], pool: str | None = None, *, read_from: ReadFrom | None = None, **options: Any
) -> RedisCluster:
    """redis-py's client of a Redis Cluster.

    Args:
        source: The text of a config with a pool of `dialect: redis-cluster`; or addresses of some of its nodes
            (`host:port`).
        pool: The name of the pool; not needed where the config has one.
        read_from: Which endpoint of a slot serves a read: `primary`, `replica`, `prefer-replica`, `round-robin` or
            `random`; the config's `read_from` unless said. redis-py tells nobody how long a node took, or which it is:
            `nearest` and `least-latency` cannot be had.
        options: Those of redis-py's `RedisCluster`. They override what the config says.

    Raises:
        KeyhomeError: Those of `Router.from_config`; `client.unsupported` for another policy, and for a pool that is no
            cluster.
    """
    plan = cluster_plan(source, pool, read_from)
    nodes = [ClusterNode(**address) for address in plan.addresses]  # type: ignore[no-untyped-call]
    client = RedisCluster(startup_nodes=nodes, **{**plan.options, **balanced(plan.read_from), **options})
    client.nodes_manager.read_load_balancer = PolicyBalancer(plan.read_from)
    return client


def balanced(read_from: ReadFrom) -> dict[str, Any]:
    """The options with which redis-py asks its load balancer; which of its own ways is named there does not matter."""
    return {} if read_from == "primary" else {"load_balancing_strategy": LoadBalancingStrategy.ROUND_ROBIN}


class PolicyBalancer(LoadBalancer):
    """What redis-py asks which node of a slot serves a read: 0 is the primary, then the replicas."""

    def __init__(self, read_from: ReadFrom) -> None:
        super().__init__()
        self._read_from: ReadFrom = read_from
        self._sets: dict[tuple[str, int], ReplicaSet] = {}

    def get_server_index(self, primary: str, list_size: int, *_: Any, **__: Any) -> int:
        """The place of the node."""
        replicas = self._sets.get((primary, list_size))
        if replicas is None:
            # Only how many they are is known here.
            endpoints = [["node", port, str(port)] for port in range(1, list_size + 1)]
            router = Router.from_cluster([[0, 16383, *endpoints]])
            options: ReplicaOptions = {"read_from": self._read_from}
            replicas = self._sets[primary, list_size] = ReplicaSet(router, 0, options)
        return replicas.choose(random.getrandbits(64), now())

    def reset(self) -> None:
        """Forgets whose turn it is."""
        self._sets.clear()
