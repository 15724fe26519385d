"""Commands without keys: by the core's table to any node, to all, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import redis as redis_py
from servers import RedisServer

from keyhome import KeyhomeError

from .faces import Face
from .support import key_on, keys_of


def test_all_nodes_are_asked_and_replies_become_one(client: Any, servers: list[RedisServer]) -> None:
    keys = keys_of(client, 100)
    client.mset(dict.fromkeys(keys, 1))
    assert client.dbsize() == 100
    assert sorted(client.keys("key:1*")) == sorted(key.encode() for key in keys if key.startswith("key:1"))
    assert client.flushdb()
    assert client.dbsize() == 0
    client.mset(dict.fromkeys(keys, 1))
    assert client.flushall()
    assert [server.ask("DBSIZE") for server in servers] == [0, 0, 0]
    assert client.ping()
    assert client.echo("word") == b"word"
    assert len(client.time()) == 2
    assert client.wait(0, 10) == 0
    assert client.randomkey() is None


def test_info_and_slowlog_come_node_by_node(client: Any, servers: list[RedisServer]) -> None:
    info = client.info("server")
    assert [info[f"node-{at}"]["tcp_port"] for at in range(3)] == [server.port for server in servers]
    with pytest.raises(KeyError, match=r"node-0, node-1, node-2 .*nodes\(\)") as refused:
        info["redis_version"]
    assert getattr(refused.value, "code", None) == "client.nodes"
    client.config_set("slowlog-log-slower-than", 0)
    for server in servers:
        assert server.ask("CONFIG", "GET", "slowlog-log-slower-than")[1] == "0"
        server.ask("SLOWLOG", "RESET")
    for node in range(3):
        client.set(key_on(client, node), "slow")
    client.config_set("slowlog-log-slower-than", 10_000)
    slow = [entry["command"].split()[1] for entry in client.slowlog_get(100) if entry["command"].startswith(b"SET ")]
    assert slow == [key_on(client, node).encode() for node in range(3)]
    assert client.slowlog_len() >= 3
    assert client.slowlog_reset()
    assert client.slowlog_len() == 0


def test_client_list_has_connections_to_all(client: Any, servers: list[RedisServer]) -> None:
    client.ping()
    listed = {entry["laddr"] for entry in client.client_list()}
    assert listed == {server.address for server in servers}


REFUSED: list[tuple[str | int, ...]] = [
    ("HELLO", 3),
    ("READONLY",),
    ("RESET",),
    ("CLIENT REPLY", "OFF"),
    ("CLIENT GETNAME",),
    ("ACL WHOAMI",),
    ("CLIENT KILL", "TYPE", "normal"),
    ("SHUTDOWN", "NOSAVE"),
    ("DEBUG", "SLEEP", 0),
    ("REPLICAOF", "NO", "ONE"),
    ("CLUSTER", "RESET"),
    ("FAILOVER",),
    ("CLIENT ID",),
    ("SYNC",),
    ("MONITOR",),
]


def test_what_is_of_one_connection_or_one_server_is_refused(client: Any, servers: list[RedisServer]) -> None:
    for words in REFUSED:
        with pytest.raises(KeyhomeError, match=r"nodes\(\)") as refused:
            client.execute_command(*words)
        assert refused.value.code == "client.unsupported", words
    with pytest.raises(KeyhomeError) as refused:
        client.monitor()
    assert refused.value.code == "client.unsupported"
    with pytest.raises(KeyhomeError) as refused:
        client.execute_command("NOSUCHCOMMAND", "a")
    assert refused.value.code == "command.unknown"
    assert [server.ask("PING") for server in servers] == ["PONG"] * 3


def test_module_commands_go_to_the_node_of_their_key(client: Any, servers: list[RedisServer]) -> None:
    # The servers have no such module; who was asked is to be seen in who refused. (Old ones refuse a word of redis-py's
    # about itself, too, when it connects.)
    client.dbsize()
    for server in servers:
        server.ask("CONFIG", "RESETSTAT")
    runs: list[Callable[[], object]] = [
        lambda: client.json().set(key_on(client, 1), "$", 1),
        lambda: client.bf().add(key_on(client, 1), "x"),
        lambda: client.ts().get(key_on(client, 1)),
    ]
    for run in runs:
        with pytest.raises(redis_py.ResponseError, match="unknown command"):
            run()
    assert ["errorstat_ERR:count=3" in server.ask("INFO", "errorstats") for server in servers] == [False, True, False]


def test_passwords_databases_and_options_for_each_node(face: Face, servers: list[RedisServer]) -> None:
    asked: list[tuple[str, str]] = []

    def options(node: Any, address: str) -> dict[str, Any]:
        asked.append((node.name, address))
        return {"client_name": f"for-{node.name}"}

    client = face.sharded(servers, settings={"redis_db": 3}, node_options=options)
    client.set(key_on(client, 1), "v")
    assert asked == [(f"node-{at}", server.address) for at, server in enumerate(servers)]
    assert servers[1].ask("DBSIZE") == 0, "it is in another database"
    assert "name=for-node-1 " in servers[1].ask("CLIENT", "LIST")
    with pytest.raises(KeyhomeError):
        face.sharded(servers, host="127.0.0.1")
