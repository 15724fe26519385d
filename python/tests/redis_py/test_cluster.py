"""redis-py's own cluster clients on a real Redis Cluster, their reads by a policy of keyhome."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from servers import RedisServer, Scratch, start_cluster

import keyhome
import keyhome.redis
import keyhome.redis.asyncio
from keyhome import ReadFrom

from .support import calls

READS = 60


@pytest.fixture(scope="module")
def servers(scratch: Scratch) -> list[RedisServer]:
    """A cluster: the primary of all slots, and two replicas."""
    return start_cluster(scratch, 2)


def reads(servers: list[RedisServer], is_async: bool, source: Any, **options: Any) -> list[int]:
    """How many of the reads of a client each server was asked for."""
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    if is_async:
        asyncio.run(_read_async(source, options))
    else:
        with keyhome.redis.cluster(source, **options) as redis:
            redis.set("key", "value")
            redis.wait(2, 1000, target_nodes=redis.get_primaries())
            assert [redis.get("key") for _ in range(READS)] == [b"value"] * READS
    return calls(servers, "get")


async def _read_async(source: Any, options: dict[str, Any]) -> None:
    async with keyhome.redis.asyncio.cluster(source, **options) as redis:
        await redis.set("key", "value")
        await redis.wait(2, 1000, target_nodes=redis.get_primaries())
        assert [await redis.get("key") for _ in range(READS)] == [b"value"] * READS


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "asyncio"])
@pytest.mark.parametrize("read_from", ["primary", "replica", "prefer-replica", "round-robin", "random"])
def test_reads_follow_the_policy(servers: list[RedisServer], read_from: ReadFrom, is_async: bool) -> None:
    primary, *replicas = reads(servers, is_async, [servers[0].address], read_from=read_from)
    assert primary + sum(replicas) == READS
    match read_from:
        case "primary":
            assert primary == READS
        case "replica" | "prefer-replica":
            assert replicas == [READS // 2, READS // 2]
        case "round-robin":
            assert [primary, *replicas] == [READS // 3] * 3
        case _:
            assert primary > 0
            assert min(replicas) > 0


def test_a_config_says_where_it_is(servers: list[RedisServer]) -> None:
    node = {"name": "all", "address": servers[0].address, "slots": "0-16383"}
    pool = {"dialect": "redis-cluster", "read_from": "replica", "servers": [node]}
    assert reads(servers, False, json.dumps({"pool": pool})) == [0, READS // 2, READS // 2]


@pytest.mark.parametrize("make", [keyhome.redis.cluster, keyhome.redis.asyncio.cluster], ids=["sync", "asyncio"])
def test_what_is_refused(make: Any) -> None:
    for source, read_from, code in (
        (["127.0.0.1:1"], "nearest", "client.unsupported"),
        (["127.0.0.1:1"], "least-latency", "client.unsupported"),
        (["127.0.0.1:1"], "fastest", "argument.type"),
        (["127.0.0.1"], None, "argument.type"),
        (["/run/redis.sock"], None, "argument.type"),
        ([("127.0.0.1", 1)], None, "argument.type"),
        (6379, None, "argument.type"),
        ("pool: {servers: [127.0.0.1:1:1]}", None, "client.unsupported"),
    ):
        with pytest.raises(keyhome.KeyhomeError) as raised:
            make(source, read_from=read_from)
        assert raised.value.code == code


def test_a_cluster_is_no_pool_of_servers() -> None:
    config = "pool: {dialect: redis-cluster, servers: [{name: all, address: '127.0.0.1:1', slots: 0-16383}]}"
    for client in (keyhome.redis.ShardedRedis, keyhome.redis.asyncio.ShardedRedis):
        with pytest.raises(keyhome.KeyhomeError) as raised:
            client.from_config(config)
        assert raised.value.code == "client.cluster"
