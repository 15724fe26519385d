"""Pipelines are split by node and merged in order; transactions are of one node."""

from __future__ import annotations

from typing import Any

import pytest
import redis as redis_py
from servers import RedisServer

from keyhome import KeyhomeError

from .faces import Face
from .support import calls, key_on, keys_of


def test_results_come_in_order_with_one_write_a_node(client: Any, servers: list[RedisServer]) -> None:
    keys = keys_of(client, 300)
    pipeline = client.pipeline()
    for number, key in enumerate(keys):
        pipeline.set(key, number)
        pipeline.incr(key)
    assert len(pipeline) == 600
    results = pipeline.execute()
    assert results == [result for number in range(300) for result in (True, number + 1)]
    assert len(pipeline) == 0
    # It was no transaction.
    assert calls(servers, "multi") == calls(servers, "exec") == [0, 0, 0]


def test_an_error_is_raised_or_given_in_its_place(client: Any) -> None:
    a, b = key_on(client, 0), key_on(client, 1)
    pipeline = client.pipeline()
    pipeline.set(a, "text")
    pipeline.incr(a)
    pipeline.set(b, 1)
    pipeline.incr(b)
    with pytest.raises(redis_py.ResponseError, match=r"Command # 2 \(INCRBY"):
        pipeline.execute()
    assert client.get(b) == b"2", "all the rest is done"
    pipeline.incr(a)
    pipeline.incr(b)
    failed, done = pipeline.execute(raise_on_error=False)
    assert isinstance(failed, redis_py.ResponseError)
    assert done == 3


def test_what_is_split_or_asked_of_all_is_so_in_a_pipeline_too(client: Any) -> None:
    keys = keys_of(client, 30)
    pipeline = client.pipeline()
    pipeline.mset({key: key for key in keys})
    pipeline.mget(keys)
    pipeline.dbsize()
    pipeline.delete(*keys)
    pipeline.exists(*keys)
    assert pipeline.execute() == [True, [key.encode() for key in keys], 30, 30, 0]


def test_a_transaction_is_of_one_node(client: Any, servers: list[RedisServer]) -> None:
    a, b = key_on(client, 1, "a:"), key_on(client, 1, "b:")
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    pipeline = client.pipeline(transaction=True)
    pipeline.set(a, 1)
    pipeline.mset({b: 2})
    pipeline.mget(a, b)
    assert pipeline.execute() == [True, True, [b"1", b"2"]]
    assert calls(servers, "exec") == [0, 1, 0]
    pipeline.set(a, 3)
    pipeline.set(key_on(client, 2), 3)
    names = ", ".join(client.router.nodes[index].name for index in (1, 2))
    with pytest.raises(KeyhomeError, match=rf"\({names}\); a hash tag") as refused:
        pipeline.execute()
    assert refused.value.code == "client.nodes"
    assert client.get(a) == b"1", "nothing was done"


def test_watched_keys(client: Any) -> None:
    a, b = key_on(client, 1, "a:"), key_on(client, 1, "b:")
    client.set(a, 5)
    with client.pipeline() as pipeline:
        pipeline.watch(a, b)
        value = int(pipeline.get(a))
        pipeline.multi()
        pipeline.set(a, value + 1)
        pipeline.set(b, value)
        assert pipeline.execute() == [True, True]
        pipeline.watch(a)
        client.set(a, 9)
        pipeline.multi()
        pipeline.set(a, 0)
        with pytest.raises(redis_py.WatchError):
            pipeline.execute()
        with pytest.raises(KeyhomeError) as refused:
            pipeline.watch(a, key_on(client, 2))
        assert refused.value.code == "client.nodes"
    assert client.mget(a, b) == [b"9", b"5"]


def test_transaction_tries_again_until_nothing_was_changed(face: Face, client: Any) -> None:
    key = key_on(client, 1)
    client.set(key, 1)
    tries: list[int] = []

    async def change_asyncio(pipeline: Any) -> None:
        tries.append(1)
        value = int(await pipeline.get(key))
        if len(tries) < 3:
            await client.inner.set(key, value + 10)
        pipeline.multi()
        pipeline.set(key, value + 1)

    def change_sync(pipeline: Any) -> None:
        tries.append(1)
        value = int(pipeline.get(key))
        if len(tries) < 3:
            client.set(key, value + 10)
        pipeline.multi()
        pipeline.set(key, value + 1)

    assert client.transaction(change_asyncio if face.is_asyncio else change_sync, key) == [True]
    assert (client.get(key), len(tries)) == (b"22", 3)


def test_pipelines_as_contexts_and_again(client: Any) -> None:
    with client.pipeline() as pipeline:
        for round_ in range(3):
            pipeline.set("a", round_)
            pipeline.get("a")
            pipeline.get("b")
            assert pipeline.execute() == [True, b"%d" % round_, None]
        assert pipeline.execute() == []
        pipeline.set("a", "never")
        pipeline.reset()
    assert client.get("a") == b"2"
