"""Client-side partitioning: one client over three servers. Each key lives where nutcracker.yml puts it, for this client, for
the one in partitioning.mjs, and for twemproxy.

    ./servers start && python partitioning.py
"""

import os
from pathlib import Path

from keyhome.redis import ShardedRedis

file = Path(os.environ.get("NUTCRACKER_YML", Path(__file__).with_name("nutcracker.yml")))

with ShardedRedis.from_config(file.read_text(), "sessions", decode_responses=True) as redis:
    # One command of many keys is one command to each server that has some of them.
    users = {"member:1": "Ada", "member:2": "Grace", "member:3": "Alan", "member:4": "Edsger"}
    redis.mset(users)
    names = redis.mget(list(users))

    for key, name in zip(users, names, strict=True):
        # The server itself has the key, whoever asks it.
        there = redis.node_of(key).exists(key)
        print(f"{key} is {name}, on {redis.router.node(key).name} (EXISTS says {there})")

    # A pipeline is one write to each server; the replies come in the order of the commands.
    with redis.pipeline() as pipeline:
        pipeline.incr("calls:1").incr("calls:2").expire("calls:1", 60)
        replies = pipeline.execute()
    print(f"{len(replies)} replies of a pipeline over several servers")

    removed = redis.unlink(*users, "calls:1", "calls:2")
    print(f"{removed} keys removed")
