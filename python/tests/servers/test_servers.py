"""The servers of the tests are what they say, and are gone when they are to be."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import keyhome

from . import Nutcracker, RedisServer, ReplyError, Scratch, SilentServer, ask, wait_until, yaml


def test_a_server_that_is_killed_and_started_again_on_its_port(scratch: Scratch) -> None:
    redis = RedisServer.start(scratch)
    assert redis.ask("SET", "k", "é") == "OK"
    assert redis.ask("GET", "k") == "é"
    redis.kill()
    with pytest.raises(ConnectionRefusedError):
        redis.ask("GET", "k")
    redis.start_again()
    assert redis.ask("GET", "k") is None


def test_a_server_that_hangs(scratch: Scratch) -> None:
    redis = RedisServer.start(scratch)
    redis.pause()
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(redis.ask("PING")))
    asking.start()
    asking.join(0.05)
    assert answers == []
    redis.resume()
    asking.join()
    assert answers == ["PONG"]


def test_a_replica_has_what_its_primary_has(scratch: Scratch) -> None:
    redis = RedisServer.start(scratch)
    redis.ask("SET", "k", "v")
    replica = redis.start_replica()
    assert replica.ask("GET", "k") == "v"
    with pytest.raises(ReplyError, match="READONLY"):
        replica.ask("SET", "k", "w")


def test_a_nutcracker_in_front_of_two_servers(scratch: Scratch) -> None:
    servers = [RedisServer.start(scratch) for _ in range(2)]
    config = yaml([f"{server.address}:1 redis-{number}" for number, server in enumerate(servers)], hash="md5")
    nutcracker = Nutcracker.start(scratch, config)
    router = keyhome.Router.from_config(config)
    for number in range(20):
        nutcracker.ask("SET", f"key:{number}", number)
        assert servers[router.index(f"key:{number}")].ask("GET", f"key:{number}") == str(number)


def test_a_server_that_accepts_and_never_answers(scratch: Scratch) -> None:
    silent = SilentServer(scratch)
    errors: list[OSError] = []

    def asked() -> None:
        try:
            ask(silent.port, "PING")
        except OSError as error:
            errors.append(error)

    asking = threading.Thread(target=asked)
    asking.start()
    wait_until(lambda: silent.received > 0, "it has been asked")
    assert silent.connections == 1
    assert not errors
    silent.end()
    asking.join()
    assert len(errors) == 1


def test_a_program_that_is_not_installed_is_named_and_one_that_ends_shows_its_log(scratch: Scratch) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-server is not installed"):
        scratch.start("no-such-server", [], scratch.path)
    with pytest.raises(ChildProcessError, match=r"(?s)ended with 1\n.*no-such-option"):
        RedisServer.start(scratch, "--no-such-option", "1")


def test_nothing_is_left_even_of_an_owner_that_is_killed() -> None:
    program = """
import json, os, signal
from servers import RedisServer, Scratch
scratch = Scratch()
redis = RedisServer.start(scratch)
redis.pause()
print(json.dumps([str(scratch.path), redis.port]), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    folder = Path(__file__).parents[1]
    printed = subprocess.run([sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE, check=False).stdout
    path, port = json.loads(printed)
    wait_until(lambda: not Path(path).exists(), "the folder is gone")

    def is_refused() -> bool:
        try:
            ask(port, "PING")
        except ConnectionRefusedError:
            return True
        return False

    wait_until(is_refused, "the server is gone")


def test_an_end_kills_what_runs() -> None:
    with Scratch() as scratch:
        redis = RedisServer.start(scratch)
        assert Path(f"/proc/{redis.id}").exists()
    assert not scratch.path.exists()
    with pytest.raises(ConnectionRefusedError):
        redis.ask("PING")
