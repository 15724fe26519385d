"""A Redis Cluster of three nodes, and a client: redis-py's own, whose reads follow one of keyhome's policies. keyhome tells
which node owns a key without asking one.

    ./servers cluster && python redis_cluster.py
"""

import os

from keyhome import Router, slot
from keyhome.redis import cluster

# One node is enough to find the others.
seed = os.environ.get("CLUSTER_NODE", "127.0.0.1:7101")

with cluster([seed], read_from="prefer-replica", decode_responses=True) as redis:
    # What is in braces alone decides, so both are in one slot, and one command may ask for both.
    redis.mset({"{user:1}:name": "Ada", "{user:1}:city": "London"})
    print(f"slot {slot('{user:1}:name')}: {redis.mget('{user:1}:name', '{user:1}:city')}")

    # What the cluster says of itself. It is worth asking again when a node answers MOVED.
    shards = redis.execute_command("CLUSTER", "SHARDS", target_nodes=redis.get_random_node())
    router = Router.from_cluster(shards)
    for key in ("{user:1}:name", "cart:7", "feed:home"):
        counted = redis.cluster_keyslot(key)  # the server's own word
        print(f"{key} is in slot {slot(key)}, the cluster says {counted}; on {router.node(key).address}")

    for node, share in zip(router.nodes, router.balance()["shares"], strict=True):
        print(f"{node.address} owns {share['share']} slots")

    redis.unlink("{user:1}:name", "{user:1}:city")
