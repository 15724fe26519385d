"""Clients that tell servers how they place keys, and hear who does otherwise."""

from __future__ import annotations

import asyncio
import gc
import logging
import operator
import os
import re
import socket
import subprocess
import sys
import threading
import warnings
import weakref
from typing import Any

import pytest
from cases import TESTS
from servers import RedisServer, wait_until, yaml

import keyhome
from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis, registrar
from keyhome.redis import asyncio as asyncio_client

from .faces import Face
from .support import calls


def config_of(servers: list[RedisServer], weight: int = 1, **settings: object) -> str:
    """The config of two servers, the second with a weight."""
    lines = [f"{servers[0].address}:1 a", f"{servers[1].address}:{weight} b"]
    return yaml(lines, **{"hash": "md5", "timeout": 20_000, **settings})


def fingerprint_of(config: str) -> str:
    return keyhome.Router.from_config(config).fingerprint


def writers_of(servers: list[RedisServer], config: str) -> list[list[str]]:
    """Who told servers of a placement, server by server."""
    key = f"keyhome:writers:pool:{fingerprint_of(config)}"
    return [server.ask("ZRANGE", key, "0", "-1") for server in servers[:2]]


def wait_for_writers(servers: list[RedisServer], config: str, count: int = 1) -> None:
    """Waits until so many have told both servers."""
    wait_until(
        lambda: [len(writers) for writers in writers_of(servers, config)] == [count, count], "all servers are told"
    )


def leave_behind(servers: list[RedisServer], config: str) -> None:
    """A writer that was killed a moment ago."""
    fingerprint = fingerprint_of(config)
    for server in servers[:2]:
        now = server.ask("TIME")[0]
        writer = f"{fingerprint} dead 2026-11-26T00:00:00Z somebody on a host pid 1"
        server.ask("ZADD", f"keyhome:writers:pool:{fingerprint}", now, writer)
        server.ask("ZADD", "keyhome:fingerprints:pool", now, fingerprint)


def forget(servers: list[RedisServer], config: str) -> None:
    """The time of all writers of a placement is over, as if they had been killed half a minute ago."""
    for server, writers in zip(servers, writers_of(servers, config), strict=False):
        for writer in writers:
            server.ask("ZINCRBY", f"keyhome:writers:pool:{fingerprint_of(config)}", "-31", writer)


def ended(client: Any, face: Face) -> None:
    """Closes a client in the middle of a test."""
    if face.is_asyncio:
        client.aclose()
    else:
        client.close()


def test_warn_tells_once_who_differs(face: Face, servers: list[RedisServer], caplog: pytest.LogCaptureFixture) -> None:
    first = face.of(config_of(servers), fingerprint="warn")
    first.set("k", "v")
    wait_for_writers_of(face, first, servers, config_of(servers))
    ours, theirs = fingerprint_of(config_of(servers, 3)), fingerprint_of(config_of(servers))
    with caplog.at_level(logging.WARNING, "keyhome"):
        same = face.of(config_of(servers), fingerprint="warn")
        same.set("k", "v")
        wait_for_writers_of(face, same, servers, config_of(servers), 2)
        assert caplog.messages == []
        other = face.of(config_of(servers, 3), fingerprint="warn")
        other.set("k", "v")
        run_until(face, other, lambda: len(told_to(ours, caplog)) == 2, "both are told of")
    program = "redis-py asyncio" if face.is_asyncio else "redis-py"
    for message in told_to(ours, caplog):
        who = f"keyhome/{program} {keyhome.__version__} on {socket.gethostname()} pid {os.getpid()}"
        assert message.startswith(f"pool `pool`: {who} has placed keys differently since 2"), message
        assert f"is {theirs}, that of this writer is {ours};" in message


def told_to(fingerprint: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the writers of a placement were warned of; the others in this process may have been warned of them by now."""
    return [message for message in caplog.messages if f"that of this writer is {fingerprint};" in message]


def run_until(face: Face, client: Any, is_so: Any, what: str) -> None:
    """Waits; the event loop of the tests turns only while something is asked."""

    def look() -> bool:
        if face.is_asyncio:
            client.echo("turn")
        return bool(is_so())

    wait_until(look, what)


def wait_for_writers_of(face: Face, client: Any, servers: list[RedisServer], config: str, count: int = 1) -> None:
    """As `wait_for_writers`, while the client goes on."""
    counts = [count, count]
    run_until(
        face, client, lambda: [len(each) for each in writers_of(servers, config)] == counts, "all servers are told"
    )


def test_refuse_starts_when_nobody_differs_any_more(face: Face, servers: list[RedisServer]) -> None:
    first = face.of(config_of(servers), fingerprint="warn")
    first.set("k", "v")
    wait_for_writers_of(face, first, servers, config_of(servers))
    with pytest.raises(KeyhomeError) as caught:
        face.of(config_of(servers, 3), fingerprint="refuse").set("refused", "v")
    assert caught.value.code == "fingerprint.differs"
    assert [server.ask("EXISTS", "refused") for server in servers] == [0, 0, 0]
    # It is among the writers no more.
    assert writers_of(servers, config_of(servers, 3)) == [[], []]
    same = face.of(config_of(servers), fingerprint="refuse")
    assert same.set("k", "v")
    ended(first, face)
    ended(same, face)
    leave_behind(servers, config_of(servers))
    with pytest.raises(KeyhomeError, match="somebody on a host pid 1 has placed"):
        face.of(config_of(servers, 3), fingerprint="refuse").set("refused", "v")
    forget(servers, config_of(servers))
    assert face.of(config_of(servers, 3), fingerprint="refuse").set("k", "v")


def test_pipelines_transactions_and_subscriptions_wait_too(face: Face, servers: list[RedisServer]) -> None:
    first = face.of(config_of(servers), fingerprint="warn")
    first.set("k", "v")
    wait_for_writers_of(face, first, servers, config_of(servers))
    if not face.is_asyncio:
        with pytest.raises(KeyhomeError, match=fingerprint_of(config_of(servers))):
            face.of(config_of(servers, 3), fingerprint="refuse")
        return
    client = face.of(config_of(servers, 3), fingerprint="refuse")
    for transaction in (False, True):
        pipeline = client.pipeline(transaction=transaction)
        pipeline.inner.set("refused", "v")
        with pytest.raises(KeyhomeError) as caught:
            pipeline.execute()
        assert caught.value.code == "fingerprint.differs"
    with pytest.raises(KeyhomeError) as caught:
        client.pubsub().subscribe("channel")
    assert caught.value.code == "fingerprint.differs"
    with pytest.raises(KeyhomeError) as caught:
        client.initialize()
    assert caught.value.code == "fingerprint.differs"
    assert [server.ask("EXISTS", "refused") for server in servers] == [0, 0, 0]


def test_who_closes_takes_back_what_it_said(face: Face, servers: list[RedisServer]) -> None:
    first = face.of(config_of(servers), fingerprint="warn")
    first.set("k", "v")
    wait_for_writers_of(face, first, servers, config_of(servers))
    ended(first, face)
    assert face.of(config_of(servers, 3), fingerprint="refuse").set("k", "v")


def test_a_client_that_was_closed_says_nothing_any_more(face: Face, servers: list[RedisServer]) -> None:
    client = face.of(config_of(servers), fingerprint="warn")
    client.set("k", "v")
    wait_for_writers_of(face, client, servers, config_of(servers))
    ended(client, face)
    with pytest.raises(KeyhomeError) as caught:
        client.reload(config_of(servers, 3))
    assert caught.value.code == "client.closed"
    assert [writers_of(servers, config_of(servers, weight)) for weight in (1, 3)] == [[[], []]] * 2


def test_a_reload_is_refused_unless_it_is_to_go_through(
    face: Face, servers: list[RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    first = face.of(config_of(servers), fingerprint="warn")
    first.set("k", "v")
    client = face.of(config_of(servers), fingerprint="refuse")
    client.set("k", "v")
    wait_for_writers_of(face, first, servers, config_of(servers), 2)
    with pytest.raises(KeyhomeError) as caught:
        client.reload(config_of(servers, 3))
    assert caught.value.code == "fingerprint.differs"
    assert client.router.fingerprint == fingerprint_of(config_of(servers))
    assert writers_of(servers, config_of(servers, 3)) == [[], []]
    assert client.set("k", "v")
    with caplog.at_level(logging.WARNING, "keyhome"):
        client.reload(config_of(servers, 3), fingerprint="warn")
        ours = fingerprint_of(config_of(servers, 3))
        run_until(face, client, lambda: len(told_to(ours, caplog)) == 1, "the other is told of")
    assert client.router.fingerprint == ours
    # The old one is taken back.
    wait_for_writers_of(face, client, servers, config_of(servers))
    with pytest.raises(KeyhomeError) as caught:
        client.reload(config_of(servers), fingerprint="no")
    assert caught.value.code == "argument.type"


def test_a_server_that_is_down_is_told_of_once_and_nothing_fails_for_it(
    face: Face, servers: list[RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    config = yaml([f"{servers[0].address}:1 a", "127.0.0.1:1:1 b"], hash="md5", timeout=20_000)
    with caplog.at_level(logging.WARNING, "keyhome"):
        client = face.of(config, fingerprint="refuse")
        key = next(key for key in map(str, range(99)) if client.router.index(key) == 0)
        assert client.set(key, "v")
    [message] = caplog.messages
    assert message.startswith("b (127.0.0.1:1) was not told how keys are placed: "), message


def test_a_user_that_may_not_is_told_of_and_served(
    face: Face, servers: list[RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    for server in servers:
        server.ask("ACL", "SETUSER", "narrow", "on", ">secret", "~*", "+set", "+ping")
    with caplog.at_level(logging.WARNING, "keyhome"):
        client = face.of(config_of(servers), fingerprint="refuse", username="narrow", password="secret")
        assert client.set("k", "v")
    assert len(caplog.messages) == 2, caplog.messages
    for message in caplog.messages:
        assert re.search("was not told how keys are placed: .*permission", message), message


def test_a_user_needs_what_is_documented(
    face: Face, servers: list[RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    text = (TESTS.parent / "docs" / "fingerprint.md").read_text(encoding="utf-8")
    rights = [right for words in re.findall(r"`([~+][^`]+)`", text) for right in words.split()]
    assert {"~keyhome:*", "+zadd", "+client|setname"} <= set(rights)
    for server in servers:
        server.ask("ACL", "SETUSER", "writer", "reset", "on", ">secret", "+echo", *rights)
    user = {"username": "writer", "password": "secret"}
    with caplog.at_level(logging.WARNING, "keyhome"):
        first = face.of(config_of(servers), fingerprint="warn", **user)
        first.echo("turn")
        wait_for_writers_of(face, first, servers, config_of(servers))
        with pytest.raises(KeyhomeError) as caught:
            face.of(config_of(servers, 3), fingerprint="refuse", **user).echo("turn")
        assert caught.value.code == "fingerprint.differs"
        ended(first, face)
    assert [message for message in caplog.messages if "was not told" in message] == []
    assert writers_of(servers, config_of(servers)) == [[], []]


def test_without_the_option_nothing_is_sent(face: Face, servers: list[RedisServer]) -> None:
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    client = face.of(config_of(servers))
    client.set("k", "v")
    client.reload(config_of(servers, 3))
    client.set("k", "v")
    assert sum(calls(servers, "set")) == 2
    for command in ("time", "zadd", "zrange", "expire", r"client\|setname"):
        assert calls(servers, command) == [0, 0, 0]


def test_pools_of_other_names_are_other_data_unless_they_are_one_group(face: Face, servers: list[RedisServer]) -> None:
    named = config_of(servers).replace("pool:", "alpha:", 1)
    first = face.of(named, fingerprint="warn", fingerprint_group="data")
    first.set("k", "v")
    key = "keyhome:fingerprints:data"
    run_until(face, first, lambda: all(server.ask("ZCARD", key) == 1 for server in servers[:2]), "it is there")
    other = config_of(servers, 3).replace("pool:", "beta:", 1)
    assert face.of(other, fingerprint="refuse").set("k", "v")
    with pytest.raises(KeyhomeError) as caught:
        face.of(other, fingerprint="refuse", fingerprint_group="data").set("k", "v")
    assert caught.value.code == "fingerprint.differs"


def test_other_words_are_refused(face: Face, servers: list[RedisServer]) -> None:
    with pytest.raises(KeyhomeError) as caught:
        face.of(config_of(servers), fingerprint="shout")
    assert caught.value.code == "argument.type"


def test_the_connection_that_tells_has_a_name(face: Face, servers: list[RedisServer]) -> None:
    client = face.of(config_of(servers), fingerprint="warn", client_name="mine")
    client.mset({str(number): "v" for number in range(20)})
    wait_for_writers_of(face, client, servers, config_of(servers))
    for server in servers[:2]:
        names = server.ask("CLIENT", "LIST")
        assert f"name=keyhome:{fingerprint_of(config_of(servers))} " in names
        assert "name=mine " in names


def test_a_client_that_nobody_uses_any_more_announces_nothing(servers: list[RedisServer]) -> None:
    client = ShardedRedis.from_config(config_of(servers), fingerprint="warn")
    wait_for_writers(servers, config_of(servers))
    gone = weakref.ref(client._pool)
    del client
    wait_until(lambda: gc.collect() >= 0 and gone() is None, "it is collected")
    wait_for_writers(servers, config_of(servers), 0)


def test_a_client_that_is_collected_by_the_thread_that_announces(
    servers: list[RedisServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ShardedRedis] = []
    is_made, converse = threading.Event(), registrar._converse

    def collecting(connection: Any, talk: Any) -> Any:
        is_made.wait()
        made.clear()
        gc.collect()
        return converse(connection, talk)

    monkeypatch.setattr(registrar, "_converse", collecting)
    before = set(threading.enumerate())
    made.append(ShardedRedis.from_config(config_of(servers), fingerprint="warn"))
    is_made.set()
    wait_until(lambda: set(threading.enumerate()) <= before, "the thread ends")
    assert writers_of(servers, config_of(servers)) == [[], []]


def test_who_closes_while_servers_are_told_leaves_no_connection(servers: list[RedisServer]) -> None:
    def clients() -> list[int]:
        return [int(re.findall(r"connected_clients:(\d+)", server.ask("INFO", "clients"))[0]) for server in servers]

    async def come_and_go() -> None:
        before = clients()
        for turns in range(30):
            client = asyncio_client.ShardedRedis.from_config(config_of(servers), fingerprint="warn")
            await client.initialize()
            # Somewhere on the way: while connections are made, named, and used.
            for _ in range(turns):
                await asyncio.sleep(0)
            await client.aclose()
        # A server takes a moment to see an end.
        wait_until(lambda: all(map(operator.le, clients(), before)), "their connections are gone")
        assert writers_of(servers, config_of(servers)) == [[], []]

    asyncio.run(come_and_go())


def test_a_program_that_ends_takes_back_what_it_said(servers: list[RedisServer]) -> None:
    program = """import sys; from keyhome.redis import ShardedRedis
client = ShardedRedis.from_config(sys.argv[1], fingerprint="warn")
input()"""
    command = [sys.executable, "-c", program, config_of(servers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        wait_for_writers(servers, config_of(servers))
        child.communicate(b"\n")
        assert child.returncode == 0
    assert writers_of(servers, config_of(servers)) == [[], []]


def test_a_fork_is_a_writer_of_its_own(servers: list[RedisServer]) -> None:
    client = ShardedRedis.from_config(config_of(servers), fingerprint="warn")
    wait_for_writers(servers, config_of(servers))
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # That it is done beside other threads is what is tested.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)
    try:
        wait_for_writers(servers, config_of(servers), 2)
    finally:
        os.close(reading)
        os.close(writing)
        os.waitpid(child, 0)
    client.close()
