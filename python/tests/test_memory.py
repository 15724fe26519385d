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


WORK: dict[str, Callable[[], object]] = {
    "routers": lambda: Router.from_config(CONFIG).nodes,
    "routers of clusters": lambda: Router.from_cluster(CLUSTER).nodes,
    "without": lambda: ROUTER.without(["redis-1"]).node("a"),
    "keys": lambda: (
        keyhome.slot("a"),
        ROUTER.index(b"b"),
        ROUTER.node(bytearray(b"c")),
        ROUTER.index(memoryview(b"d")[::2]),
    ),
    "batches": lambda: (ROUTER.indexes(["a", b"b"]), keyhome.slots_packed(b"ab", [0, 1, 2]), ROUTER.group(["a", "b"])),
    "answers": lambda: (ROUTER.explain("a"), ROUTER.balance(), ROUTER.diff(ROUTER), ROUTER.successors("a", 2)),
    "fingerprints": lambda: ROUTER.fingerprint,
    "no keys": fails(ROUTER.index, 1),
    "no keys in a list": fails(ROUTER.indexes, ["a", "\ud800"]),
    "lone surrogates": fails(keyhome.slot, "\ud800"),
    "no homes": fails(Router.from_cluster(CLUSTER).node, "user:1001"),
    "no configs": fails(Router.from_config, "sessions:\n  hosh: md5\n"),
    "no replies": fails(Router.from_cluster, [[[[]]]]),
}
COUNT = {"routers": 5_000, "without": 5_000, "routers of clusters": 20_000, "answers": 5_000}


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
