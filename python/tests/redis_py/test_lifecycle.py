"""reload, close, contexts, threads and forks."""

from __future__ import annotations

import itertools
import json
import os
import signal
import threading
import time
from typing import Any

import pytest
import redis as redis_py
from processes import all_agree_in_forks
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from servers import RedisServer, Scratch, wait_until

import keyhome
from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis
from keyhome.redis.asyncio import ShardedRedis as AsyncShardedRedis

from .faces import Face, config_of
from .support import key_on, keys_of


def test_reload_goes_over_at_once_and_keeps_connections_that_stay(
    face: Face, servers: list[RedisServer], scratch: Scratch
) -> None:
    fourth = RedisServer.start(scratch)
    client = face.sharded(servers)
    ids = [face.asked(node.client_id()) for node in client.nodes()]
    # The second goes; the others keep their names.
    config = config_of([servers[0], fourth, servers[2]])
    client.reload(config)
    router = keyhome.Router.from_config(config)
    assert client.router.fingerprint == router.fingerprint
    keys = keys_of(client, 100)
    client.mset(dict.fromkeys(keys, "new"))
    homes = [servers[0], fourth, servers[2]]
    assert [homes[router.index(key)].ask("GET", key) for key in keys] == ["new"] * 100
    now = [face.asked(node.client_id()) for node in client.nodes()]
    assert (now[0], now[2]) == (ids[0], ids[2])
    wait_until(
        lambda: "connected_clients:1\r\n" in servers[1].ask("INFO", "clients"), "the server that left is left alone"
    )


def test_retries_that_were_set_stay_after_a_reload(face: Face, servers: list[RedisServer]) -> None:
    client = face.sharded(servers[:2])
    ids = [face.asked(node.client_id()) for node in client.nodes()]
    client.set_retry((AsyncRetry if face.is_asyncio else Retry)(NoBackoff(), 7))
    client.reload(config_of(servers))
    assert [node.get_retry().get_retries() for node in client.nodes()] == [7, 7, 7]
    assert [face.asked(node.client_id()) for node in client.nodes()][:2] == ids


BAD: list[Any] = [
    "pool: [",
    "pool:\n  servers:\n   - 127.0.0.1\n",
    "pool:\n  distribution: random\n  servers:\n   - 127.0.0.1:1:1\n   - 127.0.0.1:2:1\n",
    "a:\n  servers:\n   - 127.0.0.1:1:1\nb:\n  servers:\n   - 127.0.0.1:1:1\n",
    "pool:\n  dialect: redis-cluster\n  servers:\n   - {address: '127.0.0.1:1', slots: 0-16383}\n",
    7,
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_bad_config_changes_nothing(client: Any, bad: Any) -> None:
    client.set("k", "v")
    fingerprint, nodes = client.router.fingerprint, client.nodes()
    with pytest.raises(KeyhomeError):
        client.reload(bad)
    assert client.router.fingerprint == fingerprint
    assert [id(node) for node in client.nodes()] == [id(node) for node in nodes]
    assert client.get("k") == b"v"


def test_threads_go_on_while_it_goes_to_and_fro(servers: list[RedisServer]) -> None:
    configs = [config_of(servers[:2]), config_of(servers), config_of(servers[1:]), config_of(servers[2:])]
    client = ShardedRedis.from_config(config_of(servers))
    running, answered, wrong = True, [0] * 8, []

    def work(number: int) -> None:
        try:
            while running:
                # Each key is written and read within one config or another; another's reply would be a defect.
                key = f"w{number}:{answered[number]}"
                assert client.echo(key) == key.encode()
                assert client.set(key, key)
                assert client.get(key) in (key.encode(), None)
                pipeline = client.pipeline()
                pipeline.echo(f"{key}a")
                pipeline.echo(f"{key}b")
                assert pipeline.execute() == [f"{key}a".encode(), f"{key}b".encode()]
                answered[number] += 1
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    try:
        for round_ in itertools.count():
            client.reload(configs[round_ % 4])
            time.sleep(0.01)
            if wrong or (round_ >= 40 and min(answered) > 10):
                break
    finally:
        running = False
        for thread in threads:
            thread.join()
    client.close()
    assert wrong == []


def test_threads_share_a_client(servers: list[RedisServer]) -> None:
    wrong: list[BaseException] = []
    with ShardedRedis.from_config(config_of(servers)) as client:

        def work(number: int) -> None:
            try:
                for round_ in range(200):
                    keys = [f"{number}:{round_}:{at}" for at in range(6)]
                    assert client.mset({key: key for key in keys})
                    assert client.mget(keys) == [key.encode() for key in keys]
                    assert client.incr(f"count:{number}") == round_ + 1
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert client.dbsize() == 8 * 200 * 6 + 8
        assert sum(entry["queue"] for entry in client.stats()) == 0


def test_a_fork_has_connections_of_its_own(servers: list[RedisServer]) -> None:
    with ShardedRedis.from_config(config_of(servers)) as client:
        keys = keys_of(client, 30)
        client.mset({key: key for key in keys})
        ids = [node.client_id() for node in client.nodes()]

        def works() -> bool:
            for round_ in range(30):
                own = f"{os.getpid()}:{round_}"
                if client.mget(keys) != [key.encode() for key in keys] or client.echo(own) != own.encode():
                    return False
            # On connections of its own, for two processes on one would mix their replies.
            return all(node.client_id() != old for node, old in zip(client.nodes(), ids, strict=True))

        assert all_agree_in_forks(works, 4)
        assert client.mget(keys) == [key.encode() for key in keys]
        assert ids == [node.client_id() for node in client.nodes()]


def test_a_fork_in_the_midst_of_threads(servers: list[RedisServer]) -> None:
    """A lock that another thread holds at the time must not be held for ever in the child."""
    with ShardedRedis.from_config(config_of(servers)) as client:
        running = True

        def work() -> None:
            while running:
                client.set("t", 1)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            assert all_agree_in_forks(lambda: bool(client.set(f"f{os.getpid()}", 1)), 10)
        finally:
            running = False
            for thread in threads:
                thread.join()


def test_a_fork_in_the_midst_of_a_reload(servers: list[RedisServer]) -> None:
    with ShardedRedis.from_config(config_of(servers)) as client:

        def works() -> bool:
            # Who waits for ever is ended.
            signal.alarm(20)
            client.reload(config_of(servers[:2]))
            return len(client.nodes()) == 2

        with client._pool._reloading:
            assert all_agree_in_forks(works, 1)


def test_closed(face: Face, servers: list[RedisServer]) -> None:
    with face.sharded(servers) as client:
        key = key_on(client, 1)
        client.set(key, "v")
        pipeline = client.pipeline()
    with pytest.raises(KeyhomeError) as refused:
        client.get(key)
    assert refused.value.code == "client.closed"
    pipeline.get(key)
    with pytest.raises(KeyhomeError) as refused:
        pipeline.execute()
    assert refused.value.code == "client.closed"
    with pytest.raises(KeyhomeError) as refused:
        client.reload(config_of(servers))
    assert refused.value.code == "client.closed"
    for watch in (pipeline.watch, client.pubsub().subscribe):
        with pytest.raises(KeyhomeError) as refused:
            watch(key)
        assert refused.value.code == "client.closed"
    wait_until(lambda: "connected_clients:1\r\n" in servers[1].ask("INFO", "clients"), "its connections are closed")


def test_hot_keys(face: Face, servers: list[RedisServer]) -> None:
    client = face.sharded(servers, hot_keys=True)
    for number in range(300):
        client.get("feed:home")
        client.mget(f"user:{number}", "feed:home")
    [top] = client.hot_keys(1)
    assert (top["key"], top["count"] >= 600) == ("feed:home", True)
    with pytest.raises(KeyhomeError) as refused:
        face.sharded(servers).hot_keys(1)
    assert refused.value.code == "client.unsupported"
    for options, code in ((5, "argument.type"), ({"size": 1}, "argument.type"), ({"capacity": 0}, "argument.range")):
        with pytest.raises(KeyhomeError) as refused:
            face.sharded(servers, hot_keys=options)
        assert refused.value.code == code, options


def test_a_queue_that_is_full_refuses(servers: list[RedisServer]) -> None:
    client = ShardedRedis.from_config(config_of(servers), max_queue=2, socket_timeout=5)
    key = key_on(client, 1)
    client.set(key, "v")
    servers[1].pause()
    waiting = [threading.Thread(target=client.get, args=[key]) for _ in range(2)]
    for thread in waiting:
        thread.start()
    wait_until(lambda: client.stats()[1]["queue"] == 2, "two wait")
    with pytest.raises(KeyhomeError) as refused:
        client.get(key)
    assert refused.value.code == "client.queue"
    assert client.get(key_on(client, 0)) is None
    servers[1].resume()
    for thread in waiting:
        thread.join()
    assert client.get(key) == b"v"
    client.close()
    for none in ("2", 0, None, 1.5):
        with pytest.raises(KeyhomeError) as refused:
            ShardedRedis.from_config(config_of(servers), max_queue=none)
        assert refused.value.code == "argument.type"


def test_it_is_a_redis() -> None:
    client = ShardedRedis(["127.0.0.1:1:1", "127.0.0.1:2:1"])
    assert isinstance(client, redis_py.Redis)
    assert isinstance(AsyncShardedRedis(["127.0.0.1:1:1"]), AsyncRedis)
    assert json.dumps(client.stats())
