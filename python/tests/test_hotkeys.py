"""Hot keys and names of copies as objects. That they count as the core does is shown in `cargo xtask test doors`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from processes import all_agree_in_forks

import keyhome
from keyhome import HotKeys, KeyhomeError, Router


def test_the_hottest() -> None:
    hot = HotKeys(capacity=100)
    exact: Counter[str] = Counter()
    for number in range(20_000):
        key = f"key:{number % 7 if number % 2 else number}"
        exact[key] += 1
        at_least = hot.record(key, number)
        assert at_least <= exact[key]
    top = hot.top(7)
    assert {key["key"] for key in top} == {key for key, _ in exact.most_common(7)}
    for counted in hot.top(1000):
        name = counted["key"]
        assert isinstance(name, str)
        assert counted["count"] - counted["error"] <= exact[name] <= counted["count"]
        assert hot.estimate(name) == {"count": counted["count"], "error": counted["error"]}
        assert counted["length"] == len(name)
    assert (hot.total, len(hot), hot.options) == (20_000, 100, {"capacity": 100, "window": 0})
    assert 0 < hot.floor <= 200
    assert repr(hot) == "<keyhome.HotKeys: 100 of 100 counters in use>"


def test_every_kind_of_key() -> None:
    hot = HotKeys()
    same: list[Any] = ["a", b"a", bytearray(b"a"), memoryview(b"-a-")[1:2], np.str_("a"), np.frombuffer(b"a", "u1")]
    for number, key in enumerate(same):
        assert hot.record(key, 1) == number + 1
    hot.record("ключ", 1, 3)
    hot.record(b"\xff", 1, 2)
    hot.record("x" * 500, 1)
    keys = [(key["key"], key["length"]) for key in hot.top(9)]
    assert keys == [("a", 1), ("ключ", 8), (b"\xff", 1), ("x" * 120, 500)]
    for no_key, code in ((1, "key.type"), (None, "key.type"), ("\ud800", "key.encoding")):
        odd: Any = no_key
        assert pytest.raises(KeyhomeError, hot.record, odd, 1).value.code == code
        assert pytest.raises(KeyhomeError, hot.estimate, odd).value.code == code
    assert hot.total == len(same) + 6


def test_odd_arguments() -> None:
    hot = HotKeys(8, 1000)
    hot.record("a", 5)
    before = hot.to_bytes()
    odd: list[Any] = [b"1", -1, 2**64, 1.5, "1", [], object()]
    calls: list[Callable[[Any], object]] = [
        lambda odd: hot.record("a", odd),
        lambda odd: hot.record("a", 1, odd),
        lambda odd: hot.advance(odd),
        lambda odd: hot.top(odd),
        lambda odd: hot.merge(odd),
        lambda odd: HotKeys(odd),
        lambda odd: HotKeys(1, odd),
    ]
    for call in calls:
        for value in odd:
            assert pytest.raises(KeyhomeError, call, value).value.code in ("argument.type", "argument.range")
    for capacity in (0, 4097):
        assert pytest.raises(KeyhomeError, HotKeys, capacity).value.code == "argument.range"
    assert hot.to_bytes() == before
    assert hot.record("a", 2**64 - 1, 2**64 - 1) == 2**53 - 1


def test_windows() -> None:
    hot = HotKeys(window=1000)
    hot.record("a", 5, 16)
    hot.advance(3005)
    assert (hot.total, hot.estimate("a")) == (2, {"count": 2, "error": 0})


def test_merging_and_bytes() -> None:
    one, other = HotKeys(16), HotKeys(16)
    for number in range(500):
        one.record(f"key:{number % 30}", 1)
        other.record(f"key:{number % 40}", 1, 2)
    before = other.to_bytes()
    one.merge(other)
    assert (one.total, other.to_bytes()) == (1500, before)
    for given in (before, bytearray(before), memoryview(before)):
        again = HotKeys.from_bytes(given)
        assert (again.to_bytes(), again.top(99), again.floor) == (before, other.top(99), other.floor)
    other.merge(other)
    assert other.total == 2000
    assert pytest.raises(KeyhomeError, one.merge, HotKeys(17)).value.code == "hotkeys.merge"
    for cut in (b"", b"khk", before[:-1], before + b"\0"):
        assert pytest.raises(KeyhomeError, HotKeys.from_bytes, cut).value.code == "hotkeys.bytes"
    odd: list[Any] = [None, "khk1", 1, [1]]
    for no_bytes in odd:
        assert pytest.raises(KeyhomeError, HotKeys.from_bytes, no_bytes).value.code == "argument.type"


def test_an_empty_one_is_true() -> None:
    assert HotKeys()
    assert len(HotKeys()) == 0


def test_threads_and_forks() -> None:
    hot = HotKeys(64)
    start = threading.Barrier(4)

    def work(_: int) -> None:
        start.wait()
        for number in range(5000):
            hot.record(f"key:{number % 50}", 1)
            if number % 100 == 0:
                HotKeys.from_bytes(hot.to_bytes()).merge(hot)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert hot.total == 20_000
    assert {key["count"] for key in hot.top(50)} == {400}
    assert all_agree_in_forks(lambda: hot.record("key:1", 1) == 401, 4)


def test_copies(router: Router) -> None:
    home = router.index("feed:home")
    copies = router.copies("feed:home", 2)
    assert [router.index(copy["key"]) for copy in copies] == [copy["index"] for copy in copies]
    assert {copy["index"] for copy in copies} == {0, 1, 2} - {home}
    assert router.copies("feed:home", 9) == copies
    assert router.copies("feed:home", 1) == copies[:1]
    assert router.copies("feed:home", 0) == []
    kinds: list[Any] = [b"feed:home", bytearray(b"feed:home"), memoryview(b"feed:home")]
    for key in kinds:
        assert [copy["key"] for copy in router.copies(key, 2)] == [str(copy["key"]).encode() for copy in copies]
    odd: list[Any] = [None, -1, 1.5, "1"]
    for n in odd:
        assert pytest.raises(KeyhomeError, router.copies, "a", n).value.code in ("argument.type", "argument.range")
    no_key: Any = 1
    assert pytest.raises(KeyhomeError, router.copies, no_key, 1).value.code == "key.type"


def test_a_copy_of_a_text_that_is_none() -> None:
    # The tag of this pool opens and closes with the two bytes of one letter.
    router = Router.from_config("p:\n  hash_tag: '\u00e9'\n  servers: [a:1:1, b:1:1, c:1:1]\n")
    keys = [copy["key"] for copy in router.copies("\u00e9x\u00e9\u00e9", 2)]
    assert all(isinstance(key, bytes) or router.index(key) >= 0 for key in keys)
    assert len(keys) == 2


def test_without_indexes(router: Router) -> None:
    without = router.without_indexes([0, np.int64(2)])  # type: ignore[list-item]
    assert without.fingerprint == router.without(["redis-1", "redis-3"]).fingerprint
    assert repr(without) == "<keyhome.Router: twemproxy, 3 nodes, 2 gone>"
    refused: list[tuple[Any, str, int | None]] = [
        ([0, 3], "argument.range", 1),
        ([-1], "argument.range", 0),
        ([0, "1"], "argument.type", 1),
        ([0, 1, 2], "pool.empty", None),
        (None, "argument.type", None),
        ("01", "argument.type", None),
        (b"\0", "argument.type", None),
        (0, "argument.type", None),
    ]
    for indexes, code, position in refused:
        error = pytest.raises(KeyhomeError, router.without_indexes, indexes).value
        assert (error.code, error.position) == (code, position), indexes
    assert keyhome.Health({}, 3).gone() == []
    assert router.without_indexes([]).fingerprint == router.fingerprint
