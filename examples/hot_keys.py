"""A hot key, found and relieved: the client counts which keys are asked for most; copies of the hottest are put on the other
servers, and its reads are spread over all of them.

    ./servers start && python hot_keys.py
"""

import itertools
import os
from pathlib import Path

from keyhome.redis import ShardedRedis

file = Path(os.environ.get("NUTCRACKER_YML", Path(__file__).with_name("nutcracker.yml")))
COPIES, SECONDS = 2, 60


def requests(redis: ShardedRedis) -> dict[str, int]:
    return {node["name"]: node["requests"] for node in redis.stats()}


with ShardedRedis.from_config(file.read_text(), "sessions", decode_responses=True, hot_keys=True) as redis:
    redis.mset({"feed:home": "headlines"} | {f"feed:{number}": "text" for number in range(100)})

    def read(names: list[str]) -> None:
        """Everybody reads the home page, and something else: 1,000 reads of each, and where they went."""
        before = requests(redis)
        for number, name in zip(range(1000), itertools.cycle(names)):
            assert redis.get(name) == "headlines"
            assert redis.get(f"feed:{number % 100}") == "text"
        print("  reads of each server:", {name: count - before[name] for name, count in requests(redis).items()})

    print("one key is asked for as often as a hundred others together:")
    read(["feed:home"])
    hottest = redis.hot_keys(1)[0]
    print(f"the hottest key is {hottest['key']!r}, on {redis.router.node(hottest['key']).name}")

    # Names of their own, so that no other client takes a copy for the key. All who spread reads find the same names.
    copies = [copy["key"] for copy in redis.router.copies("feed:home", COPIES)]
    for name in copies:
        print(f"  {name} is on {redis.router.node(name).name}")

    # A writer writes all of them; copies expire, should a writer forget them.
    redis.set("feed:home", "headlines")
    for name in copies:
        redis.set(name, "headlines", ex=SECONDS)
    print("its reads are spread over the key and its copies, by turns:")
    read(["feed:home", *copies])

    redis.unlink("feed:home", *copies, *(f"feed:{number}" for number in range(100)))
