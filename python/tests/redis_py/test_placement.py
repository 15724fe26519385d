"""Keys live where the router says, and where a real nutcracker looks for them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from servers import Nutcracker, RedisServer, Scratch

import keyhome

from .faces import Face, config_of

POOLS: list[dict[str, object]] = [
    {"hash": "fnv1a_64", "hash_tag": '"{}"'},
    {"hash": "md5", "distribution": "ketama"},
    {"hash": "murmur", "distribution": "modula", "hash_tag": '"$$"'},
]


def odd_keys(count: int) -> list[str | bytes | int]:
    """Keys of all kinds that redis-py takes."""
    dice = random.Random(11)
    kinds = (
        lambda: f"user:{dice.getrandbits(40)}",
        lambda: f"{{{dice.randrange(10**6)}}}:cart",
        lambda: f"a$b{dice.randrange(10**6)}$c",
        lambda: bytes([*dice.choices(range(1, 256), k=dice.randint(1, 40))]),
        lambda: f"é{dice.getrandbits(20)}ü",
        lambda: dice.getrandbits(40),
    )
    return [dice.choice(kinds)() for _ in range(count)]


@pytest.mark.parametrize("settings", POOLS, ids=lambda settings: str(settings["hash"]))
def test_keys_are_where_a_nutcracker_looks_for_them(
    face: Face, servers: list[RedisServer], scratch: Scratch, settings: dict[str, object]
) -> None:
    config = config_of(servers, **settings)
    nutcracker = Nutcracker.start(scratch, config)
    router = keyhome.Router.from_config(config)
    redis = face.of(config)
    keys = odd_keys(300)
    homes = [router.index(str(key) if isinstance(key, int) else key) for key in keys]
    assert set(homes) == {0, 1, 2}
    for number, (key, home) in enumerate(zip(keys, homes, strict=True)):
        if number % 2:
            redis.set(key, number)
            assert nutcracker.ask("GET", key) == str(number)
        else:
            nutcracker.ask("SET", key, number)
            assert redis.get(key) == b"%d" % number
        assert [server.ask("EXISTS", key) for server in servers] == [int(home == at) for at in range(3)]
        port = redis.node_of(key).connection_pool.connection_kwargs["port"]
        assert port == servers[home].port
    assert redis.mget(keys) == [b"%d" % number for number in range(300)]
    pipeline = redis.pipeline()
    for key in keys:
        pipeline.get(key)
    assert pipeline.execute() == [b"%d" % number for number in range(300)]


def test_a_pool_of_many_in_a_config(face: Face, servers: list[RedisServer]) -> None:
    both = config_of(servers[:1]).replace("pool:", "one:") + config_of(servers[1:]).replace("pool:", "two:")
    redis = face.of(both, pool="two")
    redis.mset({f"key:{number}": number for number in range(50)})
    assert [server.ask("DBSIZE") > 0 for server in servers] == [False, True, True]


def test_nodes_without_a_config(face: Face, servers: list[RedisServer]) -> None:
    nodes: list[Any] = [f"{servers[0].address}:1 a", {"host": "127.0.0.1", "port": servers[1].port, "name": "b"}]
    redis = face.of(nodes, pool_options={"hash": "md5"}, decode_responses=True)
    redis.mset({f"key:{number}": number for number in range(50)})
    assert redis.mget([f"key:{number}" for number in range(50)]) == [str(number) for number in range(50)]
    assert [server.ask("DBSIZE") > 0 for server in servers] == [True, True, False]


def test_a_redis_cluster_is_refused(face: Face) -> None:
    with pytest.raises(keyhome.KeyhomeError) as refused:
        face.of("pool: {dialect: redis-cluster, servers: [127.0.0.1:7000:1]}")
    assert refused.value.code == "client.cluster"


def test_no_server_is_asked_which_words_are_keys(client: Any, servers: list[RedisServer]) -> None:
    key, other = "{user}:1", "{user}:2"
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    client.zadd(key, {"a": 1})
    assert client.zunionstore(other, [key]) == 1
    assert client.eval("return KEYS[2]", 2, key, other, "argument") == other.encode()
    assert client.object("ENCODING", key)
    assert client.pipeline().exists(key, other).copy(key, "{user}:3").execute() == [2, True]
    asked = " ".join(server.ask("INFO", "commandstats") for server in servers)
    assert "cmdstat_command" not in asked
    assert "cmdstat_eval" in asked
