"""Health and replica sets as objects. That they decide as the core does is shown in `cargo xtask test doors`."""

from __future__ import annotations

import collections
import copy
import pickle
import threading
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest
from processes import all_agree_in_forks

import keyhome
from keyhome import Health, HealthRules, KeyhomeError, ReplicaOptions, ReplicaSet, Router

EJECTING: HealthRules = {"auto_eject_hosts": True, "server_failure_limit": 1}
CLUSTER = [[0, 16383, ["10.0.0.1", 6379], ["10.0.0.2", 6379], ["10.0.0.3", 6379]]]


@pytest.fixture
def replicas() -> ReplicaSet:
    return ReplicaSet(Router.from_cluster(CLUSTER), 0, {"read_from": "round-robin"})


def test_an_ejection(router: Router) -> None:
    health = Health(EJECTING, 3)
    assert repr(health) == "<keyhome.Health: remap, 3 of 3 nodes live>"
    assert (health.update(1), health.gone(), health.live) == ("same", [], 3)
    health.report(1, "failure", 1_000_000)
    assert (health.update(1_000_001), health.update(1_000_001)) == ("changed", "same")
    assert (health.gone(), health.live, health.is_live(1), health.is_all_gone()) == ([1], 2, False, False)
    without = router.without_indexes(health.gone())
    assert without.node("user:1001").name != "redis-2" == router.node("user:1001").name
    health.admit(1, 1_000_002)
    for index in (0, 2):
        health.report(index, "failure", 1_000_003)
    assert (health.update(1_000_004), health.is_all_gone(), health.live) == ("empty", True, 0)
    assert health.update(31_000_004) == "changed"
    names = ["ejected", "ejected", "ejected", "all_gone", "returned", "returned", "returned"]
    events = [event["event"] for event in health.take_events()]
    assert collections.Counter(events) == collections.Counter(names)
    assert health.take_events() == []


def test_checks() -> None:
    health = Health({**EJECTING, "on_failure": "probe", "server_retry_timeout": 1000}, nodes=2)
    health.report(index=0, outcome="failure", now=5)
    assert (health.next_check(), health.due_checks(4), health.due_checks(1_000_005)) == (1_000_005, [], [0])
    health.report(0, "check_failed", 1_000_006)
    assert health.next_check() == 2_000_006
    health.report(0, "check_passed", 2_000_007)
    assert (health.next_check(), health.is_live(0)) == (None, True)


def test_rules_are_any_mapping() -> None:
    defaults = Health({}, 1).snapshot()["rules"]
    assert defaults == {
        "on_failure": "remap",
        "auto_eject_hosts": False,
        "server_failure_limit": 2,
        "server_retry_timeout": 30000,
    }
    mappings: list[Any] = [
        types.MappingProxyType({"server_failure_limit": 7}),
        collections.ChainMap({"server_failure_limit": 7}, {"timeout": -1}),
        collections.defaultdict(lambda: None, server_failure_limit=7),
        {"server_failure_limit": 7, "on_failure": None, 3: 4},
    ]
    for mapping in mappings:
        assert Health(mapping, 1).snapshot()["rules"] == {**defaults, "server_failure_limit": 7}


def test_what_rules_are_not() -> None:
    refused: list[tuple[Any, Any, str]] = [
        (None, 1, "argument.type"),
        ([], 1, "argument.type"),
        ("remap", 1, "argument.type"),
        ({"on_failure": "eject"}, 1, "argument.type"),
        ({"on_failure": 1}, 1, "argument.type"),
        ({"on_failure": "\ud800"}, 1, "argument.type"),
        ({"auto_eject_hosts": 1}, 1, "argument.type"),
        ({"server_failure_limit": "2"}, 1, "argument.type"),
        ({"server_failure_limit": 1.0}, 1, "argument.type"),
        ({"server_failure_limit": -1}, 1, "argument.range"),
        ({"server_failure_limit": 2**31}, 1, "argument.range"),
        ({"server_retry_timeout": 2**64}, 1, "argument.range"),
        ({}, None, "argument.type"),
        ({}, 1.5, "argument.type"),
        ({}, -1, "argument.range"),
        ({}, 0, "pool.empty"),
        ({}, 65536, "config.nodes"),
        ({}, 2**64, "argument.range"),
    ]
    for rules, nodes, code in refused:
        assert pytest.raises(KeyhomeError, Health, rules, nodes).value.code == code, (rules, nodes)


def test_what_a_mapping_raises_is_the_cause(router: Router) -> None:
    class Broken(collections.UserDict[str, Any]):
        raises: type[BaseException] = ZeroDivisionError

        def __getitem__(self, name: str) -> Any:
            raise self.raises

    broken: Any = Broken()
    for make in (lambda: Health(broken, 1), lambda: ReplicaSet(router, 0, broken)):
        error = pytest.raises(KeyhomeError, make).value
        assert error.code == "argument.type"
        assert isinstance(error.__cause__, ZeroDivisionError)
    Broken.raises = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        Health(broken, 1)


def test_a_reload(router: Router) -> None:
    health = Health(EJECTING, 3)
    health.report(1, "failure", 7)
    before = health.snapshot()
    other = router.without(["redis-1"])  # its nodes and indexes stay
    larger = Router.from_config("pool: {servers: [h:1:1 redis-3, h:2:1 redis-2, h:3:1, h:4:1]}")
    odd: list[Any] = [None, 1, "router", [], object(), health, router.nodes]
    for no_router in odd:
        assert (
            pytest.raises(KeyhomeError, health.reloaded, EJECTING, no_router, router, 8).value.code == "argument.type"
        )
        assert (
            pytest.raises(KeyhomeError, health.reloaded, EJECTING, router, no_router, 8).value.code == "argument.type"
        )
    refused: list[tuple[Any, Router, Any, str]] = [
        (None, router, 8, "argument.type"),
        ({"on_failure": "no"}, router, 8, "argument.type"),
        ({"server_failure_limit": -1}, router, 8, "argument.range"),
        (EJECTING, larger, 8, "argument.range"),
        (EJECTING, router, -1, "argument.range"),
        (EJECTING, router, "8", "argument.type"),
    ]
    for rules, old, now, code in refused:
        assert pytest.raises(KeyhomeError, health.reloaded, rules, old, router, now).value.code == code
    following = health.reloaded(EJECTING, old=router, new=larger, now=8)
    assert repr(following) == "<keyhome.Health: remap, 3 of 4 nodes live>"
    assert (following.gone(), following.update(8), following.gone()) == ([], "changed", [1])
    assert following.update(30_000_008) == "changed"
    assert [(event["event"], event.get("index")) for event in following.take_events()] == [("returned", 1)]
    assert health.reloaded(EJECTING, other, router, 8).live == 2
    assert health.reloaded({}, router, router, 8).live == 3
    assert health.snapshot() == before


def test_a_call_that_is_refused_changes_nothing(replicas: ReplicaSet) -> None:
    health = Health(EJECTING, 3)
    health.report(0, "failure", 7)
    replicas.sent(1, 5)
    before = health.snapshot(), replicas.snapshot()
    odd: list[Any] = [None, -1, 2**64, 1.5, "1", b"1", [], object(), 3, 2**63]
    calls: list[Callable[[Any], object]] = [
        lambda odd: health.report(odd, "failure", 7),
        lambda odd: health.report(0, odd, 7),
        lambda odd: health.report(99, "failure", odd),
        lambda odd: health.admit(odd, None),  # type: ignore[arg-type]
        lambda odd: replicas.sent(odd, 1),
        lambda odd: replicas.sent(9, odd),
        lambda odd: replicas.done(odd, 1, 1),
        lambda odd: replicas.done(9, odd, 1),
        lambda odd: replicas.failed(odd, 1),
        lambda odd: replicas.released(odd, 1),
        lambda odd: replicas.set_up(odd, False),
        lambda odd: replicas.set_up(0, odd),
        lambda odd: replicas.choose(odd, odd, "sideways"),  # type: ignore[arg-type]
        lambda odd: replicas.replace(odd, 0),
        lambda odd: replicas.replace(Router.from_cluster(CLUSTER), odd) if odd != 0 else None,
    ]
    for call in calls:
        for value in odd:
            code = pytest.raises(KeyhomeError, call, value).value.code
            assert code in ("argument.type", "argument.range")
    assert (health.snapshot(), replicas.snapshot()) == before


def test_reads_by_turns(replicas: ReplicaSet) -> None:
    assert (repr(replicas), replicas.count) == ("<keyhome.ReplicaSet: round-robin, 3 endpoints>", 3)
    assert [replicas.choose(0, 1) for _ in range(4)] == [0, 1, 2, 0]
    assert {replicas.choose(dice, 1, "random") for dice in range(50)} == {0, 1, 2}
    assert replicas.choose(2**64 - 1, 2**64 - 1, "primary") == 0
    replicas.set_up(0, False)
    error = pytest.raises(KeyhomeError, replicas.choose, 1, 1, "primary").value
    assert (error.code, replicas.read_from) == ("replica.unavailable", "round-robin")
    assert [replicas.is_up(endpoint) for endpoint in range(4)] == [False, True, True, False]


def test_a_failover(replicas: ReplicaSet) -> None:
    replicas.sent(1, 5)
    replicas.done(1, 300, 305)
    replicas.sent(1, 400)
    moved = Router.from_cluster([[0, 16383, ["10.0.0.2", 6379], ["10.0.0.9", 6379], ["10.0.0.1", 6379]]])
    assert replicas.replace(moved, 0) == [2, 0, None]
    assert (replicas.in_flight(0), replicas.latency(0), replicas.latency(1)) == (1, 300, None)


def test_what_replica_options_are_not(router: Router) -> None:
    assert ReplicaSet(router, index=2).read_from == "primary"
    for read_from in get_args(keyhome.ReadFrom):
        options: ReplicaOptions = {"read_from": read_from, "zone": "a"}
        assert ReplicaSet(router, 0, options).read_from == read_from
    refused: list[tuple[tuple[Any, ...], str]] = [
        ((None, 0), "argument.type"),
        (("router", 0), "argument.type"),
        ((router, None), "argument.type"),
        ((router, -1), "argument.range"),
        ((router, 3), "argument.range"),
        ((router, 0, "nearest"), "argument.type"),
        ((router, 0, {"read_from": "sideways"}), "argument.type"),
        ((router, 0, {"read_from": 1}), "argument.type"),
        ((router, 0, {"zone": 1}), "argument.type"),
    ]
    for arguments, code in refused:
        assert pytest.raises(KeyhomeError, ReplicaSet, *arguments).value.code == code, arguments


def test_what_changes_is_not_copied(replicas: ReplicaSet) -> None:
    for one in (Health({}, 1), replicas, keyhome.HotKeys()):
        for take in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError):
                take(one)
        with pytest.raises(TypeError):
            type("Child", (type(one),), {})


def test_threads(replicas: ReplicaSet) -> None:
    health = Health({"auto_eject_hosts": True, "server_failure_limit": 2**31 - 1}, 3)
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for _ in range(5000):
            health.update(1)
            health.report(number % 3, "failure", 1)
            replicas.sent(1, 1)
            replicas.choose(number, 1)
            health.snapshot()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert [node["failure_count"] for node in health.snapshot()["nodes"]] == [10_000, 5_000, 5_000]
    assert replicas.in_flight(1) == 20_000


def test_forks(replicas: ReplicaSet) -> None:
    health = Health(EJECTING, 3)

    def works() -> bool:
        health.report(0, "failure", 5)
        replicas.sent(0, 5)
        return health.update(6) == "changed" and replicas.in_flight(0) == 1

    # While other threads are busy with the same objects.
    busy = threading.Event()

    def work() -> None:
        while not busy.is_set():
            health.snapshot()
            replicas.snapshot()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert all_agree_in_forks(works, 20)
    finally:
        busy.set()
        for thread in threads:
            thread.join()
