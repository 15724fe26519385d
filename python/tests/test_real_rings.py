"""Where the real libraries put keys, asked live: uhashring in both modes, and hashring.

`KEYHOME_SEED` gives other pools and keys.
"""

from __future__ import annotations

import json
import os
from random import Random
from typing import Any

import hashring
import uhashring
from cases import Count

from keyhome import Router

SEED = int(os.environ.get("KEYHOME_SEED", "1"))
KEYS = 2000
POOLS = 20
# Where the ketama family disagrees with itself: one or the other gives equal servers 39 digests instead of 40.
FLEETS = (7, 14, 25, 28, 49, 50, 61, 100)


def equal_servers(count: int) -> dict[str, int]:
    """So many servers, each of weight 1."""
    return {f"10.0.1.{number}:11211": 1 for number in range(1, count + 1)}


def some_servers(dice: Random) -> dict[str, int]:
    """Servers in any order, and their weights."""
    hosts = dice.sample([f"10.0.{dice.randrange(256)}.{dice.randrange(256)}", "redis-1", "cache.example.com", "é"], 4)
    ports = dice.sample(range(1, 65536), dice.randint(1, 30))
    most = dice.choice([1, 3, 10])
    return {f"{dice.choice(hosts)}:{port}": dice.randint(1, most) for port in ports}


def some_keys(dice: Random, servers: dict[str, int]) -> list[str]:
    """Texts of any characters, and labels of points, whose hash is a point."""

    def key() -> str:
        kind = dice.randrange(4)
        if kind == 0:
            return f"{dice.choice(list(servers))}-{dice.randrange(50)}"
        if kind == 1:
            return f"user:{{{dice.randrange(10**6)}}}:{dice.getrandbits(32):x}"
        last = dice.choice([0x7F, 0x7FF, 0xD7FF])
        text = "".join(chr(dice.randint(0, last)) for _ in range(dice.randrange(20)))
        return text if kind == 2 else f"{text}\U0001f511"

    return [key() for _ in range(KEYS)]


def compare(router: Router, real: Any, dice: Random, servers: dict[str, int]) -> None:
    """The same answers to the same keys."""
    keys = some_keys(dice, servers)
    homes = [router.nodes[index].name for index in router.indexes(keys)]
    for key, home in zip(keys, homes, strict=True):
        assert home == real.get_node(key), (key, servers)


def router_of(dialect: str, servers: dict[str, int], **options: Any) -> Router:
    lines = [f"{name}:{weight}" for name, weight in servers.items()]
    return Router.from_config(json.dumps({"pool": {"dialect": dialect, **options, "servers": lines}}))


def without_some(dice: Random, servers: dict[str, int]) -> list[str]:
    return dice.sample(list(servers), dice.randrange(len(servers)))


def test_uhashring_live(count: Count) -> None:
    dice = Random(SEED)
    fleets = [equal_servers(count) for count in FLEETS] + [some_servers(dice) for _ in range(POOLS)]
    asked = 0
    for servers in fleets:
        vnodes = dice.choice([None, 1, 7, 50])
        given = {} if vnodes is None else {"vnodes": vnodes}
        words = dice.choice([None, 1, 2, 3, 4])
        of_digest = {} if words is None else {"points_per_digest": words}
        replicas = {} if words is None else {"replicas": words}
        for router, real in (
            (router_of("uhashring", servers), uhashring.HashRing(servers)),
            (router_of("uhashring", servers, **given), uhashring.HashRing(servers, **given)),
            (router_of("uhashring", servers, mode="ketama"), uhashring.HashRing(servers, hash_fn="ketama")),
            (
                router_of("uhashring", servers, mode="ketama", **given, **of_digest),
                uhashring.HashRing(servers, hash_fn="ketama", **given, **replicas),
            ),
        ):
            compare(router, real, dice, servers)
            gone = without_some(dice, servers)
            for name in gone:
                real.remove_node(name)
            compare(router.without(gone), real, dice, servers)
            asked += 2
    count(asked, asked * KEYS, f"keys (KEYHOME_SEED={SEED})", 8 * (len(FLEETS) + POOLS))


def test_hashring_live(count: Count) -> None:
    dice = Random(SEED)
    fleets = [equal_servers(count) for count in FLEETS] + [some_servers(dice) for _ in range(POOLS)]
    for servers in fleets:
        router = router_of("hash_ring", servers)
        compare(router, hashring.HashRing(list(servers), servers), dice, servers)
        gone = without_some(dice, servers)
        left = [name for name in servers if name not in gone]
        compare(router.without(gone), hashring.HashRing(left, servers), dice, servers)
    asked = 2 * len(fleets)
    count(asked, asked * KEYS, f"keys (KEYHOME_SEED={SEED})", 2 * (len(FLEETS) + POOLS))
