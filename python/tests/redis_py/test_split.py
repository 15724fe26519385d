"""Commands of many keys: one command a node, and replies as one server gives them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import redis as redis_py
from redis.exceptions import NoPermissionError
from servers import RedisServer, Scratch

from keyhome import KeyhomeError
from keyhome.redis import SplitError

from .faces import Face
from .support import calls, key_on, keys_of


def test_one_command_a_node_not_one_a_key(client: Any, servers: list[RedisServer]) -> None:
    keys, others = keys_of(client, 100), keys_of(client, 100, "other:")
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    assert client.mset(dict.fromkeys(keys, "v")) is True
    assert client.mget(keys) == [b"v"] * 100
    assert (client.exists(*keys), client.touch(*keys)) == (100, 100)
    assert (client.unlink(*others), client.delete(*keys)) == (0, 100)
    for name in ("mset", "mget", "exists", "touch", "unlink", "del"):
        assert calls(servers, name) == [1, 1, 1], name


def test_keys_of_one_node_go_there_as_they_are(client: Any, servers: list[RedisServer]) -> None:
    a, b = key_on(client, 1, "a:"), key_on(client, 1, "b:")
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    client.mset({a: 1, b: 2})
    assert client.mget(b, a) == [b"2", b"1"]
    assert (calls(servers, "mset"), calls(servers, "mget")) == ([0, 1, 0], [0, 1, 0])


def test_ten_thousand_keys_and_none(client: Any) -> None:
    keys = keys_of(client, 10_000)
    client.mset({key: key for key in keys})
    assert client.mget(keys) == [key.encode() for key in keys]
    assert client.dbsize() == client.exists(*keys) == client.unlink(*keys) == 10_000
    for run in (client.delete, client.exists, client.touch, client.unlink):
        with pytest.raises((KeyhomeError, redis_py.ResponseError), match=r"argument|number of words"):
            run()


def test_decoded_replies(face: Face, servers: list[RedisServer]) -> None:
    client = face.sharded(servers, decode_responses=True)
    keys = keys_of(client, 60)
    client.mset({key: f"é {key}" for key in keys})
    assert client.mget(keys) == [f"é {key}" for key in keys]
    assert sorted(client.keys()) == sorted(client.scan_iter()) == sorted(keys)


@pytest.mark.parametrize("protocol", [2, 3])
def test_either_protocol(face: Face, servers: list[RedisServer], protocol: int) -> None:
    client = face.sharded(servers, protocol=protocol)
    keys = keys_of(client, 60)
    client.mset({key: key for key in keys})
    assert client.mget(keys) == [key.encode() for key in keys]
    client.hset("h", mapping={"f": 1})
    assert client.hgetall("h") == {b"f": b"1"}
    client.zadd("z", {"m": 1.5})
    assert client.zscore("z", "m") == 1.5


ACROSS: list[tuple[str, ...]] = [
    ("RENAME", "a", "b"),
    ("SINTER", "a", "b"),
    ("SUNIONSTORE", "a", "a", "b"),
    ("ZUNIONSTORE", "a", "1", "b"),
    ("BLPOP", "a", "b", "1"),
    ("BITOP", "NOT", "a", "b"),
    ("PFCOUNT", "a", "b"),
    ("EVAL", "return 1", "2", "a", "b"),
    ("XREAD", "STREAMS", "a", "b", "0", "0"),
    ("LMOVE", "a", "b", "LEFT", "LEFT"),
    ("MSETNX", "a", "1", "b", "2"),
]


def test_what_cannot_be_split_is_refused_with_what_to_do(client: Any, servers: list[RedisServer]) -> None:
    keys = {"a": key_on(client, 0), "b": key_on(client, 1)}
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    for name, *words in ACROSS:
        with pytest.raises(KeyhomeError, match=r"\(\S+, \S+\); a hash tag") as refused:
            client.execute_command(name, *(keys.get(word, word) for word in words))
        assert refused.value.code == "client.nodes", name
        assert calls(servers, name.lower()) == [0, 0, 0]
    # Together by a tag they are done.
    assert client.msetnx({"{tag}a": 1, "{tag}b": 2})
    assert client.rename("{tag}a", "{tag}c")


def test_strict_refuses_to_split(face: Face, servers: list[RedisServer]) -> None:
    client = face.sharded(servers, strict=True)
    a, b = key_on(client, 0), key_on(client, 1)
    runs: list[Callable[[], object]] = [
        lambda: client.mget(a, b),
        lambda: client.mset({a: 1, b: 1}),
        lambda: client.delete(a, b),
    ]
    for run in runs:
        with pytest.raises(KeyhomeError, match="hash tag") as refused:
            run()
        assert refused.value.code == "client.nodes"
    assert client.mset({"{tag}a": 1, "{tag}b": 2})
    assert client.mget("{tag}a", "{tag}b") == [b"1", b"2"]
    # That is about keys; what is asked of all nodes is not split.
    assert client.dbsize() == 2


def test_a_part_that_fails_says_which_keys_and_what_is_done(
    face: Face, servers: list[RedisServer], scratch: Scratch
) -> None:
    # It takes no more data.
    full = RedisServer.start(scratch, "--maxmemory", "1")
    client = face.sharded([servers[0], full, servers[2]])
    a, b, c, d = (key_on(client, 0), key_on(client, 1), key_on(client, 2), key_on(client, 1, "more:"))
    with pytest.raises(SplitError, match=r"MSET failed on 1 of 3 nodes: node-1 \(2 keys\)") as failed:
        client.mset({a: 1, b: 2, c: 3, d: 4})
    error = failed.value
    assert isinstance(error, KeyhomeError)
    assert isinstance(error, redis_py.RedisError)
    assert error.code == "client.split"
    [part] = error.failures
    assert (part.node.name, part.keys) == ("node-1", (b, d))
    assert isinstance(part.error, redis_py.ResponseError)
    assert sorted((done.node.name, done.keys) for done in error.successes) == [("node-0", (a,)), ("node-2", (c,))]
    assert client.mget(a, b, c, d) == [b"1", None, b"3", None]
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.code) == (str(error), error.code)
    assert [part.keys for part in again.failures] == [(b, d)]


def test_where_all_nodes_say_the_same_that_is_the_error(face: Face, scratch: Scratch) -> None:
    strict = [RedisServer.start(scratch) for _ in range(2)]
    client = face.sharded(strict)
    for server in strict:
        server.ask("ACL", "SETUSER", "default", "-mget")
    with pytest.raises(NoPermissionError, match="mget"):
        client.mget(key_on(client, 0), key_on(client, 1))
