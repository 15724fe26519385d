"""Reads from replicas, by each of the core's policies, on real ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError
from servers import RedisServer, Scratch, wait_until

from keyhome import KeyhomeError
from keyhome.redis import SplitError

from .faces import Face
from .support import calls, keys_of

Sets = list[list[RedisServer]]
"""For each node its primary, and its replicas."""


@pytest.fixture(scope="module")
def sets(scratch: Scratch) -> Sets:
    """Two nodes, each a primary and two replicas."""
    primaries = [RedisServer.start(scratch) for _ in range(2)]
    return [[primary, primary.start_replica(), primary.start_replica()] for primary in primaries]


def config(sets: Sets, **settings: object) -> str:
    """Its primaries stand in zone c, the first replicas in a, the second in b."""
    servers = [
        {
            "name": f"node-{number}",
            "address": primary.address,
            "zone": "c",
            "replicas": [
                {"address": server.address, "zone": zone} for server, zone in zip(replicas, "ab", strict=True)
            ],
        }
        for number, (primary, *replicas) in enumerate(sets)
    ]
    return json.dumps({"pool": {"hash": "md5", **settings, "servers": servers}})


def written(client: Any, sets: Sets, count: int) -> list[str]:
    """Keys that replicas have, too; all counts start again."""
    client.flushall()
    keys = keys_of(client, count)
    client.mset({key: key for key in keys})
    for primary, *replicas in sets:
        size = primary.ask("DBSIZE")
        for replica in replicas:
            wait_until(lambda replica=replica, size=size: replica.ask("DBSIZE") == size, "the replica has all")  # type: ignore[misc]
    for server in (server for servers in sets for server in servers):
        server.ask("CONFIG", "RESETSTAT")
    return keys


POLICIES: dict[str, Callable[[int, int, int], bool]] = {
    "primary": lambda primary, one, other: one == other == 0 < primary,
    "replica": lambda primary, one, other: primary == 0 < min(one, other),
    "prefer-replica": lambda primary, one, other: primary == 0 < min(one, other),
    "round-robin": lambda *counts: max(counts) - min(counts) <= 1,
    "random": lambda *counts: min(counts) > 0,
    "least-latency": lambda *counts: sum(count > 0 for count in counts) > 1,
    "nearest": lambda primary, one, other: primary == other == 0 < one,
}


@pytest.mark.parametrize("policy", POLICIES)
def test_reads_by_each_policy(face: Face, sets: Sets, policy: str) -> None:
    client = face.of(config(sets), read_from=policy, zone="a")
    keys = written(client, sets, 300)
    assert [client.get(key) for key in keys] == [key.encode() for key in keys]
    counts = [calls(servers, "get") for servers in sets]
    assert sum(map(sum, counts)) == 300
    for of_node in counts:
        assert POLICIES[policy](*of_node), of_node


def test_writes_go_to_the_primary_and_so_does_what_both_reads_and_writes(face: Face, sets: Sets) -> None:
    client = face.of(config(sets), read_from="replica")
    for key in written(client, sets, 20):
        assert client.getset(key, "new") == key.encode()
        assert client.append(key, "er") == 5
        assert client.eval("return redis.call('GET', KEYS[1])", 1, key) == b"newer"
        assert client.getex(key, persist=True) == b"newer"


def test_another_policy_for_one_call(face: Face, sets: Sets) -> None:
    client = face.of(config(sets, read_from="replica"))
    keys = written(client, sets, 50)
    reading = client.reading_from("primary")
    assert [reading.get(key) for key in keys] == [key.encode() for key in keys]
    for primary, *replicas in (calls(servers, "get") for servers in sets):
        assert primary > 0 == sum(replicas)
    assert reading.set("k", "v")
    assert reading.get("k") == b"v", "what was written is read at once"
    runs: list[Callable[[], object]] = [
        lambda: client.reading_from("nobody"),
        lambda: face.of(config(sets), read_from="nobody"),
    ]
    for run in runs:
        with pytest.raises(KeyhomeError) as error:
            run()
        assert error.value.code == "argument.type"


def test_mget_and_pipelines_that_only_read(face: Face, sets: Sets) -> None:
    client = face.of(config(sets), read_from="replica")
    keys = written(client, sets, 60)
    assert client.mget(keys) == [key.encode() for key in keys]
    for primary, *replicas in (calls(servers, "mget") for servers in sets):
        assert (primary, sum(replicas)) == (0, 1)
    pipeline = client.pipeline()
    for key in keys:
        pipeline.get(key)
    assert pipeline.execute() == [key.encode() for key in keys]
    for primary, *replicas in (calls(servers, "get") for servers in sets):
        assert primary == 0 < sum(replicas)
    for key in keys:
        pipeline.set(key, "new")
        pipeline.get(key)
    assert pipeline.execute() == [True, b"new"] * 60, "with a write all of it is the primary's"


def test_a_primary_that_is_out_is_not_asked_for_its_replicas(face: Face, scratch: Scratch) -> None:
    primaries = [RedisServer.start(scratch) for _ in range(2)]
    own = [[primary, primary.start_replica(), primary.start_replica()] for primary in primaries]
    rules = {"auto_eject_hosts": True, "server_failure_limit": 1, "server_retry_timeout": 60_000, "on_failure": "fail"}
    client = face.of(config(own, **rules), read_from="prefer-replica")
    keys = written(client, own, 40)
    for server in own[0]:
        server.kill()
    with pytest.raises(ConnectionError):
        client.set(next(key for key in keys if client.router.index(key) == 0), "v")
    asked = client.stats()[0]["requests"]
    with pytest.raises(SplitError):
        client.mget(keys)
    pipeline = client.pipeline()
    for key in keys:
        pipeline.get(key)
    pipeline.execute(raise_on_error=False)
    assert client.stats()[0]["state"] == "ejected"
    assert client.stats()[0]["requests"] == asked


def test_a_replica_that_dies(face: Face, scratch: Scratch) -> None:
    primary = RedisServer.start(scratch)
    own = [[primary, primary.start_replica(), primary.start_replica()]]
    client = face.of(config(own), read_from="prefer-replica")
    keys = written(client, own, 50)
    for dead in (1, 2):
        own[0][dead].kill()
        assert [client.get(key) for key in keys] == [key.encode() for key in keys], "it is asked elsewhere"
        assert client.mget(keys) == [key.encode() for key in keys]
    assert client.stats()[0]["state"] == "live"
    assert [replica["errors"] > 0 for replica in client.stats()[0]["replicas"]] == [True, True]
    with pytest.raises(KeyhomeError) as refused:
        for _ in range(10):
            client.reading_from("replica").get(keys[0])
    assert refused.value.code in ("replica.unavailable", "client.split")
