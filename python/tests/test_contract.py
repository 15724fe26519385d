"""Every case of the contract that has to do with what this package offers: all files but the commands."""

from __future__ import annotations

import itertools
import re
from array import array
from typing import Any

import pytest
from cases import Case, Count, cases, homes_of, keys_of

import keyhome
from keyhome import KeyhomeError, Router


def router_of(case: Case) -> Router:
    router = Router.from_config(case["config"], case["pool"])
    without = case.get("without", [])
    return router.without(without) if without else router


def as_text(key: bytes) -> str | bytes:
    try:
        return key.decode()
    except UnicodeDecodeError:
        return key


def home_of(router: Router, key: bytes) -> int | str:
    """The index of a key, or the code of its error; the same for every kind of key."""

    def ask(key: keyhome.Key) -> int | str:
        try:
            index = router.index(key)
            assert router.node(key) is router.nodes[index]
            return index
        except KeyhomeError as error:
            with pytest.raises(KeyhomeError, match=re.escape(str(error))):
                router.node(key)
            assert error.position is None
            return error.code

    home = ask(key)
    assert ask(as_text(key)) == ask(bytearray(key)) == ask(memoryview(key)) == home
    return home


def homes(router: Router, keys: list[bytes]) -> list[int | str]:
    """One at a time, all at once, packed and grouped: all must say the same."""
    homes = [home_of(router, key) for key in keys]
    offsets = array("I", itertools.accumulate(map(len, keys), initial=0))
    many: list[Any] = [
        lambda: router.indexes(keys),
        lambda: router.indexes([as_text(key) for key in keys]),
        lambda: router.indexes(tuple(map(memoryview, keys))),
        lambda: router.indexes_packed(b"".join(keys), offsets),
    ]
    errors = [(position, home) for position, home in enumerate(homes) if isinstance(home, str)]
    for ask in many:
        if errors:
            with pytest.raises(KeyhomeError) as error:
                ask()
            assert (error.value.position, error.value.code) == errors[0]
        else:
            assert ask().tolist() == homes
    if not errors:
        groups = router.group(keys)
        assert list(groups) == sorted(set(homes))
        for index, positions in groups.items():
            assert positions == [position for position, home in enumerate(homes) if home == index]
    return homes


def is_excepted(case: Case, key: bytes) -> bool:
    """The contract's README excepts keys that are not UTF-8 in a `charsum` pool of one node."""
    return case["name"].split(",")[0] == "charsum 1" and isinstance(as_text(key), bytes)


def compare_homes(case: Case, router: Router, keys: list[bytes], wanted: list[int | str]) -> None:
    given = homes(router, keys)
    assert len(given) == len(wanted)
    for key, given_home, wanted_home in zip(keys, given, wanted, strict=True):
        assert given_home == wanted_home or is_excepted(case, key), (case["name"], key)


def test_placement(count: Count) -> None:
    all_cases = cases("placement")
    for case in all_cases:
        compare_homes(case, router_of(case), keys_of(case), homes_of(case))
    count(len(all_cases), sum(len(case["keys_hex"]) for case in all_cases), "keys", 292)


def test_without(count: Count) -> None:
    all_cases = cases("without")
    for case in all_cases:
        router = router_of(case)
        for step in case["steps"]:
            if "error" in step:
                with pytest.raises(KeyhomeError) as error:
                    router.without(step["names"])
                assert error.value.code == step["error"]
                continue
            nodes = router.nodes
            router = router.without(step["names"])
            assert router.nodes is nodes
            compare_homes(case, router, keys_of(case), homes_of(step))
    count(len(all_cases), sum(len(case["steps"]) for case in all_cases), "steps", 128)


def test_successors(count: Count) -> None:
    all_cases = cases("successors")
    keys = 0
    for case in all_cases:
        router = router_of(case)
        for key, wanted in zip(keys_of(case), case["successors"], strict=True):
            nodes = router.successors(key, case["n"])
            assert nodes == [router.nodes[index] for index in wanted], case["name"]
            keys += 1
    count(len(all_cases), keys, "keys", 175)


def test_balance(count: Count) -> None:
    all_cases = cases("balance")
    for case in all_cases:
        wanted = {name: case[name] for name in ("range", "shares", "uncovered") if name in case}
        assert router_of(case).balance() == wanted, case["name"]
    count(len(all_cases), sum(len(case["shares"]) for case in all_cases), "shares", 285)


def test_diff(count: Count) -> None:
    all_cases = cases("diff")
    for case in all_cases:
        diff = Router.from_config(case["old"]).diff(Router.from_config(case["new"]))
        assert diff == {name: case[name] for name in case if name not in ("name", "old", "new")}, case["name"]
    count(len(all_cases), sum(len(case.get("moves", [])) for case in all_cases), "moves", 95)


def test_fingerprint(count: Count) -> None:
    all_cases = cases("fingerprint")
    configs = 0
    for case in all_cases:
        groups = [{Router.from_config(config).fingerprint for config in group} for group in case["groups"]]
        assert all(len(group) == 1 for group in groups), case["name"]
        fingerprints = [fingerprint for group in groups for fingerprint in group]
        assert len(set(fingerprints)) == len(fingerprints), case["name"]
        assert all(re.fullmatch("k1-[0-9a-f]{16}", fingerprint) for fingerprint in fingerprints)
        configs += sum(map(len, case["groups"]))
    count(len(all_cases), configs, "configs", 12)


def test_slots(count: Count) -> None:
    all_cases = cases("slots")
    for case in all_cases:
        keys = keys_of(case)
        offsets = array("I", itertools.accumulate(map(len, keys), initial=0))
        assert keyhome.slots(keys).tolist() == case["slots"]
        assert keyhome.slots_packed(b"".join(keys), offsets).tolist() == case["slots"]
        for key, slot in zip(keys, case["slots"], strict=True):
            assert keyhome.slot(key) == keyhome.slot(as_text(key)) == keyhome.slot(memoryview(key)) == slot
    count(len(all_cases), sum(len(case["keys_hex"]) for case in all_cases), "keys", 1)


def as_bytes(reply: Any) -> Any:
    """The reply as a client hands it over that decodes no text."""
    match reply:
        case str():
            return reply.encode()
        case list():
            return [as_bytes(item) for item in reply]
        case dict():
            return {as_bytes(name): as_bytes(value) for name, value in reply.items()}
        case _:
            return reply


def test_cluster(count: Count) -> None:
    all_cases = cases("cluster")
    for case in all_cases:
        for reply in (case["reply"], as_bytes(case["reply"])):
            if "error" in case:
                with pytest.raises(KeyhomeError) as error:
                    Router.from_cluster(reply)
                assert error.value.code == case["error"], case["name"]
                continue
            router = Router.from_cluster(reply)
            nodes = [
                {"name": node.name, "address": node.address, "replicas": sorted(copy.address for copy in node.replicas)}
                for node in router.nodes
            ]
            assert nodes == [{**node, "replicas": sorted(node["replicas"])} for node in case["nodes"]], case["name"]
            compare_homes(case, router, keys_of(case), homes_of(case))
    count(len(all_cases), sum(len(case.get("keys_hex", [])) for case in all_cases), "keys", 48)


def member(node: keyhome.Node | keyhome.Replica, name: str) -> Any:
    value = getattr(node, name)
    if name != "replicas":
        return value
    return [{"address": copy.address, "zone": copy.zone} for copy in value]


def test_config(count: Count) -> None:
    """Names and nodes of the pools. Options cannot be seen through this door; the Rust tests compare them."""
    all_cases = cases("config")
    pools = nodes = 0
    for case in all_cases:
        for pool in case["pools"]:
            router = Router.from_config(case["config"], pool["name"])
            for node, wanted in zip(router.nodes, pool.get("nodes", router.nodes), strict=True):
                if isinstance(wanted, dict):
                    assert {name: member(node, name) for name in wanted} == wanted, case["name"]
                    nodes += 1
            pools += 1
        if len(case["pools"]) > 1:
            with pytest.raises(KeyhomeError) as error:
                Router.from_config(case["config"])
            assert error.value.code == "pool.required"
    count(len(all_cases), pools, f"pools, {nodes} nodes", 66)


def test_config_errors(count: Count) -> None:
    all_cases = cases("config_errors")
    for case in all_cases:
        with pytest.raises(KeyhomeError) as caught:
            Router.from_config(case["config"], case["pool"])
        error = caught.value
        assert error.code == case["code"], case["name"]
        for given, wanted in ((error.line, case["line"]), (error.column, case["column"])):
            assert wanted is None or given == wanted, (case["name"], error.line, error.column)
    count(len(all_cases), len(all_cases), "errors", 161)
