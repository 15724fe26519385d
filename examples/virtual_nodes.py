"""Virtual nodes: each server is on the ring many times, so that shares are even, and a new server takes a little from each
of the others. A third server is added to two, with keys in them.

    ./servers start && python virtual_nodes.py
"""

import os
from pathlib import Path

import keyhome
from keyhome.redis import ShardedRedis

file = Path(os.environ.get("NUTCRACKER_YML", Path(__file__).with_name("nutcracker.yml")))
SERVERS = [f"{node.address}:1 {node.name}" for node in keyhome.Router.from_config(file.read_text()).nodes]
KEYS = [f"page:{number}" for number in range(1000)]


def config(servers: list[str], vnodes: int) -> str:
    return f"pages: {{dialect: vnodes, vnodes: {vnodes}, servers: {servers}}}"


# The more virtual nodes, the more even: the exact share of each server.
for vnodes in (1, 10, 160):
    balance = keyhome.Router.from_config(config(SERVERS, vnodes)).balance()
    print(f"{vnodes:3} virtual nodes:", ", ".join(f"{s['share'] / balance['range']:.1%}" for s in balance["shares"]))

before, after = config(SERVERS[:2], 160), config(SERVERS, 160)
diff = keyhome.Router.from_config(before).diff(keyhome.Router.from_config(after))
for move in diff["moves"]:
    print(f"{move['from']} gives {move['share'] / diff['range']:.1%} of all keys to {move['to']}")

with ShardedRedis.from_config(before, decode_responses=True) as redis:
    redis.mset(dict.fromkeys(KEYS, "text"))
    homes = {key: redis.router.node(key).name for key in KEYS}
    redis.reload(after)
    moved = [key for key in KEYS if redis.router.node(key).name != homes[key]]
    found = redis.exists(*KEYS)
    print(f"{len(moved)} of {len(KEYS)} keys have another home now; the other {found} are found where they were")

    # A cache fills itself. Data that must not be lost is copied before the clients change over: here, all of it at once.
    with ShardedRedis.from_config(before, decode_responses=True) as old:
        redis.mset(dict(zip(moved, old.mget(moved), strict=True)))
        print(f"copied: {redis.exists(*KEYS)} of {len(KEYS)} are found")
        old.unlink(*KEYS)
    redis.unlink(*KEYS)
