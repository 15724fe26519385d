"""Keys of every kind, and lists of keys of every kind."""

from __future__ import annotations

import gc
import mmap
from array import array
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pytest

import keyhome
from keyhome import KeyhomeError, Router


class Text(str):
    __slots__ = ()


class Bytes(bytes):
    pass


def test_every_kind_of_key(router: Router) -> None:
    with mmap.mmap(-1, 9) as mapped:
        mapped.write(b"user:1001")
        same: list[Any] = [
            "user:1001",
            b"user:1001",
            bytearray(b"user:1001"),
            memoryview(b"user:1001"),
            memoryview(b"--user:1001--")[2:-2],
            memoryview(b"u-s-e-r-:-1-0-0-1")[::2],
            memoryview(b"1001:resu")[::-1],
            memoryview(b"user:1001").cast("c"),
            array("b", b"user:1001"),
            np.frombuffer(b"user:1001", "u1"),
            np.str_("user:1001"),
            np.bytes_(b"user:1001"),
            Text("user:1001"),
            Bytes(b"user:1001"),
            mapped,
        ]
        for key in same:
            assert keyhome.slot(key) == 5712
            assert router.index(key) == 1
            assert router.node(key).name == "redis-2"
            assert router.explain(key).get("key") == "user:1001"
        assert keyhome.slots(same).tolist() == [5712] * len(same)
        assert router.indexes(same).tolist() == [1] * len(same)


@pytest.mark.parametrize("text", ["", "ключ", "é", "日本語", "🔑", "a\0b", "\ufeff", "\U0010ffff", "x" * 5000])
def test_text_is_its_utf8(router: Router, text: str) -> None:
    assert keyhome.slot(text) == keyhome.slot(text.encode()) == keyhome.slots([text])[0]
    assert router.index(text) == router.index(text.encode()) == router.indexes([text])[0]


@pytest.mark.parametrize("text", ["\ud800", "a\udc80b", "\udfff\ud800", "user:\ude00", Text("\udcff")])
def test_lone_surrogates(router: Router, text: str) -> None:
    for ask in (keyhome.slot, router.index, router.node, router.explain):
        with pytest.raises(KeyhomeError) as error:
            ask(text)
        assert (error.value.code, error.value.position) == ("key.encoding", None)
    for ask_many in (keyhome.slots, router.indexes, router.group):
        with pytest.raises(KeyhomeError) as error:
            ask_many(["a", text])
        assert (error.value.code, error.value.position) == ("key.encoding", 1)
        assert str(error.value).startswith("position 1: ")


def released() -> memoryview:
    view = memoryview(b"key")
    view.release()
    return view


NO_KEYS: list[Any] = [
    None,
    1,
    1.5,
    True,
    object(),
    [],
    ["a"],
    ("a",),
    {"a": 1},
    int,
    array("I", [1]),
    np.array([1.5]),
    released(),
]
NO_KEYS += [np.array([object()]), memoryview(array("d", [1.0])), lambda: "a", Ellipsis, KeyhomeError]


@pytest.mark.parametrize("key", NO_KEYS, ids=repr)
def test_what_is_no_key(router: Router, key: Any) -> None:
    for ask in (keyhome.slot, router.index, router.node, router.explain):
        with pytest.raises(KeyhomeError) as error:
            ask(key)
        assert (error.value.code, error.value.position) == ("key.type", None)
        assert isinstance(error.value, TypeError)
    for ask_many in (keyhome.slots, router.indexes, router.group):
        with pytest.raises(KeyhomeError) as error:
            ask_many(["a", b"b", key])
        assert (error.value.code, error.value.position) == ("key.type", 2)


def test_every_kind_of_list(router: Router) -> None:
    keys = [f"key:{number}" for number in range(1000)]
    wanted = [router.index(key) for key in keys]

    def some() -> Iterator[str]:
        yield from keys

    for given in (keys, tuple(keys), iter(keys), some(), dict.fromkeys(keys), np.array(keys), map(str.encode, keys)):
        assert router.indexes(given).tolist() == wanted
    assert router.indexes([]).tolist() == []
    assert keyhome.slots(()).tolist() == []
    assert router.group([]) == {}
    assert sorted(chain(*router.group(set(keys)).values())) == list(range(1000))


@pytest.mark.parametrize("keys", ["abc", b"abc", bytearray(b"abc"), memoryview(b"abc"), None, 1, object()], ids=repr)
def test_what_is_no_list_of_keys(router: Router, keys: Any) -> None:
    for ask in (keyhome.slots, router.indexes, router.group):
        with pytest.raises(KeyhomeError) as error:
            ask(keys)
        assert error.value.code == "argument.type"


def raising(first: Any, error: BaseException) -> Iterator[Any]:
    yield first
    raise error


class Once:
    """Raises when it is read a second time."""

    def __init__(self, *items: Any) -> None:
        self.items = iter(items)
        self.read = False

    def __iter__(self) -> Iterator[Any]:
        assert not self.read
        self.read = True
        return self.items


class Items:
    """A list by the old protocol, which raises `KeyError` where it ends."""

    def __init__(self, *items: Any) -> None:
        self.items = dict(enumerate(items))

    def __getitem__(self, position: int) -> Any:
        return self.items[position]


def test_what_a_list_raises_is_the_cause(router: Router) -> None:
    calls: list[tuple[Any, Any]] = [
        (keyhome.slots, "a"),
        (router.indexes, "a"),
        (router.group, "a"),
        (router.without, "redis-1"),
        (router.without_indexes, 0),
        (keyhome.command_keys, "PING"),
        (keyhome.command_route, "PING"),
        (partial(router.indexes_packed, b""), 0),
    ]
    for ask, item in calls:
        ask(Once(item))
        for given, cause in ((raising(item, ZeroDivisionError("\n")), ZeroDivisionError), (Items(item), KeyError)):
            with pytest.raises(KeyhomeError, match=f"it raised {cause.__name__}$") as error:
                ask(given)
            assert error.value.code == "argument.type"
            assert isinstance(error.value.__cause__, cause)
        for wanted in (KeyboardInterrupt, MemoryError, GeneratorExit, SystemExit):
            with pytest.raises(wanted):
                ask(raising(item, wanted()))


def test_the_first_key_without_a_home_is_the_error() -> None:
    router = Router.from_cluster([[0, 100, ["10.0.0.1", 6379]]])
    keys: list[str | bytes] = [key for key in map(str, range(100_000)) if keyhome.slot(key) <= 100]
    assert len(keys) > 300
    assert set(router.indexes(keys)) == {0}
    uncovered = next(key for key in map(str, range(1000)) if keyhome.slot(key) > 100)
    for position in (0, 1, 255, 256, 257, 300):
        some = [*keys[:position], uncovered, "\ud800", *keys[position:]]
        with pytest.raises(KeyhomeError) as error:
            router.indexes(some)
        assert (error.value.code, error.value.position) == ("slot.uncovered", position)
        some[position] = "\ud800"
        with pytest.raises(KeyhomeError) as error:
            router.indexes(some)
        assert (error.value.code, error.value.position) == ("key.encoding", position)


def test_a_list_that_changes_while_it_is_read() -> None:
    class Clears:
        def __init__(self, keys: list[str]) -> None:
            self.keys, self.cycle = keys, self

        def __del__(self) -> None:
            self.keys.clear()

    threshold = gc.get_threshold()
    try:
        for position in (0, 1, 100, 299):
            keys = [f"key:{number}" for number in range(300)]
            keys[position] = "a lone \ud800"
            Clears(keys)
            # The error of the lone surrogate is an object that is allocated: the cycle is found then.
            gc.set_threshold(1)
            with suppress(KeyhomeError):
                assert len(keyhome.slots(keys)) <= position
            gc.set_threshold(*threshold)
            assert keys == []
    finally:
        gc.set_threshold(*threshold)


def test_answers_are_buffers(router: Router) -> None:
    keys = [f"key:{number}" for number in range(1000)]
    indexes, slots = router.indexes(keys), keyhome.slots(keys)
    assert (indexes.typecode, indexes.itemsize, slots.typecode, slots.itemsize) == ("I", 4, "H", 2)
    assert np.frombuffer(indexes, "u4").tolist() == [router.index(key) for key in keys]
    assert np.frombuffer(slots, "u2").tolist() == [keyhome.slot(key) for key in keys]
    assert memoryview(slots)[0] == slots[0] == keyhome.slot("key:0")


def packings() -> list[Any]:
    offsets = [0, 1, 1, 3]
    numbers: list[Any] = [offsets, tuple(offsets), memoryview(array("I", offsets))]
    numbers += [array(code, offsets) for code in "iIlLqQ"]
    numbers += [np.array(offsets, kind) for kind in ("u4", "i4", "u8", "i8", "<u4", ">u4", "u2", "u1")]
    numbers += [np.array([0, 9, 1, 9, 1, 9, 3], "u4")[::2], list(np.array(offsets, "u4"))]
    # An array of bytes that is cut in the middle of a number is not aligned.
    numbers += [memoryview(b"-" + array("I", offsets).tobytes())[1:].cast("I")]
    return numbers


@pytest.mark.parametrize("offsets", packings(), ids=repr)
def test_packed(router: Router, offsets: Any) -> None:
    keys = ["a", "", "bc"]
    kinds: list[Any] = [b"abc", bytearray(b"abc"), memoryview(b"-abc")[1:], np.frombuffer(b"abc", "u1")]
    for packed in kinds:
        assert keyhome.slots_packed(packed, offsets) == keyhome.slots(keys)
        assert router.indexes_packed(packed, offsets) == router.indexes(keys)


@pytest.mark.parametrize(
    "offsets",
    [[], [0], [1, 3], [0, 2, 1, 3], [0, 4], [0, 2], [0, -1, 3], [0, 2**32, 3], [0, 2**99], array("q", [0, -1, 3])],
    ids=repr,
)
def test_offsets_that_do_not_fit(router: Router, offsets: Any) -> None:
    for ask in (keyhome.slots_packed, router.indexes_packed):
        with pytest.raises(KeyhomeError) as error:
            ask(b"abc", offsets)
        assert error.value.code == "batch.offsets"


@pytest.mark.parametrize(
    "offsets", [None, 3, "abc", b"abc", [0, "3"], [0, 1.5, 3], [None], array("d", [0, 3])], ids=repr
)
def test_what_is_no_list_of_offsets(router: Router, offsets: Any) -> None:
    for ask in (keyhome.slots_packed, router.indexes_packed):
        with pytest.raises(KeyhomeError) as error:
            ask(b"abc", offsets)
        assert error.value.code == "argument.type"


@pytest.mark.parametrize("packed", [None, "abc", 3, ["a"], array("I", [1]), released()], ids=repr)
def test_what_is_no_packed_batch(router: Router, packed: Any) -> None:
    for ask in (keyhome.slots_packed, router.indexes_packed):
        with pytest.raises(KeyhomeError) as error:
            ask(packed, [0, 3])
        assert error.value.code == "argument.type"


def test_a_large_packed_batch(router: Router) -> None:
    keys = [f"key:{number}".encode() for number in range(50_000)]
    offsets: Any = np.concatenate([[0], np.cumsum([len(key) for key in keys])])
    packed = b"".join(keys)
    assert len(packed) > 1 << 16
    assert router.indexes_packed(packed, offsets) == router.indexes_packed(bytearray(packed), offsets)
    assert router.indexes_packed(packed, offsets) == router.indexes(keys)
    assert keyhome.slots_packed(packed, offsets) == keyhome.slots(keys)
