"""Commands for one server, written first and answered later, so that several servers work at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from redis import Redis
from redis.client import EMPTY_RESPONSE, NEVER_DECODE
from redis.exceptions import ResponseError

from .._sharded.batches import Sending
from .._sharded.pool import Pool


class Exchange:
    """Commands for one server, and their replies.

    What redis-py does for a pipeline, in two steps; retries are those of its connection, as if there were one.
    """

    def __init__(self, pool: Pool[Redis], sending: Sending[Redis]) -> None:
        self.shard, self._endpoint, self._asks, _ = sending
        self._pool = pool
        self._connection: Any = None
        self._error: Exception | None = None
        self._is_written = False
        self._is_begun = False

    @property
    def is_suspect(self) -> bool:
        """Whether the server failed since its last reply."""
        return self._pool.placement.is_suspect(self.shard.index)

    def send(self) -> None:
        """Writes the commands. What goes wrong is raised by `receive`, where retries are."""
        count = len(self._asks)
        try:
            self._pool.begin(self.shard, self._endpoint, count)
            self._is_begun = True
            self.shard.sent(self._endpoint)
            self._connection = self._endpoint.client.connection_pool.get_connection()
            self._write()
        except Exception as error:
            self._error = error

    def receive(self) -> list[Any]:
        """Reads the replies.

        Returns:
            One for each command; an error that the server replied is one too.

        Raises:
            Exception: The connection failed, or there was none.
        """
        try:
            if self._connection is None:
                assert self._error is not None
                raise self._error
            replies: list[Any] = self._connection.retry.call_with_retry(self._attempt, self._disconnect)
        except BaseException as error:
            if self._release(error):
                self._pool.failed(self.shard, self._endpoint, error, len(self._asks))
            raise
        if self._release(None):
            self._pool.replied(self.shard, self._endpoint, 0, len(self._asks))
        return replies

    def abandon(self) -> None:
        """Gives up what was written: nobody will read the replies."""
        if self._connection is not None:
            self._connection.disconnect()
        if self._release(None):
            self._pool.leave(self._endpoint, len(self._asks))

    def _write(self) -> None:
        connection = self._connection
        connection.send_packed_command(connection.pack_commands([ask[0] for ask in self._asks]))
        self._is_written = True

    def _attempt(self) -> list[Any]:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if not self._is_written:
            self._write()
        connection = self._connection
        parse: Any = self._endpoint.client.parse_response
        replies: list[Any] = []
        errors: list[ResponseError] = []
        for args, options, is_raw in self._asks:
            try:
                if is_raw:
                    replies.append(_read_raw(connection, options))
                else:
                    replies.append(parse(connection, args[0], **options))
            except ResponseError as error:
                replies.append(error)
                errors.append(error)
        for reply in errors:
            self._endpoint.errors += 1
            self.shard.failed(self._endpoint, reply, self._pool.placement)
        return replies

    def _disconnect(self, _: Exception) -> None:
        self._connection.disconnect()
        self._is_written = False

    def _release(self, error: BaseException | None) -> bool:
        """Gives the connection back; gives whether there was something to end."""
        was_begun, self._is_begun = self._is_begun, False
        if self._connection is not None:
            self._endpoint.client.connection_pool.release(self._connection)
            self._connection = None
        if was_begun:
            self.shard.released(self._endpoint, error)
        return was_begun


def _read_raw(connection: Any, options: Mapping[str, Any]) -> Any:
    try:
        return connection.read_response(disable_decoding=NEVER_DECODE in options)
    except ResponseError:
        if EMPTY_RESPONSE in options:
            return options[EMPTY_RESPONSE]
        raise


def exchanged(pool: Pool[Redis], sendings: Sequence[Sending[Redis]]) -> list[list[Any] | Exception]:
    """Writes to all servers, and then reads from all.

    Returns:
        For each of them its replies, or what went wrong with its connection.
    """
    exchanges = [Exchange(pool, sending) for sending in sendings]
    # One that failed lately is asked last, so that nobody waits for it but who asked it.
    ordered = sorted(range(len(exchanges)), key=lambda at: exchanges[at].is_suspect)
    outcomes: dict[int, list[Any] | Exception] = {}
    try:
        for at in ordered:
            exchanges[at].send()
        for at in ordered:
            try:
                outcomes[at] = exchanges[at].receive()
            except Exception as error:
                outcomes[at] = error
    finally:
        for at, exchange in enumerate(exchanges):
            if at not in outcomes:
                exchange.abandon()
    return [outcomes[at] for at in range(len(exchanges))]
