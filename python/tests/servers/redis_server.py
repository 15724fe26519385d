"""One redis-server."""

from __future__ import annotations

import signal
from typing import Any

from .ask import ask
from .ports import lease, with_fresh_ports
from .scratch import Process, Scratch
from .wait import wait_until

# Everything in memory, and replicas get their copy without a delay.
_OPTIONS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"]


class RedisServer:
    """A redis-server that keeps everything in memory.

    Attributes:
        port: The port it listens on.
    """

    port: int

    def __init__(self, scratch: Scratch, process: Process, port: int, options: list[str]) -> None:
        self._scratch = scratch
        self._process = process
        self._options = options
        self.port = port

    @staticmethod
    def start(scratch: Scratch, *options: str) -> RedisServer:
        """Starts one on a free port.

        Args:
            scratch: Where it runs.
            options: More of its options, such as `"--maxmemory", "1mb"`.
        """

        def attempt() -> RedisServer:
            port = lease()
            return RedisServer(scratch, _launched(port, scratch, list(options)), port, list(options))

        return with_fresh_ports(attempt)

    def start_replica(self, *options: str) -> RedisServer:
        """Starts a replica of this one, and waits until it has a copy."""
        replica = RedisServer.start(self._scratch, "--replicaof", f"127.0.0.1 {self.port}", *options)
        wait_until(
            lambda: "master_link_status:up\r\n" in replica.ask("INFO", "replication"),
            f"the replica at {replica.address} follows",
        )
        return replica

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`"""
        return f"127.0.0.1:{self.port}"

    @property
    def id(self) -> int:
        """Its process number."""
        return self._process.id

    def ask(self, *words: str | bytes | int) -> Any:
        """The reply to a command, over a connection of its own: see `ask`."""
        return ask(self.port, *words)

    def kill(self) -> None:
        """Kills it, as a crash would."""
        self._process.kill()

    def start_again(self) -> None:
        """Starts it again on its port, empty, after a `kill`."""
        self._process = _launched(self.port, self._scratch, self._options)

    def restore(self) -> None:
        """Undoes a `kill` or a `pause`."""
        self.resume()
        if not self._process.is_running:
            self.start_again()

    def pause(self) -> None:
        """Stops it without ending it: connections stay open, the system accepts new ones, and nothing is answered."""
        self._process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on after a `pause`."""
        self._process.signal(signal.SIGCONT)


def _launched(port: int, scratch: Scratch, options: list[str]) -> Process:
    process = scratch.start("redis-server", ["--port", str(port), *_OPTIONS, *options], scratch.folder("redis-server"))
    # Whoever answers on the port must be ours, not another redis-server that was quicker to take it.
    process.wait_until(lambda: f"process_id:{process.id}\r\n" in ask(port, "INFO", "server"))
    return process
