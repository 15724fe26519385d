"""Tells servers how a client places keys, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from .._sharded.plan import Plan
from .._sharded.primary import Primary
from .._sharded.registration import Apart, Commands, OnDifference, Registration, refuse


class Registrar:
    """Announces a client to the servers of its pool, now and again and again.

    Args:
        plan: How keys are placed.
        primaries: Whom to tell.
        group: The name under which writers are compared.
        before: That of the same client whose place it takes.
    """

    def __init__(
        self, plan: Plan, primaries: Sequence[Primary], group: str | None, before: Registrar | None = None
    ) -> None:
        self._plan, self._primaries, self._group = plan, primaries, group
        self._begin(before)

    def _begin(self, before: Registrar | None) -> None:
        self._registration: Registration = Registration(
            self._plan, self._group, "redis-py", None if before is None else before._registration
        )
        self._connections: dict[int, Any] = {}
        self._stopped = threading.Event()
        self._successor: Registrar | None = None
        self._thread: threading.Thread | None = None

    def start(self, on_difference: OnDifference, before: Registrar | None = None) -> None:
        """Begins; with `refuse` when all servers have answered, or have failed to.

        Raises:
            KeyhomeError: `fingerprint.differs`; then it announces nothing any more.
        """
        if on_difference == "refuse":
            places = range(len(self._primaries))
            with ThreadPoolExecutor(len(places)) as executor:
                found = [apart for each in executor.map(self._announce_to, places) for apart in each]
            try:
                refuse(found)
            except BaseException:
                self.close(before)
                raise
        self._thread = threading.Thread(target=self._run, name="keyhome-fingerprint", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                found = [apart for at in range(len(self._primaries)) for apart in self._announce_to(at)]
                self._registration.warn(found)
                self._stopped.wait(self._registration.interval)
        finally:
            self._leave()

    def _announce_to(self, at: int) -> list[Apart]:
        if self._stopped.is_set():
            return []
        primary, connection = self._primaries[at], self._connections.get(at)
        try:
            if connection is None:
                connection = primary.connection(Retry(NoBackoff(), 0))
                self._name(primary, connection)
                self._connections[at] = connection
            found: list[Apart] = _converse(connection, self._registration.announcement())
            return found
        except (RedisError, OSError) as error:
            self._connections.pop(at, None)
            if connection is not None:
                connection.disconnect()
            self._registration.trouble(primary.node, error)
            return []

    def _name(self, primary: Primary, connection: Any) -> None:
        connection.connect()
        try:
            _converse(connection, self._registration.naming())
        except ResponseError as error:
            # Some may write, and not do this.
            self._registration.trouble(primary.node, error)

    def _leave(self) -> None:
        other = self._successor
        is_taken_back = not self._registration.says_as(None if other is None else other._registration)
        for connection in self._connections.values():
            try:
                if is_taken_back:
                    _converse(connection, self._registration.withdrawal())
            except (RedisError, OSError):
                # It is forgotten by itself, a little later.
                continue
            finally:
                connection.disconnect()
        self._connections.clear()

    def close(self, other: Registrar | None = None) -> None:
        """Announces nothing any more, and takes back what was said unless another of the same client says the same."""
        if not self._stopped.is_set():
            self._successor = other
            self._stopped.set()
        if self._thread is None:
            self._leave()
        elif self._thread is not threading.current_thread():
            self._thread.join()

    def abandon(self) -> None:
        """Its client is gone: the thread takes back what was said. That is not waited for, as garbage is collected in the middle
        of anything, also by the thread itself; but where the program ends, and the thread would with it."""
        self._stopped.set()
        if not threading.main_thread().is_alive():
            self.close()

    def forked(self) -> None:
        """In the child of a fork, which is another writer and has no threads."""
        if not self._stopped.is_set():
            self._begin(None)
            self.start("warn")


def _converse(connection: Any, talk: Generator[Commands, list[Any], Any]) -> Any:
    """What a conversation comes to."""
    try:
        commands = next(talk)
        while True:
            connection.send_packed_command(connection.pack_commands(commands))
            commands = talk.send([connection.read_response() for _ in commands])
    except StopIteration as end:
        return end.value
