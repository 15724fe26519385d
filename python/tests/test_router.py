"""Routers as objects: what they share, how they travel, what they refuse."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cases import CONFIG, cases
from processes import all_agree_in_forks

import keyhome
from keyhome import KeyhomeError, Node, Replica, Router

KEYS = [f"key:{number}" for number in range(1000)]


def test_nodes_are_made_once(router: Router) -> None:
    assert router.nodes is router.nodes
    assert router.without(["redis-1"]).nodes is router.nodes
    for key in KEYS:
        assert router.node(key) is router.nodes[router.index(key)]
    assert all(node is router.nodes[int(node.name[-1]) - 1] for node in router.successors("a", 9))


def test_a_node_before_nodes(router: Router) -> None:
    assert router.node(b"user:1001") == router.nodes[1]


def test_nodes_are_values(router: Router) -> None:
    assert router.nodes[1] == Node("redis-2", "10.0.0.2:6379", weight=2)
    assert len({*router.nodes, *Router.from_config(CONFIG).nodes}) == 3
    with pytest.raises(AttributeError):
        router.nodes[0].name = "other"  # type: ignore[misc]
    text = '{"p": {"servers": [{"address": "a:1", "zone": "z", "replicas": [{"address": "b:2", "zone": "y"}]}]}}'
    assert Router.from_config(text).nodes == (Node("a:1", "a:1", 1, "z", (Replica("b:2", "y"),)),)


def test_a_config_is_text_or_bytes() -> None:
    assert (
        Router.from_config(CONFIG.encode()).fingerprint == Router.from_config(text=CONFIG, pool="sessions").fingerprint
    )
    assert "sessions" in str(pytest.raises(KeyhomeError, Router.from_config, CONFIG, "other").value)


def test_no_router_by_itself() -> None:
    with pytest.raises(TypeError):
        Router()
    with pytest.raises(TypeError):
        type("Child", (Router,), {})


def made() -> list[Router]:
    config = Router.from_config(CONFIG)
    replies = [case["reply"] for case in cases("cluster") if "error" not in case]
    read = [Router.read(text) for text in [CONFIG, *replies] if isinstance(text, str)]
    return [config, config.without(["redis-1"]).without(["redis-2"]), *read, *map(Router.from_cluster, replies)]


def test_pickle_and_copy() -> None:
    for router in made():
        assert copy.copy(router) is copy.deepcopy(router) is router
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(router, protocol))
            assert (repr(again), again.fingerprint) == (repr(router), router.fingerprint)
            assert (again.nodes, again.balance()) == (router.nodes, router.balance())


def test_errors_are_pickled(router: Router) -> None:
    odd: Any = 1
    error = pytest.raises(KeyhomeError, router.indexes, ["a", odd]).value
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert (error.code, error.line, error.column, error.position) == ("key.type", None, None, 1)


def test_spawned_processes(router: Router) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(router.index, KEYS) == router.indexes(KEYS).tolist()
        assert pool.map(keyhome.slot, KEYS) == keyhome.slots(KEYS).tolist()


def test_forked_processes(router: Router) -> None:
    wanted = router.indexes(KEYS).tolist()

    def works() -> bool:
        same = router.indexes(KEYS).tolist() == wanted == [router.index(key) for key in KEYS]
        return same and Router.from_config(CONFIG).without(["redis-1"]).node("user:{1000}:name").name == "redis-3"

    assert all_agree_in_forks(works, 4)


def test_threads(router: Router) -> None:
    keys = [key for key in KEYS for _ in range(20)]
    wanted = router.indexes(keys).tolist()
    packed, offsets = "".join(keys).encode(), [0]
    for key in keys:
        offsets.append(offsets[-1] + len(key))
    start = threading.Barrier(4)

    def work(number: int) -> bool:
        start.wait()
        for _ in range(5):
            assert router.indexes_packed(packed, offsets).tolist() == wanted
            assert router.indexes(keys).tolist() == wanted
            assert [router.index(key) for key in KEYS] == wanted[::20]
            assert Router.from_config(CONFIG).nodes == router.nodes
            assert router.without(["redis-1"]).balance()["shares"][0]["share"] == 0
        return True

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(4)))


def test_names_have_positions(router: Router) -> None:
    odd: list[Any] = ["\ud800", b"\xff", "nobody", 5, None]
    codes = ["node.unknown"] * 3 + ["argument.type"] * 2
    for name, code in zip(odd, codes, strict=True):
        error = pytest.raises(KeyhomeError, router.without, ["redis-1", name]).value
        assert (error.code, error.position) == (code, 1)
    message = pytest.raises(KeyhomeError, router.without, ["a\nb" * 1000]).value.message
    assert "\n" not in message
    assert len(message) < 300


ODD = [None, 1, 1.5, "", "x", b"", b"\xff", [], [1], ["x"], {}, {"x": 1}, {1: 2}, object(), "\ud800", float("nan"), int]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_arguments(router: Router, odd: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: Router.from_config(odd),
        lambda: Router.from_config(CONFIG, odd),
        lambda: Router.from_config(odd, odd),
        lambda: Router.from_cluster(odd),
        lambda: Router.from_cluster([odd]),
        lambda: Router.from_cluster([[0, 100, odd]]),
        lambda: Router.from_cluster([[0, 100, [odd, 6379]]]),
        lambda: Router.from_cluster([{"slots": [0, 1], "nodes": odd}]),
        lambda: router.without(odd),
        lambda: router.without([odd]),
        lambda: router.successors("a", odd),
        lambda: router.successors(odd, 1),
        lambda: router.diff(odd),
        lambda: router.indexes_packed(odd, odd),
        lambda: router.group(odd),
    ]
    for call in calls:
        try:
            call()
        except KeyhomeError as error:
            assert error.message == str(error) and "\n" not in error.message


def test_how_many_successors(router: Router) -> None:
    assert [len(router.successors("a", n)) for n in (0, 1, 2, 3, 2**31, 2**63, 2**200, True)] == [
        0,
        1,
        2,
        2,
        2,
        2,
        2,
        1,
    ]
    refused: list[Any] = [-1, -(2**200), 1.0, "1", None]
    for n in refused:
        error = pytest.raises(KeyhomeError, router.successors, "a", n).value
        assert error.code == "argument.type"


def test_replies_without_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    wide: list[Any] = []
    wide.extend([wide] * 1000)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for reply in (endless, wide, deep, {"a": endless}, [2**64], [1.5]):
        assert pytest.raises(KeyhomeError, Router.from_cluster, reply).value.code == "cluster.reply"


def test_repr() -> None:
    assert [repr(router) for router in made()[:2]] == [
        "<keyhome.Router: twemproxy, 3 nodes>",
        "<keyhome.Router: twemproxy, 3 nodes, 2 gone>",
    ]
