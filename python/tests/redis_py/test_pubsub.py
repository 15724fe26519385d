"""A channel lives on the node that owns its name; patterns are heard on all."""

from __future__ import annotations

import asyncio
import queue
import resource
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio.client import PubSub as AsyncPubSub
from redis.client import PubSub
from redis.exceptions import ConnectionError
from servers import RedisServer, Scratch, wait_until

from keyhome.redis import ShardedRedis
from keyhome.redis.asyncio import ShardedRedis as AsyncShardedRedis

from .faces import Face, config_of
from .support import key_on, keys_of


def heard(pubsub: Any, count: int, kind: str = "message") -> list[tuple[bytes, bytes]]:
    """The next messages: channel and data."""
    messages: list[tuple[bytes, bytes]] = []
    end = time.monotonic() + 10
    while len(messages) < count and time.monotonic() < end:
        message = pubsub.get_message(timeout=0.2)
        if message is not None and message["type"] == kind:
            messages.append((message["channel"], message["data"]))
    return messages


def test_channels_on_all_nodes(client: Any, servers: list[RedisServer]) -> None:
    channels = keys_of(client, 30, "channel:")
    with client.pubsub() as pubsub:
        pubsub.subscribe(*channels)
        assert len(heard(pubsub, 30, "subscribe")) == 30
        for node, server in enumerate(servers):
            there = sorted(server.ask("PUBSUB", "CHANNELS"))
            assert there == sorted(channel for channel in channels if client.router.index(channel) == node)
        assert sorted(client.pubsub_channels("channel:*")) == sorted(channel.encode() for channel in channels)
        for channel in channels:
            assert client.publish(channel, f"to {channel}") == 1
        assert sorted(heard(pubsub, 30)) == sorted((channel.encode(), f"to {channel}".encode()) for channel in channels)
        assert pubsub.get_message(timeout=0.05) is None


def test_one_channel_in_order(client: Any) -> None:
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe("news")
        wait_until(lambda: client.publish("news", "ready") == 1, "it is subscribed")
        for number in range(300):
            client.publish("news", number)
        messages = [data for _, data in heard(pubsub, 301) if data != b"ready"]
        assert messages == [b"%d" % number for number in range(300)]


def test_patterns_hear_what_is_published_on_any_node_once(client: Any, servers: list[RedisServer]) -> None:
    channels = keys_of(client, 30, "p:")
    with client.pubsub() as pubsub:
        pubsub.psubscribe("p:*")
        wait_until(
            lambda: pubsub.get_message(timeout=0.1) or all(server.ask("PUBSUB", "NUMPAT") == 1 for server in servers),
            "patterns",
        )
        wait_until(lambda: all(server.ask("PUBSUB", "NUMPAT") == 1 for server in servers), "patterns on all nodes")
        for channel in channels:
            client.publish(channel, "x")
        client.publish("q:1", "x")
        assert sorted(heard(pubsub, 30, "pmessage")) == sorted((channel.encode(), b"x") for channel in channels)
        assert pubsub.get_message(timeout=0.05) is None


def test_unsubscribe_and_commands_beside(client: Any) -> None:
    a, b = key_on(client, 0, "u:"), key_on(client, 1, "u:")
    with client.pubsub() as pubsub:
        pubsub.subscribe(a, b)
        heard(pubsub, 2, "subscribe")
        pubsub.unsubscribe(b)
        heard(pubsub, 1, "unsubscribe")
        assert client.publish(b, "x") == 0
        assert client.set("k", "v")
        assert client.publish(a, "x") == 1
        assert heard(pubsub, 1) == [(a.encode(), b"x")]


def test_handlers(client: Any) -> None:
    got: list[Any] = []
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        channel = key_on(client, 2, "h:")
        pubsub.subscribe(**{channel: got.append})
        wait_until(lambda: client.publish(channel, "x") == 1, "it is subscribed")

        def has_come() -> bool:
            pubsub.get_message(timeout=0.1)
            return bool(got)

        wait_until(has_come, "it is handled")
        assert (got[0]["channel"], got[0]["data"]) == (channel.encode(), b"x")


def test_handlers_in_a_thread(servers: list[RedisServer]) -> None:
    got: queue.Queue[Any] = queue.Queue()
    with ShardedRedis.from_config(config_of(servers)) as client:
        pubsub = client.pubsub()
        pubsub.subscribe(news=got.put)
        thread = pubsub.run_in_thread(sleep_time=0.05)
        client.publish("news", "x")
        wait_until(lambda: client.publish("news", "y") == 1, "it is subscribed")
        assert got.get(timeout=10)["channel"] == b"news"
        thread.stop()
        thread.join()


def test_handlers_of_asyncio_may_be_coroutine_functions(servers: list[RedisServer]) -> None:
    async def run() -> None:
        got: asyncio.Queue[Any] = asyncio.Queue()
        async with AsyncShardedRedis.from_config(config_of(servers)) as client, client.pubsub() as pubsub:
            await pubsub.subscribe(news=got.put)
            listening = asyncio.create_task(pubsub.run())
            while await client.publish("news", "x") == 0:
                await asyncio.sleep(0.01)
            assert (await asyncio.wait_for(got.get(), 10))["data"] == b"x"
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(run())


def test_in_a_program_with_many_open_files(servers: list[RedisServer]) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[1], 4096), limits[1]))
    try:
        with ExitStack() as files, ShardedRedis.from_config(config_of(servers)) as client:
            for _ in range(1024):
                files.enter_context(Path("/dev/null").open())
            with client.pubsub() as pubsub:
                pubsub.subscribe("news")
                assert [channel for channel, _ in heard(pubsub, 1, "subscribe")] == [b"news"]
                assert pubsub.get_message(timeout=0.05) is None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_a_node_that_dies_and_comes_back_is_subscribed_to_again(face: Face, scratch: Scratch) -> None:
    own = [RedisServer.start(scratch) for _ in range(2)]
    client = face.sharded(own)
    here, there = key_on(client, 0, "d:"), key_on(client, 1, "d:")
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(here, there)
        pubsub.get_message(timeout=0.1)
        own[1].kill()
        own[1].start_again()

        def is_subscribed() -> bool:
            try:
                pubsub.get_message(timeout=0.05)
            except ConnectionError:
                return False
            return bool(own[1].ask("PUBSUB", "NUMSUB", there)[1] == 1)

        wait_until(is_subscribed, "it is subscribed again")
        own[1].ask("PUBLISH", there, "again")
        assert heard(pubsub, 1) == [(there.encode(), b"again")]


def test_after_a_reload_channels_are_heard_where_they_live_now(face: Face, servers: list[RedisServer]) -> None:
    publisher, client = face.sharded(servers), face.sharded(servers[:2])
    channels = keys_of(publisher, 20, "r:")
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(*channels)
        pubsub.get_message(timeout=0.1)
        client.reload(config_of(servers))

        def has_moved() -> bool:
            pubsub.get_message(timeout=0.05)
            return bool(servers[2].ask("PUBSUB", "CHANNELS"))

        wait_until(has_moved, "channels moved", 5)
        wait_until(lambda: len(publisher.pubsub_channels("r:*")) == 20, "all are there")
        for channel in channels:
            publisher.publish(channel, "x")
        assert {channel for channel, _ in heard(pubsub, 20)} == {channel.encode() for channel in channels}


def test_sharded_channels(face: Face, client: Any) -> None:
    channel = key_on(client, 1, "s:")
    of_redis_py = AsyncPubSub if face.is_asyncio else PubSub
    with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        if not hasattr(of_redis_py, "ssubscribe"):
            # Older versions have no such thing for asyncio.
            with pytest.raises(AttributeError):
                pubsub.ssubscribe(channel)
            return
        pubsub.ssubscribe(channel)
        wait_until(lambda: client.spublish(channel, "x") == 1, "it is subscribed")
        assert heard(pubsub, 1, "smessage") == [(channel.encode(), b"x")]
