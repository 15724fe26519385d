"""Memory does not grow, whatever is done a hundred thousand times."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cases import CONFIG

import keyhome
from keyhome import KeyhomeError, Router


def resident() -> int:
    """The memory of this process in KiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


ROUTER = Router.from_config(CONFIG)
CLUSTER = [[0, 100, ["10.0.0.1", 6379]]]


def fails(call: Callable[..., object], *arguments: Any) -> Callable[[], None]:
    def run() -> None:
        with suppress(KeyhomeError):
            call(*arguments)

    return run


HEALTH = keyhome.Health({"auto_eject_hosts": True, "server_failure_limit": 1}, 3)
REPLICAS = keyhome.ReplicaSet(Router.from_cluster(CLUSTER), 0)
HOT = keyhome.HotKeys(64)


def health_calls() -> None:
    HEALTH.report(0, "failure", 1)
    fails(HEALTH.admit, 3, 1)()
    HEALTH.update(2**60)
    HEALTH.take_events()
    HEALTH.snapshot()
    keyhome.Health({}, 3).due_checks(1)
    keyhome.Health({}, len(ROUTER.nodes)).reloaded({}, ROUTER, ROUTER, 1)


def replica_calls() -> None:
    endpoint = REPLICAS.choose(7, 1)
    REPLICAS.sent(endpoint, 1)
    REPLICAS.done(endpoint, 100, 101)
    fails(REPLICAS.failed, 9, 1)()
    REPLICAS.snapshot()
    keyhome.ReplicaSet(ROUTER, 0, {"read_from": "nearest", "zone": "a"}).replace(ROUTER, 1)


def hot_key_calls() -> None:
    HOT.record("a", 1)
    HOT.record(b"\xff", 1, 2)
    HOT.top(10)
    HOT.estimate("a")
    fails(HOT.record, 1, 1)()
    keyhome.HotKeys.from_bytes(HOT.to_bytes()).merge(HOT)


WORK: dict[str, Callable[[], object]] = {
    "routers": lambda: Router.from_config(CONFIG).nodes,
    "routers of texts": lambda: Router.read(CONFIG),
    "routers of clusters": lambda: Router.from_cluster(CLUSTER).nodes,
    "without": lambda: ROUTER.without(["redis-1"]).node("a"),
    "keys": lambda: (
        keyhome.slot("a"),
        ROUTER.index(b"b"),
        ROUTER.node(bytearray(b"c")),
        ROUTER.index(memoryview(b"d")[::2]),
    ),
    "batches": lambda: (ROUTER.indexes(["a", b"b"]), keyhome.slots_packed(b"ab", [0, 1, 2]), ROUTER.group(["a", "b"])),
    "answers": lambda: (
        ROUTER.explain("a"),
        ROUTER.balance(),
        ROUTER.arcs(),
        ROUTER.diff(ROUTER),
        ROUTER.successors("a", 2),
    ),
    "fingerprints": lambda: ROUTER.fingerprint,
    "commands": lambda: (
        keyhome.command_keys(["MSET", "a", b"1", bytearray(b"b"), 2]),
        keyhome.command_route(("GET", "a")),
        keyhome.command_kind("OBJECT", b"ENCODING"),
        keyhome.scan_next(keyhome.scan_target("52", 3).cursor, b"7", 3),
        keyhome.is_failure("OOM"),
    ),
    "settings": lambda: (keyhome.pool_settings(CONFIG), keyhome.pool_names(CONFIG)),
    "health": health_calls,
    "replicas": replica_calls,
    "hot keys": hot_key_calls,
    "copies": lambda: (ROUTER.copies("a", 2), ROUTER.without_indexes([0])),
    "no commands": fails(keyhome.command_keys, ["GOT", "a"]),
    "no words": fails(keyhome.command_keys, ["GET", None]),
    "no keys": fails(ROUTER.index, 1),
    "no keys in a list": fails(ROUTER.indexes, ["a", "\ud800"]),
    "lone surrogates": fails(keyhome.slot, "\ud800"),
    "no homes": fails(Router.from_cluster(CLUSTER).node, "user:1001"),
    "no configs": fails(Router.from_config, "sessions:\n  hosh: md5\n"),
    "no replies": fails(Router.from_cluster, [[[[]]]]),
}
COUNT = {"routers": 5_000, "without": 5_000, "routers of clusters": 20_000, "answers": 5_000, "hot keys": 20_000}
COUNT |= {"routers of texts": 5_000, "settings": 20_000, "copies": 5_000, "health": 20_000, "replicas": 20_000}


@pytest.mark.parametrize("what", WORK)
def test_memory_does_not_grow(what: str) -> None:
    work, count = WORK[what], COUNT.get(what, 100_000)
    for _ in range(count // 5):
        work()
    gc.collect()
    before = resident()
    for _ in range(count):
        work()
    gc.collect()
    # A byte for each of them would not be seen; sixteen would.
    assert resident() - before < 64 + count * 16 // 1024 + 512, f"{resident() - before} KiB more after {count}"

    tracemalloc.start()
    try:
        for _ in range(100):
            work()
        first = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            work()
        assert tracemalloc.get_traced_memory()[0] - first < 4096
    finally:
        tracemalloc.stop()
