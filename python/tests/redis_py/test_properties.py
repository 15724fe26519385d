"""What is split and merged gives what redis-py gives on one server, for whatever commands in whatever order."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import RedisServer, Scratch

from .faces import Face

EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    # The servers stay; they are emptied for each example.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# Few, so that commands meet: some live on each of three nodes, and some together by their tags.
KEYS = st.sampled_from([*"abcdefgh", "{a}1", "{b}1", "{c}2", b"\xff\x00", "é", 7])
VALUES = st.one_of(st.binary(max_size=9), st.integers(-(2**40), 2**40), st.text(max_size=5))
MANY_KEYS = st.lists(KEYS, min_size=1, max_size=12)

COMMANDS = st.one_of(
    st.tuples(st.just("set"), KEYS, VALUES),
    st.tuples(st.just("get"), KEYS),
    st.tuples(st.just("strlen"), KEYS),
    st.tuples(st.just("mset"), st.dictionaries(KEYS, VALUES, min_size=1)),
    st.tuples(st.just("mget"), MANY_KEYS),
    st.tuples(st.sampled_from(["delete", "unlink", "exists", "touch"]), MANY_KEYS).map(
        lambda drawn: (drawn[0], *drawn[1])
    ),
    st.tuples(st.just("dbsize")),
    st.tuples(st.just("keys")),
    # Fails on some: a text is no number.
    st.tuples(st.just("incr"), KEYS),
    st.tuples(st.just("lpush"), KEYS, VALUES),
)


@pytest.fixture(scope="module")
def single(scratch: Scratch) -> RedisServer:
    """The one server beside which the three are held."""
    return RedisServer.start(scratch)


def outcome(run: Any) -> Any:
    """The reply, or the error; what has no order is sorted."""
    try:
        reply = run()
    except redis.ResponseError as error:
        return type(error), str(error)
    return reply


def ordered(name: str, reply: Any) -> Any:
    return sorted(reply) if name == "keys" and isinstance(reply, list) else reply


@EXAMPLES
@given(commands=st.lists(COMMANDS, max_size=25))
def test_commands_in_turn(
    commands: list[tuple[Any, ...]], face: Face, servers: list[RedisServer], single: RedisServer
) -> None:
    ours = _ours(face, servers)
    with redis.Redis(port=single.port) as theirs:
        for server in [*servers, single]:
            server.ask("FLUSHALL")
        for name, *args in commands:
            own = outcome(lambda name=name, args=args: getattr(ours, name)(*args))
            wanted = outcome(lambda name=name, args=args: getattr(theirs, name)(*args))
            assert ordered(name, own) == ordered(name, wanted), (name, args)


@EXAMPLES
@given(commands=st.lists(COMMANDS, max_size=40))
def test_a_pipeline(
    commands: list[tuple[Any, ...]], face: Face, servers: list[RedisServer], single: RedisServer
) -> None:
    ours = _ours(face, servers).pipeline()
    with redis.Redis(port=single.port) as client:
        theirs = client.pipeline(transaction=False)
        for server in [*servers, single]:
            server.ask("FLUSHALL")
        # Keys of one command on several nodes are split in pipelines too. What is asked of all nodes sees what was queued
        # before, as each node has its commands in order.
        for name, *args in commands:
            getattr(ours, name)(*args)
            getattr(theirs, name)(*args)
        replies = zip(commands, ours.execute(raise_on_error=False), theirs.execute(raise_on_error=False), strict=True)
        for (name, *args), own, wanted in replies:
            if isinstance(wanted, Exception):
                assert type(own) is type(wanted) and str(own) == str(wanted), (name, args)
            else:
                assert ordered(name, own) == ordered(name, wanted), (name, args)


@EXAMPLES
@given(keys=st.sets(st.text(min_size=1, max_size=8), max_size=80), count=st.integers(1, 30))
def test_a_scan_gives_every_key_once(keys: set[str], count: int, face: Face, servers: list[RedisServer]) -> None:
    ours = _ours(face, servers)
    for server in servers:
        server.ask("FLUSHALL")
    for key in keys:
        ours.set(key, 1)
    found = [key.decode() for key in ours.scan_iter(count=count)]
    # Small servers do not rehash in mid-scan, so nothing comes twice.
    assert sorted(found) == sorted(keys)


def _ours(face: Face, servers: list[RedisServer]) -> Any:
    """One client for all examples of a test."""
    if not hasattr(face, "of_properties"):
        face.of_properties = face.sharded(servers)  # type: ignore[attr-defined]
    return face.of_properties  # type: ignore[attr-defined]
