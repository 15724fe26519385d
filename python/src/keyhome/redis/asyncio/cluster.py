"""redis-py's own asyncio client of a Redis Cluster, its reads by a policy of keyhome."""

from __future__ import annotations

from typing import Any

from redis.asyncio.cluster import ClusterNode, RedisCluster

from ..._sharded.cluster_plan import cluster_plan
from ..._words import ReadFrom
from ..cluster import PolicyBalancer, balanced


def cluster(
    source: str | bytes | list[str], pool: str | None = None, *, read_from: ReadFrom | None = None, **options: Any
) -> RedisCluster:
    """redis-py's asyncio client of a Redis Cluster.

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
    nodes = [ClusterNode(**address) for address in plan.addresses]
    client = RedisCluster(startup_nodes=nodes, **{**plan.options, **balanced(plan.read_from), **options})
    client.nodes_manager.read_load_balancer = PolicyBalancer(plan.read_from)
    return client
