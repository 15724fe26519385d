"""Commands, cursors and settings. Every case of the contract is asked in `cargo xtask test doors`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import Count, cases

import keyhome
from keyhome import KeyhomeError


def test_contract(count: Count) -> None:
    asked = cases("commands")
    for case in asked:
        for words in (case["args"], [word.encode() for word in case["args"]]):
            try:
                assert keyhome.command_keys(words) == case["positions"]
                assert keyhome.command_keys(tuple(words)) == keyhome.command_keys(iter(words)) == case["positions"]
            except KeyhomeError as error:
                assert error.code == case["error"]
    count(len(asked), len(asked) * 2, "lists of words", 830)


def test_every_kind_of_word() -> None:
    words: list[Any] = [b"ZUNIONSTORE", bytearray(b"sum"), 2, memoryview(b"a"), np.str_("b"), "WEIGHTS", 1.5, 10**30]
    assert keyhome.command_keys(words) == [1, 3, 4]
    words[2] = "2"
    assert keyhome.command_route(words)["keys"] == [1, 3, 4]
    many: list[Any] = ["MSET"]
    for number in range(100_000):
        many += [f"key:{number}", number]
    assert keyhome.command_keys(many) == list(range(1, 200_001, 2))


NO_WORDS: list[Any] = [None, True, object(), [], {}, 1j, ["GET"], memoryview(b"abcd").cast("I")]


@pytest.mark.parametrize("ask", [keyhome.command_keys, keyhome.command_route])
def test_what_is_no_command(ask: Callable[[Any], object]) -> None:
    for word in NO_WORDS:
        for position in (0, 1, 2):
            words = ["SET", "a", "1"]
            words[position] = word
            error = pytest.raises(KeyhomeError, ask, words).value
            assert (error.code, error.position) == ("key.type", position)
    for no_list in (None, 1, "GET a", b"GET a", bytearray(b"GET"), memoryview(b"GET")):
        assert pytest.raises(KeyhomeError, ask, no_list).value.code == "argument.type"
    error = pytest.raises(KeyhomeError, ask, ["GET", "\ud800"]).value
    assert (error.code, error.position) == ("key.encoding", 1)
    refused = {(): "command.arguments", ("GET",): "command.arguments", ("GOT", "a"): "command.unknown"}
    for refusing, code in refused.items():
        assert pytest.raises(KeyhomeError, ask, refusing).value.code == code


def test_routes() -> None:
    assert keyhome.command_route(["get", "a"]) == {
        "command": "get",
        "access": "read",
        "blocking": False,
        "keys": [1],
        "channels": [],
        "fan_out": "home",
        "merge": "none",
        "key_step": 1,
    }
    route = keyhome.command_route(["SPUBLISH", "channel", "text"])
    assert (route["keys"], route["channels"], route["fan_out"]) == ([], [1], "channel")
    assert keyhome.command_route(["XGROUP", "CREATE", "a", "b", "$"])["command"] == "xgroup|create"
    assert pytest.raises(KeyhomeError, keyhome.command_route, ["MSET", "a"]).value.code == "command.arguments"


def test_kinds() -> None:
    assert keyhome.command_kind("get") == {
        "command": "get",
        "access": "read",
        "blocking": False,
        "fan_out": "home",
        "merge": "none",
        "key_step": 1,
        "container": False,
        "only_key": 1,
    }
    assert keyhome.command_kind(b"Get", "key") == keyhome.command_kind("GET", None) == keyhome.command_kind("GET")

    def words(name: str, subcommand: bytes | None = None) -> tuple[str, bool, int | None]:
        kind = keyhome.command_kind(name, subcommand)
        return kind["command"], kind["container"], kind["only_key"]

    assert words("XGROUP", b"create") == ("xgroup|create", False, 2)
    assert words("XGROUP") == ("xgroup", True, None)
    assert words("MSET") == ("mset", False, None)
    for unknown in (("GOT",), ("",), ("XGROUP", "no"), ("XGROUP", ""), ("xgroup|create",)):
        assert pytest.raises(KeyhomeError, keyhome.command_kind, *unknown).value.code == "command.unknown"
    for word in NO_WORDS:
        assert pytest.raises(KeyhomeError, keyhome.command_kind, word).value.position == 0
        # None is a second word that is not given.
        if word is not None:
            words_given: list[Any] = ["GET", word]
            error = pytest.raises(KeyhomeError, keyhome.command_kind, *words_given).value
            assert (error.code, error.position) == ("key.type", 1)
    error = pytest.raises(KeyhomeError, keyhome.command_kind, "GET", "\ud800").value
    assert (error.code, error.position) == ("key.encoding", 1)


def test_kinds_are_those_of_routes() -> None:
    for case in cases("commands"):
        if case.get("positions") is None:
            continue
        args = case["args"]
        kind = keyhome.command_kind(*args[:2])
        if kind["only_key"] is not None:
            assert case["positions"] == [kind["only_key"]]
        try:
            route = keyhome.command_route(args)
        except KeyhomeError:
            continue
        assert {**kind, **route} == {**route, "container": kind["container"], "only_key": kind["only_key"]}


def test_a_scan_over_nodes() -> None:
    nodes = {0: [17, 2**40, 0], 1: [0], 2: [5, 0]}
    cursor, asked = 0, []
    while True:
        node, own = keyhome.scan_target(cursor, 3)
        target = keyhome.scan_target(str(cursor), 3)
        assert (target.node, target.cursor) == (node, own) == keyhome.scan_target(str(cursor).encode(), 3)
        asked.append((node, own))
        answered = nodes[node].pop(0)
        following = keyhome.scan_next(cursor, answered, 3)
        assert following == keyhome.scan_next(str(cursor), str(answered).encode(), 3)
        cursor = following
        if cursor == 0:
            break
    assert asked == [(0, 0), (0, 17), (0, 2**40), (1, 0), (2, 0), (2, 5)]


def test_what_is_no_cursor() -> None:
    no_cursors: list[Any] = [-1, 2**64, "x", "-1", "", b"", "0x10", 10**30, " 1", "\u0661"]
    for cursor in no_cursors:
        for call in (
            lambda cursor: keyhome.scan_target(cursor, 3),
            lambda cursor: keyhome.scan_next(cursor, 0, 3),
            lambda cursor: keyhome.scan_next(0, cursor, 3),
        ):
            assert pytest.raises(KeyhomeError, call, cursor).value.code == "command.arguments"
    odd: list[Any] = [None, 1.5, [], object(), "\ud800"]
    for cursor in odd:
        assert pytest.raises(KeyhomeError, keyhome.scan_target, cursor, 3).value.code == "argument.type"
    for no_count in odd:
        assert pytest.raises(KeyhomeError, keyhome.scan_target, 0, no_count).value.code == "argument.type"
    assert pytest.raises(KeyhomeError, keyhome.scan_target, 0, 0).value.code == "command.arguments"
    assert pytest.raises(KeyhomeError, keyhome.scan_target, 0, -1).value.code == "argument.range"
    assert pytest.raises(KeyhomeError, keyhome.scan_next, 0, 2**63, 3).value.code == "command.arguments"


def test_failures() -> None:
    for error in ("OOM command not allowed", b"-LOADING Redis is loading", bytearray(b"BUSY\r\n")):
        assert keyhome.is_failure(error)
    for error in ("", "ERR OOM", b"BUSYKEY Target key name already exists.", "oom", "\ud800", "OOM\ud800"):
        assert not keyhome.is_failure(error)
    odd: list[Any] = [None, 1, ["OOM"], object(), ValueError("OOM")]
    for no_error in odd:
        assert pytest.raises(KeyhomeError, keyhome.is_failure, no_error).value.code == "argument.type"


def test_settings(count: Count) -> None:
    pools = 0
    for case in cases("config"):
        for pool in case["pools"]:
            settings = keyhome.pool_settings(case["config"], pool["name"])
            assert settings == {"name": pool["name"], **pool["options"]}
            assert keyhome.pool_settings(case["config"].encode(), pool["name"]) == settings
            pools += 1
    count(len(cases("config")), pools, "pools", 66)


def test_settings_are_what_health_and_replicas_take() -> None:
    text = "p: {servers: [h:1:1], on_failure: fail, server_retry_timeout: 5, read_from: nearest, zone: a}"
    settings = keyhome.pool_settings(text)
    rules = keyhome.Health(settings, 1).snapshot()["rules"]
    assert rules == {
        "on_failure": "fail",
        "auto_eject_hosts": False,
        "server_failure_limit": 2,
        "server_retry_timeout": 5,
    }
    snapshot = keyhome.ReplicaSet(keyhome.Router.from_config(text), 0, settings).snapshot()
    assert (snapshot["read_from"], snapshot["zone"]) == ("nearest", "a")


def test_what_is_no_config() -> None:
    for case in cases("config_errors"):
        error = pytest.raises(KeyhomeError, keyhome.pool_settings, case["config"], case["pool"]).value
        assert error.code == case["code"]
    odd: list[Any] = [None, 1, [], {}]
    for no_text in odd:
        assert pytest.raises(KeyhomeError, keyhome.pool_settings, no_text).value.code == "argument.type"
