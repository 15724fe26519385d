"""Scripts and locks, which are on the node of their keys."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from redis.exceptions import LockError
from servers import RedisServer

from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis

from .faces import config_of
from .support import key_on, keys_of


def test_a_script_runs_where_its_keys_live(client: Any, servers: list[RedisServer]) -> None:
    double = client.register_script("redis.call('SET', KEYS[1], ARGV[1] * 2) return redis.call('GET', KEYS[1])")
    for number, key in enumerate(keys_of(client, 30)):
        # No server has it at first; redis-py then sends it.
        assert double(keys=[key], args=[number]) == b"%d" % (number * 2)
    assert [server.ask("SCRIPT", "EXISTS", double.sha) for server in servers] == [[1], [1], [1]]
    with pytest.raises(KeyhomeError) as refused:
        double(keys=[key_on(client, 0), key_on(client, 1)], args=[1])
    assert refused.value.code == "client.nodes"


def test_scripts_in_a_pipeline(client: Any, servers: list[RedisServer]) -> None:
    double = client.register_script("redis.call('SET', KEYS[1], ARGV[1] * 2) return redis.call('GET', KEYS[1])")
    keys = keys_of(client, 30)
    for server in servers:
        server.ask("SCRIPT", "FLUSH")
    pipeline = client.pipeline()
    for number, key in enumerate(keys):
        double(keys=[key], args=[number], client=pipeline)
        pipeline.incr(key)
    assert pipeline.execute() == [result for number in range(30) for result in (b"%d" % (number * 2), number * 2 + 1)]


def test_scripts_are_loaded_everywhere(client: Any, servers: list[RedisServer]) -> None:
    sha = client.script_load("return 7")
    assert [server.ask("SCRIPT", "EXISTS", sha) for server in servers] == [[1], [1], [1]]
    assert client.script_exists(sha, "0" * 40) == [True, False]
    assert client.evalsha(sha, 0) == 7
    servers[1].ask("SCRIPT", "FLUSH")
    assert client.script_exists(sha) == [False], "not on all"
    assert client.script_flush()
    assert client.script_exists(sha) == [False]


def test_locks(client: Any, servers: list[RedisServer]) -> None:
    for node in range(3):
        name = key_on(client, node, "lock:")
        lock = client.lock(name, timeout=10, blocking_timeout=0.1)
        assert lock.acquire()
        assert [server.ask("EXISTS", name) for server in servers] == [int(node == at) for at in range(3)]
        other = client.lock(name, timeout=10, blocking=False)
        assert not other.acquire()
        assert lock.extend(5)
        assert lock.owned()
        lock.release()
        assert other.acquire()
        client.delete(name)
        with pytest.raises(LockError):
            other.release()


def test_a_lock_keeps_threads_apart(servers: list[RedisServer]) -> None:
    client = ShardedRedis.from_config(config_of(servers))
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(20):
            with client.lock("shared", timeout=10, sleep=0.001):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()
    assert most == [1] * 80
