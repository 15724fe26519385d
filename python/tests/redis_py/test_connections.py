"""SELECT, AUTH and CLIENT SETNAME: for all connections of a client at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from redis.exceptions import ConnectionError, ResponseError
from servers import RedisServer, wait_until

from keyhome import KeyhomeError
from keyhome.redis import SplitError

from .faces import Face, config_of
from .support import key_on, keys_of, succeeds


@pytest.mark.parametrize("words", [("SELECT", 3), ("select", b"3")])
def test_select_is_for_all_connections(face: Face, client: Any, servers: list[RedisServer], words: Any) -> None:
    keys = keys_of(client, 60)
    client.mset(dict.fromkeys(keys, 0))
    assert face.asked(client.execute_command(*words)) is True
    assert client.mget(keys) == [None] * 60
    client.mset(dict.fromkeys(keys, 3))
    for server in servers:
        assert {"db0", "db3"} <= set(re.findall(r"db\d+", server.ask("INFO", "keyspace")))
    # What is connected later, or made by a reload, hears of it too.
    face.asked(client.connection_pool.disconnect())
    assert client.dbsize() == 60
    client.reload(config_of(servers[:2]))
    assert client.set("later", 1)
    assert client.select(0) is True
    assert client.get("later") is None


def test_a_database_that_there_is_not_changes_nothing(client: Any, servers: list[RedisServer]) -> None:
    client.select(1)
    # One of them alone refuses it.
    with pytest.raises(ResponseError, match="out of range"):
        client.select(99)
    client.set("key", 1)
    assert client.get("key") == b"1"
    assert sum("db1:" in server.ask("INFO", "keyspace") for server in servers) == 1
    for words in (("SELECT",), ("SELECT", 1, 2), ("SELECT", "first"), ("AUTH",), ("CLIENT SETNAME", "a", "b")):
        with pytest.raises(KeyhomeError) as refused:
            client.execute_command(*words)
        assert refused.value.code == "command.arguments", words


def test_auth_is_for_all_connections(client: Any, servers: list[RedisServer]) -> None:
    for server in servers:
        server.ask("ACL", "SETUSER", "ada", "on", ">secret", "~*", "+@all")
    servers[2].ask("ACL", "SETUSER", "ada", "<secret", ">another")
    try:
        with pytest.raises(SplitError) as failed:
            client.auth("secret", "ada")
        assert [part.node.name for part in failed.value.failures] == ["node-2"]
        assert "user=ada" not in str([server.ask("CLIENT", "LIST") for server in servers])
        servers[2].ask("ACL", "SETUSER", "ada", ">secret")
        assert client.auth("secret", "ada") is True
        assert client.mget(keys_of(client, 60)) == [None] * 60
        assert {each["user"] for each in client.client_list()} == {"ada"}
    finally:
        for server in servers:
            server.ask("ACL", "DELUSER", "ada")


def test_the_name_of_all_connections(client: Any, servers: list[RedisServer]) -> None:
    assert client.client_setname("worker") is True
    client.mget(keys_of(client, 60))
    assert all("name=worker" in server.ask("CLIENT", "LIST") for server in servers)


def test_a_node_that_is_away_hears_of_it_when_it_is_back(client: Any, servers: list[RedisServer]) -> None:
    key = key_on(client, 1)
    servers[1].kill()
    assert client.select(2) is True
    servers[1].start_again()
    wait_until(lambda: succeeds(lambda: client.set(key, 1), ConnectionError), "the node is asked again")
    assert "db2:" in servers[1].ask("INFO", "keyspace")


@pytest.mark.parametrize("transaction", [False, True])
@pytest.mark.parametrize("words", [("SELECT", 1), ("AUTH", "x"), ("CLIENT SETNAME", "x")])
def test_not_among_other_commands(client: Any, transaction: bool, words: Any) -> None:
    pipeline = client.pipeline(transaction)
    pipeline.set("key", 1)
    pipeline.execute_command(*words)
    with pytest.raises(KeyhomeError) as refused:
        pipeline.execute()
    assert refused.value.code == "client.unsupported"
    pipeline.watch("key")
    with pytest.raises(KeyhomeError) as refused:
        pipeline.execute_command(*words)
    assert refused.value.code == "client.unsupported"
    pipeline.reset()


def test_subscriptions_go_on(client: Any, servers: list[RedisServer]) -> None:
    keys = keys_of(client, 60)
    pubsub = client.pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe("news", "more")
    client.select(5)
    assert client.get(keys[0]) is None
    # They move to the connections that are made anew.
    for channel in ("news", "more"):

        def is_heard(channel: str = channel) -> bool:
            client.publish(channel, "x")
            return pubsub.get_message(timeout=0.2) is not None

        wait_until(is_heard, "it is heard there")
        assert client.publish(channel, "x") == 1
    pubsub.close()
