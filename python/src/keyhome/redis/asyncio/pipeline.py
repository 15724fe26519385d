"""Pipelines and transactions: commands that are queued, and sent a node at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from ..._sharded.queued import QueuedCommands
from .registrar import admitted

if TYPE_CHECKING:
    from .client import ShardedRedis


class ShardedPipeline(QueuedCommands[Redis], Pipeline):  # type: ignore[misc]
    """redis-py's pipeline over several nodes. Within a node commands keep their order; between nodes there is none.

    A transaction, and everything from `watch` on, is redis-py's own pipeline of the one node that has the keys.
    """

    def __init__(self, redis: ShardedRedis, transaction: bool, shard_hint: Any) -> None:
        super().__init__(redis.connection_pool, redis.response_callbacks, transaction, shard_hint)
        self._redis = redis
        self._is_transaction = transaction
        self._watched = None

    async def __aenter__(self) -> Self:
        return self

    async def immediate_execute_command(self, *args: Any, **options: Any) -> Any:
        """Sends a command at once, to the node whose keys are watched.

        Raises:
            KeyhomeError: `client.nodes` where its keys live elsewhere.
        """
        if self._redis._pool.registrar is not None:
            await admitted(self._redis._pool)
        shard, pipeline = self._watching_for(args)
        try:
            return await pipeline.execute_command(*args, **options)
        except BaseException as error:
            shard.failed(shard.primary, error, self._redis._pool.placement)
            raise
        finally:
            self.watching = pipeline.watching

    async def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Sends what is queued.

        Args:
            raise_on_error: Whether the first error is raised; else errors are among the results.

        Returns:
            The results, in the order of the commands.

        Raises:
            KeyhomeError: `client.nodes` for a transaction whose keys live on several nodes; and as for any command.
        """
        stack = self.command_stack
        if not stack and not self.watching:
            return []
        try:
            if self._redis._pool.registrar is not None:
                await admitted(self._redis._pool)
            if self._is_for_one():
                return await self._execute_on_one(raise_on_error)
            results = await self._execute_on_many()
            if raise_on_error:
                self.raise_first_error(stack, results)
            return results
        finally:
            await self.reset()

    async def _execute_on_many(self) -> list[Any]:
        batches, sendings = self._split()
        outcomes = await self._redis._send([sending for _, sending in sendings])
        for (batch, _), outcome in zip(sendings, outcomes, strict=True):
            batch.outcome = outcome
        return batches.results(self.response_callbacks)

    async def _execute_on_one(self, raise_on_error: bool) -> list[Any]:
        pool, count = self._redis._pool, len(self.command_stack)
        shard, pipeline = self._transaction()
        try:
            results: list[Any] = await pipeline.execute(raise_on_error)
        except BaseException as error:
            pool.failed(shard, shard.primary, error, count)
            raise
        pool.replied(shard, shard.primary, 0, count)
        return results

    async def reset(self) -> None:  # type: ignore[override]
        """Forgets what is queued and watched."""
        pipeline = self._forget()
        if pipeline is not None:
            await pipeline.reset()
