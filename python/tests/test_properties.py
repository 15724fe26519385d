"""Random inputs: every call answers or raises a KeyhomeError, and all ways to ask one thing agree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, get_args

from cases import cases
from hypothesis import given, settings
from hypothesis import strategies as st

import keyhome
from keyhome import Health, HotKeys, KeyhomeError, ReplicaSet, Router

settings.register_profile(
    "keyhome", max_examples=int(os.environ.get("KEYHOME_EXAMPLES", "300")), deadline=None, database=None
)
settings.load_profile("keyhome")

CONFIGS = [case["config"] for case in cases("config")]
ROUTERS = [Router.from_config(case["config"], case["pool"]) for case in cases("placement")]
REPLIES = [case["reply"] for case in cases("cluster")]

any_text = st.text(st.characters(codec=None))
keys: st.SearchStrategy[Any] = (
    any_text | st.binary() | st.binary().map(bytearray) | st.binary().map(lambda key: memoryview(key))
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | keys
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.integers() | any_text | st.binary(), inner)
    ),
)


def home(router: Router, key: Any) -> int | str:
    try:
        return router.index(key)
    except KeyhomeError as error:
        return error.code


@given(st.sampled_from(ROUTERS), st.lists(keys))
def test_one_by_one_and_all_at_once(router: Router, keys: list[keyhome.Key]) -> None:
    homes = [home(router, key) for key in keys]
    errors = [(position, home) for position, home in enumerate(homes) if isinstance(home, str)]
    try:
        assert router.indexes(keys).tolist() == homes
        assert not errors
    except KeyhomeError as error:
        assert (error.position, error.code) == errors[0]
    for key, index in zip(keys, homes, strict=True):
        if isinstance(index, int):
            explained = router.explain(key)
            assert (explained["index"], explained["node"]) == (index, router.node(key).name)
            assert router.node(key) not in router.successors(key, 3)


@given(st.lists(st.binary()))
def test_slots_packed_or_not(keys: list[bytes]) -> None:
    offsets = [0]
    for key in keys:
        offsets.append(offsets[-1] + len(key))
    slots = [keyhome.slot(key) for key in keys]
    assert keyhome.slots(keys).tolist() == keyhome.slots_packed(b"".join(keys), offsets).tolist() == slots


@given(st.sampled_from(ROUTERS), anything, anything)
def test_no_argument_raises_anything_else(router: Router, one: Any, two: Any) -> None:
    health, replicas, hot = Health({}, 3), ReplicaSet(router, 0), HotKeys(8)
    calls: list[Callable[[], object]] = [
        lambda: keyhome.slot(one),
        lambda: keyhome.slots(one),
        lambda: keyhome.slots_packed(one, two),
        lambda: router.index(one),
        lambda: router.node(one),
        lambda: router.indexes(one),
        lambda: router.indexes_packed(one, two),
        lambda: router.group(one),
        lambda: router.successors(one, two),
        lambda: router.without(one),
        lambda: router.explain(one),
        lambda: router.diff(one),
        lambda: Router.from_config(one, two),
        lambda: Router.read(one, two),
        lambda: Router.from_cluster(one),
        lambda: router.copies(one, two),
        lambda: router.without_indexes(one),
        lambda: keyhome.command_keys(one),
        lambda: keyhome.command_keys(["GET", one]),
        lambda: keyhome.command_route(one),
        lambda: keyhome.command_kind(one, two),
        lambda: keyhome.scan_target(one, two),
        lambda: keyhome.scan_next(one, two, 3),
        lambda: keyhome.is_failure(one),
        lambda: keyhome.pool_settings(one, two),
        lambda: keyhome.pool_names(one),
        lambda: Health(one, two),
        lambda: Health({"on_failure": one, "auto_eject_hosts": two}, 3),
        lambda: Health({}, 3).reloaded(one, two, router, one),
        lambda: health.update(one),
        lambda: health.admit(one, two),
        lambda: health.report(one, two, 5),
        lambda: health.report(2, two, one),
        lambda: health.due_checks(one),
        lambda: health.is_live(one),
        lambda: ReplicaSet(router, one, two),
        lambda: replicas.choose(one, two),
        lambda: replicas.choose(1, 1, one),
        lambda: replicas.sent(one, two),
        lambda: replicas.done(0, one, two),
        lambda: replicas.failed(one, two),
        lambda: replicas.set_up(one, two),
        lambda: replicas.replace(router, one),
        lambda: HotKeys(one, two),
        lambda: hot.record(one, two),
        lambda: hot.record("a", one, two),
        lambda: hot.advance(one),
        lambda: hot.top(one),
        lambda: hot.estimate(one),
        lambda: hot.merge(one),
        lambda: HotKeys.from_bytes(one),
    ]
    for call in calls:
        try:
            call()
        except KeyhomeError as error:
            assert error.code in get_args(keyhome.ErrorCode)


@given(st.sampled_from(CONFIGS), st.data())
def test_configs_with_a_piece_changed(config: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(config)))
    end = data.draw(st.integers(start, min(len(config), start + 8)))
    text = config[:start] + data.draw(any_text) + config[end:]
    try:
        Router.from_config(text)
    except KeyhomeError as error:
        assert (error.line is None) == (error.column is None)


def changed(reply: Any, piece: Any, draw: Any) -> Any:
    """The reply with a piece of it changed."""
    if isinstance(reply, list) and reply and draw(st.booleans()):
        at = draw(st.integers(0, len(reply) - 1))
        return [*reply[:at], changed(reply[at], piece, draw), *reply[at + 1 :]]
    if isinstance(reply, dict) and reply and draw(st.booleans()):
        at = draw(st.sampled_from(sorted(reply)))
        return {**reply, at: changed(reply[at], piece, draw)}
    return piece


@given(st.sampled_from(REPLIES), anything, st.data())
def test_replies_with_a_piece_changed(reply: Any, piece: Any, data: st.DataObject) -> None:
    try:
        Router.from_cluster(changed(reply, piece, data.draw))
    except KeyhomeError as error:
        assert error.code in ("cluster.reply", "config.slots", "config.server", "config.name", "config.nodes")


@given(st.iterables(keys | scalars))
def test_any_iterable(keys: Iterable[Any]) -> None:
    try:
        keyhome.slots(keys)
    except KeyhomeError as error:
        assert error.position is not None


@given(st.lists(st.tuples(keys, st.integers(0, 2**53), st.integers(0, 100))), st.integers(1, 8))
def test_counts_are_never_too_low(records: list[tuple[Any, int, int]], capacity: int) -> None:
    hot = HotKeys(capacity)
    exact: dict[bytes, int] = {}
    for key, now, count in records:
        try:
            at_least = hot.record(key, now, count)
        except KeyhomeError as error:
            assert error.code == "key.encoding"
            continue
        bytes_of = key.encode() if isinstance(key, str) else bytes(key)
        exact[bytes_of] = exact.get(bytes_of, 0) + count
        assert at_least <= exact[bytes_of]
    assert hot.total == sum(exact.values())
    for key, count in exact.items():
        estimate = hot.estimate(key)
        assert estimate["count"] - estimate["error"] <= count <= estimate["count"]
    assert HotKeys.from_bytes(hot.to_bytes()).to_bytes() == hot.to_bytes()


words = st.lists(keys | st.integers() | st.floats(), min_size=1)


@given(st.sampled_from([case["args"] for case in cases("commands")]), words, st.integers(0, 9))
def test_positions_are_those_of_words(command: list[str], words: list[Any], at: int) -> None:
    args = [*command[:at], *words, *command[at:]]
    try:
        positions = keyhome.command_keys(args)
    except KeyhomeError as error:
        assert error.code in ("command.unknown", "command.arguments", "key.encoding")
        return
    assert all(0 < position < len(args) for position in positions)
    assert positions == keyhome.command_keys([word.encode() if isinstance(word, str) else word for word in args])
