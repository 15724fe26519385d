"""A hot key, found and relieved: the client counts which keys are asked for most. The reads of the hottest are spread over its
server's replica, and then over copies of it on the other servers, too.

    ./servers start && ./servers replicas && python hot_keys.py
"""

import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from keyhome.redis import ShardedRedis

file = Path(os.environ.get("REPLICAS_YML", Path(__file__).with_name("replicas.yml")))
COPIES, SECONDS = 2, 60


def requests(redis: ShardedRedis) -> dict[str, int]:
    counted = {}
    for node in redis.stats():
        counted[node["name"]] = node["requests"]
        counted[f"{node['name']}'s replica"] = node["replicas"][0]["requests"]
    return counted


with ShardedRedis.from_config(file.read_text(), "sessions", decode_responses=True, hot_keys=True) as redis:
    primary, by_turns = redis.reading_from("primary"), redis.reading_from("round-robin")
    redis.mset({"feed:home": "headlines"} | {f"feed:{number}": "text" for number in range(100)})

    def read(of_home: ShardedRedis, names: Iterable[str]) -> None:
        """Everybody reads the home page, and something else: 1,000 reads of each, and where they went."""
        before = requests(redis)
        for number, name in zip(range(1000), itertools.cycle(names)):
            assert of_home.get(name) == "headlines"
            assert primary.get(f"feed:{number % 100}") == "text"
        went = {name: count - before[name] for name, count in requests(redis).items()}
        print("  reads:", ", ".join(f"{name} {count}" for name, count in went.items() if count > 0))

    print("one key is asked for as often as a hundred others together:")
    read(primary, ["feed:home"])
    hottest = redis.hot_keys(1)[0]
    print(f"the hottest key is {hottest['key']!r}, on {redis.router.node(hottest['key']).name}")

    redis.wait(1, 10_000)  # until the replicas have what was written
    print("its reads are spread over the primary and its replica, by turns:")
    read(by_turns, ["feed:home"])

    # Names of their own, so that no other client takes a copy for the key. All who spread reads find the same names. A writer
    # writes all of them; copies expire, should one forget them.
    copies = [copy["key"] for copy in redis.router.copies("feed:home", COPIES)]
    for name in copies:
        redis.set(name, "headlines", ex=SECONDS)
        print(f"  {name} is on {redis.router.node(name).name}")
    redis.wait(1, 10_000)
    print("its reads are spread over the key and its copies, and the replicas of each:")
    read(by_turns, ["feed:home", *copies])

    redis.unlink("feed:home", *copies, *(f"feed:{number}" for number in range(100)))
