"""Tells servers how a client places keys, in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Sequence
from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from ..._sharded.plan import Plan
from ..._sharded.primary import Primary
from ..._sharded.registration import Apart, Commands, OnDifference, Registration, refuse


class Registrar:
    """Announces a client to the servers of its pool, now and again and again.

    Args:
        plan: How keys are placed.
        primaries: Whom to tell.
        group: The name under which writers are compared.
        before: That of the same client whose place it takes.

    Attributes:
        is_admitted: Whether commands may be sent.
    """

    def __init__(
        self, plan: Plan, primaries: Sequence[Primary], group: str | None, before: Registrar | None = None
    ) -> None:
        self._registration: Registration = Registration(
            plan, group, "redis-py asyncio", None if before is None else before._registration
        )
        self._primaries = primaries
        self._connections: dict[int, Any] = {}
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None
        # One announcement at a time: two would read each other's replies.
        self._announcing = asyncio.Lock()
        self.is_admitted = False

    async def admit(self, on_difference: OnDifference, before: Registrar | None = None) -> None:
        """Begins; with `refuse` when all servers have answered, or have failed to. Until then commands wait for it.

        Raises:
            KeyhomeError: `fingerprint.differs`. It can be asked again.
        """
        async with self._announcing:
            if self.is_admitted or self._is_closed:
                return
            if on_difference == "refuse":
                try:
                    refuse(await self._announce())
                except BaseException:
                    await self._leave(before)
                    raise
            self.is_admitted = True
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while not self._is_closed:
            async with self._announcing:
                found = await self._announce()
            self._registration.warn(found)
            await asyncio.sleep(self._registration.interval)
        await self._leave(None)

    async def _announce(self) -> list[Apart]:
        # Also where this is cancelled, it ends when all of them have.
        async with asyncio.TaskGroup() as group:
            told = [group.create_task(self._announce_to(at)) for at in range(len(self._primaries))]
        return [apart for each in told for apart in each.result()]

    async def _announce_to(self, at: int) -> list[Apart]:
        primary, connection = self._primaries[at], self._connections.get(at)
        try:
            if connection is None:
                connection = primary.connection(Retry(NoBackoff(), 0))
                try:
                    await self._name(primary, connection)
                except BaseException:
                    # Also where this is cancelled.
                    await connection.disconnect(nowait=True)
                    raise
                self._connections[at] = connection
            found: list[Apart] = await _converse(connection, self._registration.announcement())
            return found
        except (RedisError, OSError) as error:
            self._connections.pop(at, None)
            if connection is not None:
                await connection.disconnect()
            self._registration.trouble(primary.node, error)
            return []

    async def _name(self, primary: Primary, connection: Any) -> None:
        await connection.connect()
        try:
            await _converse(connection, self._registration.naming())
        except ResponseError as error:
            # Some may write, and not do this.
            self._registration.trouble(primary.node, error)

    async def _leave(self, other: Registrar | None) -> None:
        is_taken_back = not self._registration.says_as(None if other is None else other._registration)
        connections, self._connections = self._connections, {}
        for connection in connections.values():
            try:
                if is_taken_back:
                    await _converse(connection, self._registration.withdrawal())
            except (RedisError, OSError):
                # It is forgotten by itself, a little later.
                continue
            finally:
                await connection.disconnect()

    async def close(self, other: Registrar | None = None) -> None:
        """Announces nothing any more, and takes back what was said unless another of the same client says the same."""
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        async with self._announcing:
            await self._leave(other)

    def abandon(self) -> None:
        """Its client is gone: it ends when it wakes up."""
        self._is_closed = True

    def forked(self) -> None:
        """In the child of a fork, whose event loop is another: clients for asyncio are not shared with it."""
        self._is_closed = True


async def admitted(pool: Any) -> None:
    """Returns when commands of a pool that has a registrar may be sent.

    Raises:
        KeyhomeError: `fingerprint.differs`.
    """
    registrar: Registrar = pool.registrar
    if not registrar.is_admitted:
        await registrar.admit(pool.options.fingerprint)


async def _converse(connection: Any, talk: Generator[Commands, list[Any], Any]) -> Any:
    """What a conversation comes to."""
    try:
        commands = next(talk)
        while True:
            await connection.send_packed_command(connection.pack_commands(commands))
            commands = talk.send([await connection.read_response() for _ in commands])
    except StopIteration as end:
        return end.value
