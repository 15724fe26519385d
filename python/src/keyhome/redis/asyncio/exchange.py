"""Commands for one server, and their replies, while other servers answer others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.client import EMPTY_RESPONSE, NEVER_DECODE
from redis.exceptions import ResponseError

from ..._sharded.batches import Ask, Sending
from ..._sharded.pool import Pool
from ..._sharded.shard import Endpoint, Shard


async def exchanged(pool: Pool[Redis], sendings: Sequence[Sending[Redis]]) -> list[list[Any] | Exception]:
    """Sends to all servers at once.

    Returns:
        For each of them its replies, or what went wrong with its connection.
    """
    if len(sendings) == 1:
        return [await _outcome(pool, sendings[0])]
    return await asyncio.gather(*(_outcome(pool, sending) for sending in sendings))


async def _outcome(pool: Pool[Redis], sending: Sending[Redis]) -> list[Any] | Exception:
    try:
        return await _exchange(pool, sending.shard, sending.endpoint, sending.asks)
    except Exception as error:
        return error


async def _exchange(
    pool: Pool[Redis], shard: Shard[Redis], endpoint: Endpoint[Redis], asks: Sequence[Ask]
) -> list[Any]:
    """What redis-py does for a pipeline; retries are those of its connection."""
    pool.begin(shard, endpoint, len(asks))
    shard.sent(endpoint)
    try:
        connections: Any = endpoint.client.connection_pool
        connection = await connections.get_connection()
        try:
            replies: list[Any] = await connection.retry.call_with_retry(
                lambda: _attempt(pool, shard, endpoint, asks, connection), lambda _: connection.disconnect()
            )
        finally:
            await connections.release(connection)
    except BaseException as error:
        shard.released(endpoint, error)
        pool.failed(shard, endpoint, error, len(asks))
        raise
    shard.released(endpoint, None)
    pool.replied(shard, endpoint, 0, len(asks))
    return replies


async def _attempt(
    pool: Pool[Redis], shard: Shard[Redis], endpoint: Endpoint[Redis], asks: Sequence[Ask], connection: Any
) -> list[Any]:
    # Whoever is cancelled in here leaves a connection that redis-py has closed: no reply is left for the next.
    await connection.send_packed_command(connection.pack_commands([ask[0] for ask in asks]))
    parse: Any = endpoint.client.parse_response
    replies: list[Any] = []
    errors: list[ResponseError] = []
    for args, options, is_raw in asks:
        try:
            if is_raw:
                replies.append(await _read_raw(connection, options))
            else:
                replies.append(await parse(connection, args[0], **options))
        except ResponseError as error:
            replies.append(error)
            errors.append(error)
    for reply in errors:
        endpoint.errors += 1
        shard.failed(endpoint, reply, pool.placement)
    return replies


async def _read_raw(connection: Any, options: Mapping[str, Any]) -> Any:
    try:
        return await connection.read_response(disable_decoding=NEVER_DECODE in options)
    except ResponseError:
        if EMPTY_RESPONSE in options:
            return options[EMPTY_RESPONSE]
        raise
