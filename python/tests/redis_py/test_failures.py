"""A node that fails is taken out, in each of the three modes; one that is down or hangs never stalls the others."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import redis as redis_py
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from servers import RedisServer, Scratch, SilentServer, wait_until

from keyhome import KeyhomeError
from keyhome._sharded import placement
from keyhome.redis.asyncio.liveness import check
from keyhome.redis.liveness import check_in_thread

from .faces import Face
from .support import key_on, succeeds, within

RULES: dict[str, object] = {
    "auto_eject_hosts": "true",
    "server_failure_limit": 2,
    "server_retry_timeout": 400,
    # A busy machine takes its time, and a server that is well must not be taken for one that hangs.
    "timeout": 5000,
}
# One that hangs is waited for: less time for all.
HANGING: dict[str, object] = {"timeout": 1000}
# What is waited for has not waited for a server that hangs.
QUICK = 0.9
ERRORS = (redis_py.RedisError, KeyhomeError)


class Harm(NamedTuple):
    """What is done to a server, and the rules of a client that is to notice."""

    to: Callable[[RedisServer], None]
    rules: dict[str, object]


HARMS = {"killed": Harm(RedisServer.kill, {}), "hung": Harm(RedisServer.pause, HANGING)}

harmed = pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)


def quick(face: Face) -> Any:
    """A policy of redis-py that tries once."""
    if face.is_asyncio:
        return AsyncRetry(NoBackoff(), 0)
    return Retry(NoBackoff(), 0)


def failing(face: Face, servers: list[RedisServer], mode: str | None, **rules: object) -> tuple[Any, list[str]]:
    """A client with quick rules, connected to all nodes, and what it tells of them."""
    told: list[str] = []
    settings = {**RULES, **({"on_failure": mode} if mode else {}), **rules}
    client = face.sharded(
        servers,
        settings=settings,
        retry=quick(face),
        on_ejected=lambda node, event: told.append(f"{event['event']} {node.name}"),
        on_returned=lambda node, event: told.append(f"{event['event']} {node.name}"),
    )
    client.dbsize()
    return client, told


def until_ejected(client: Any, key: str) -> None:
    """Asks for a key until its node is out; every answer must come in time."""
    for _ in range(20):
        if client.stats()[1]["state"] == "ejected":
            return
        with within(3, "a command to a node that fails"):
            succeeds(lambda: client.set(key, "v"), *ERRORS)
    raise AssertionError("it is not taken out")


def others_are_served(client: Any) -> None:
    """The keys of the other nodes are served all the while, and at once."""
    for node in (0, 2):
        key = key_on_of_all(client, node)
        with within(QUICK, "a command to a node that is well"):
            assert client.set(key, "v")
            assert client.get(key) == b"v"


def key_on_of_all(client: Any, node: int) -> str:
    """A key that lives on a node while all nodes take part, remembered for later."""
    known = KEYS.setdefault(client.router.fingerprint, {})
    if node not in known:
        known[node] = key_on(client, node)
    return known[node]


KEYS: dict[str, dict[int, str]] = {}


@harmed
def test_remap_has_its_keys_elsewhere_until_it_is_back(face: Face, servers: list[RedisServer], harm: Harm) -> None:
    client, told = failing(face, servers, "remap", **harm.rules)
    a, b, c = (key_on(client, node) for node in range(3))
    harm.to(servers[1])
    until_ejected(client, b)
    assert told == ["ejected node-1"]
    # A try may come in between.
    wait_until(lambda: succeeds(lambda: client.set(b, "elsewhere"), *ERRORS), "its keys live elsewhere")
    for key in (a, c):
        with within(QUICK, "a command to a node that is well"):
            assert client.set(key, "v")
    servers[1].restore()

    def is_home() -> bool:
        succeeds(lambda: client.set(b, "home"), *ERRORS)
        return bool(client.stats()[1]["state"] == "live" and client.router.index(b) == 1)

    wait_until(is_home, "its keys are home again")
    assert client.set(b, "home")
    assert servers[1].ask("GET", b) == "home"
    assert "returned node-1" in told


def test_a_pipeline_is_placed_at_once(face: Face, servers: list[RedisServer], monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the time of a node is over in the middle of it."""
    client, _ = failing(face, servers, "remap", server_retry_timeout=60_000)
    b = key_on(client, 1)
    servers[1].kill()
    until_ejected(client, b)
    wait_until(lambda: succeeds(lambda: client.delete(b), *ERRORS), "its keys live elsewhere")
    looks = itertools.count()
    # Each look at the clock takes two seconds.
    monkeypatch.setattr(placement, "now", lambda: time.monotonic_ns() // 1000 + 2_000_000 * next(looks))
    pipeline = client.pipeline()
    for _ in range(100):
        pipeline.incr(b)
    results = pipeline.execute(raise_on_error=False)
    monkeypatch.undo()
    # Where it is placed anew all of it goes to the node that is tried again.
    assert results == list(range(1, 101)) or all(isinstance(result, Exception) for result in results)


@harmed
def test_fail_refuses_its_keys_at_once_and_nothing_else(face: Face, servers: list[RedisServer], harm: Harm) -> None:
    client, _ = failing(face, servers, "fail", server_retry_timeout=60_000, **harm.rules)
    a, b, c = (key_on(client, node) for node in range(3))
    client.mset({a: "v", c: "v"})
    harm.to(servers[1])
    until_ejected(client, b)
    asked = client.stats()[1]["requests"]
    for _ in range(20):
        with pytest.raises(KeyhomeError) as refused:
            client.get(b)
        assert refused.value.code == "node.ejected"
        assert isinstance(refused.value, redis_py.ConnectionError)
    assert client.stats()[1]["requests"] == asked, "a refusal waits for nobody"
    assert client.router.index(b) == 1
    with within(QUICK, "MGET"), pytest.raises(KeyhomeError) as split:
        client.mget(a, b, c)
    assert split.value.code in ("client.split", "node.ejected")
    pipeline = client.pipeline()
    for key in (a, b, c):
        pipeline.get(key)
    first, second, third = pipeline.execute(raise_on_error=False)
    assert (first, getattr(second, "code", second), third) == (b"v", "node.ejected", b"v")
    assert [client.get(key) for key in (a, c)] == [b"v", b"v"]


@harmed
def test_fail_asks_it_again_after_a_while(face: Face, servers: list[RedisServer], harm: Harm) -> None:
    client, told = failing(face, servers, "fail", **harm.rules)
    b = key_on(client, 1)
    harm.to(servers[1])
    until_ejected(client, b)
    servers[1].restore()
    wait_until(lambda: succeeds(lambda: client.set(b, "v"), *ERRORS), "it is back")
    assert client.stats()[1]["state"] == "live"
    assert told[-1] == "returned node-1"


@harmed
def test_probe_has_it_back_after_a_check_and_no_user_pays(face: Face, servers: list[RedisServer], harm: Harm) -> None:
    client, _ = failing(face, servers, "probe", server_retry_timeout=200, **harm.rules)
    keys = [key_on(client, node) for node in range(3)]
    harm.to(servers[1])
    until_ejected(client, keys[1])
    asked = client.stats()[1]["requests"]
    end = time.monotonic() + 0.8
    while time.monotonic() < end:
        for key in keys:
            assert client.set(key, "v")
        time.sleep(0.01)
    assert client.stats()[1]["state"] == "ejected"
    assert client.stats()[1]["requests"] == asked, "no command waits for it"
    servers[1].restore()

    def is_back() -> bool:
        # A check needs a client that is in use; commands to the others are enough.
        assert client.set(keys[0], "v")
        return bool(client.stats()[1]["state"] == "live")

    wait_until(is_back, "it is back")
    assert client.set(keys[1], "home")
    assert servers[1].ask("GET", keys[1]) == "home"


@harmed
def test_without_ejection_its_keys_get_errors_and_others_are_served(
    face: Face, servers: list[RedisServer], harm: Harm
) -> None:
    client, told = failing(face, servers, None, auto_eject_hosts="false", **harm.rules)
    b = key_on(client, 1)
    harm.to(servers[1])
    for _ in range(3):
        with (
            within(3, "a command to a node that fails"),
            pytest.raises((redis_py.ConnectionError, redis_py.TimeoutError)),
        ):
            client.get(b)
        others_are_served(client)
    assert told == []
    servers[1].restore()
    assert client.set(b, "v")


def test_all_nodes_are_out_and_back_by_themselves(face: Face, scratch: Scratch) -> None:
    own = [RedisServer.start(scratch) for _ in range(3)]
    client, _ = failing(face, own, "remap", server_retry_timeout=1500)
    keys = [key_on(client, node) for node in range(3)]
    for server in own:
        server.kill()

    def code(key: str) -> str:
        try:
            client.get(key)
        except KeyhomeError as error:
            return error.code
        except redis_py.RedisError:
            pass
        return ""

    wait_until(lambda: {code(key) for key in keys} == {"pool.ejected"}, "all are out")
    for server in own:
        server.start_again()
    wait_until(lambda: succeeds(lambda: client.mset(dict.fromkeys(keys, 1)), *ERRORS), "they are back")
    wait_until(
        lambda: [entry["state"] for entry in client.stats()] == ["live"] * 3 or client.mget(keys) is None, "all live"
    )


def test_a_node_that_never_answers(face: Face, servers: list[RedisServer], scratch: Scratch) -> None:
    silent = SilentServer(scratch)
    client = face.sharded([servers[0], silent, servers[2]], settings={**RULES, **HANGING}, retry=quick(face))  # type: ignore[list-item]
    a, b, c = (key_on(client, node) for node in range(3))
    for key in (a, c):
        with within(QUICK, "a command to a node that is well"):
            assert client.set(key, "v")
    until_ejected(client, b)
    wait_until(lambda: succeeds(lambda: client.set(b, "elsewhere"), *ERRORS), "its keys live elsewhere")


def test_a_check_ends_where_nobody_answers(face: Face, scratch: Scratch) -> None:
    """Though nobody has said how long a server may take."""
    silent: Any = SilentServer(scratch)
    client = face.sharded([silent], socket_timeout=None, socket_connect_timeout=None)
    told: list[bool] = []
    if face.is_asyncio:
        face.asked(check(client.inner._pool.shards[0], told.append))
    else:
        check_in_thread(client._pool.shards[0], told.append)
    wait_until(lambda: told, "the check has ended")
    assert told == [False]


def test_the_router_may_be_asked_when_a_check_is_due(face: Face, servers: list[RedisServer]) -> None:
    """With asyncio that may be outside of the event loop, where nothing can be begun."""
    client, _ = failing(face, servers, "probe", server_retry_timeout=100)
    key = key_on(client, 1)
    servers[1].kill()
    until_ejected(client, key)
    time.sleep(0.2)
    assert client.router.index(key) != 1


def test_a_busy_node_is_not_taken_for_one_that_hangs(face: Face, servers: list[RedisServer]) -> None:
    client, told = failing(face, servers, "remap")
    b = key_on(client, 1)
    assert client.eval("local t = redis.call('TIME') while redis.call('TIME')[1] - t[1] < 1 do end return 1", 1, b) == 1
    assert told == []


def test_errors_of_commands_are_no_failures_of_nodes(face: Face, servers: list[RedisServer]) -> None:
    client, told = failing(face, servers, "remap")
    client.set(key_on(client, 1), "text")
    for _ in range(10):
        with pytest.raises(redis_py.ResponseError, match="not an integer"):
            client.incr(key_on(client, 1))
    assert told == []
    stats = client.stats()[1]
    assert (stats["name"], stats["address"], stats["state"], stats["queue"]) == (
        "node-1",
        servers[1].address,
        "live",
        0,
    )
    assert (stats["requests"] > 10, stats["errors"], stats["latency"] > 0) == (True, 10, True)
