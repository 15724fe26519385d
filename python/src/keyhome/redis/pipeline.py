"""Pipelines and transactions: commands that are queued, and sent a node at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ResponseError

from .._sharded.batches import Batches, shard_of_transaction, shard_of_watched
from .._sharded.shard import Shard

if TYPE_CHECKING:
    from .client import ShardedRedis


class ShardedPipeline(Pipeline):
    """redis-py's pipeline over several nodes. Within a node commands keep their order; between nodes there is none.

    A transaction, and everything from `watch` on, is redis-py's own pipeline of the one node that has the keys.
    """

    def __init__(self, redis: ShardedRedis, transaction: bool, shard_hint: Any) -> None:
        super().__init__(redis.connection_pool, redis.response_callbacks, transaction, shard_hint)
        self._redis = redis
        self._is_transaction = transaction
        self._watched: tuple[Shard[Redis], Any] | None = None

    def __enter__(self) -> Self:
        return self

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Queues a command; while keys are watched, and `multi` was not called, sends it at once."""
        if (self.watching or args[0] == "WATCH") and not self.explicit_transaction:
            return self.immediate_execute_command(*args, **options)
        self.command_stack.append((args, options))
        return self

    def immediate_execute_command(self, *args: Any, **options: Any) -> Any:
        """Sends a command at once, to the node whose keys are watched.

        Raises:
            KeyhomeError: `client.nodes` where its keys live elsewhere.
        """
        pool = self._redis._pool
        shard = shard_of_watched(pool, args, self._watched[0] if self._watched else None)
        if self._watched is None:
            pool.placement.admit(shard.index)
            self._watched = shard, shard.primary.client.pipeline(True)
        pipeline = self._watched[1]
        try:
            return pipeline.execute_command(*args, **options)
        except BaseException as error:
            shard.failed(shard.primary, error, pool.placement)
            raise
        finally:
            self.watching = pipeline.watching

    def execute(self, raise_on_error: bool = True) -> list[Any]:
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
            if self._is_transaction or self.explicit_transaction or self._watched:
                return self._execute_on_one(raise_on_error)
            results = self._execute_on_many()
            if raise_on_error:
                self.raise_first_error(stack, results)
            return results
        finally:
            self.reset()

    def _execute_on_many(self) -> list[Any]:
        pool = self._redis._pool
        batches = Batches(pool, self.command_stack, self.scripts)
        sendings = batches.sendings(self._redis._policy)
        outcomes = self._redis._send([sending for _, sending in sendings])
        for (batch, _), outcome in zip(sendings, outcomes, strict=True):
            batch.outcome = outcome
        return batches.results(self.response_callbacks)

    def _execute_on_one(self, raise_on_error: bool) -> list[Any]:
        pool, stack = self._redis._pool, self.command_stack
        shard = shard_of_transaction(pool, stack, self._watched[0] if self._watched else None)
        pool.placement.admit(shard.index)
        pipeline: Any = self._watched[1] if self._watched else shard.primary.client.pipeline(True)
        pipeline.command_stack = stack
        pipeline.scripts = self.scripts
        pipeline.transaction = self._is_transaction
        pipeline.explicit_transaction = self.explicit_transaction
        pool.begin(shard, shard.primary, len(stack))
        try:
            results: list[Any] = pipeline.execute(raise_on_error)
        except BaseException as error:
            pool.failed(shard, shard.primary, error, len(stack))
            raise
        pool.replied(shard, shard.primary, 0, len(stack))
        return results

    def raise_first_error(self, commands: Any, response: Any) -> None:
        """Raises the first error of the results, if there is one."""
        for at, result in enumerate(response):
            if isinstance(result, Exception):
                if isinstance(result, ResponseError):
                    self.annotate_exception(result, at + 1, commands[at][0])  # type: ignore[no-untyped-call]
                raise result

    def reset(self) -> None:  # type: ignore[override]
        """Forgets what is queued and watched."""
        self.command_stack = []
        self.scripts = set()
        self.watching = False
        self.explicit_transaction = False
        watched, self._watched = self.__dict__.get("_watched"), None
        if watched is not None:
            watched[1].reset()
