"""What pipelines have alike, the ordinary one and the one for asyncio: all that waits for no server."""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, TypeVar

from redis.exceptions import ResponseError

from .batches import Batch, Batches, Queued, Sending, shard_of_transaction, shard_of_watched
from .shard import Shard

Client = TypeVar("Client")


class Watched(NamedTuple, Generic[Client]):
    """The node whose keys are watched, and redis-py's own pipeline of it."""

    shard: Shard[Client]
    pipeline: Any


class QueuedCommands(Generic[Client]):
    """Commands that are queued, and sent a node at a time. A transaction, and everything from `watch` on, is redis-py's own
    pipeline of the one node that has the keys."""

    command_stack: list[Any]
    scripts: set[Any]
    watching: bool
    explicit_transaction: bool
    # The client, and whether all is one transaction.
    _redis: Any
    _is_transaction: bool
    _watched: Watched[Client] | None

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Queues a command; while keys are watched, and `multi` was not called, sends it at once."""
        if (self.watching or args[0] == "WATCH") and not self.explicit_transaction:
            send: Any = self.immediate_execute_command  # type: ignore[attr-defined]
            return send(*args, **options)
        self.command_stack.append((args, options))
        return self

    def _watching_for(self, args: tuple[Any, ...]) -> Watched[Client]:
        """Who is sent a command at once.

        Raises:
            KeyhomeError: `client.nodes` where its keys live on another node than those that are watched; `node.ejected`.
        """
        pool = self._redis._pool
        shard = shard_of_watched(pool, args, None if self._watched is None else self._watched.shard)
        if self._watched is None:
            pool.check_open()
            pool.placement.admit(shard.index)
            self._watched = Watched(shard, shard.primary.client.pipeline(self._is_transaction))
        return self._watched

    def _is_for_one(self) -> bool:
        """Whether all of it is for one node."""
        return self._is_transaction or self.explicit_transaction or self._watched is not None

    def _split(self) -> tuple[Batches[Client], list[tuple[Batch[Client], Sending[Client]]]]:
        """What is queued, by node."""
        batches: Batches[Client] = Batches(self._redis._pool, self.command_stack, self.scripts)
        return batches, batches.sendings(self._redis._policy)

    def _transaction(self) -> Watched[Client]:
        """redis-py's own pipeline of the one node that what is queued is for, with all of it.

        Raises:
            KeyhomeError: `client.nodes` where there are several; `client.unsupported`; `node.ejected`.
        """
        pool, stack = self._redis._pool, self.command_stack
        shard = shard_of_transaction(pool, stack, None if self._watched is None else self._watched.shard)
        pool.placement.admit(shard.index)
        pipeline: Any = (
            shard.primary.client.pipeline(self._is_transaction) if self._watched is None else self._watched.pipeline
        )
        pipeline.command_stack = stack
        pipeline.scripts = self.scripts
        pipeline.explicit_transaction = self.explicit_transaction
        pool.begin(shard, shard.primary, len(stack))
        return Watched(shard, pipeline)

    def _forget(self) -> Any:
        """Forgets what is queued; gives redis-py's pipeline of the watched keys, if there are any."""
        self.command_stack = []
        self.scripts = set()
        self.watching = False
        self.explicit_transaction = False
        watched, self._watched = self.__dict__.get("_watched"), None
        return None if watched is None else watched.pipeline

    def raise_first_error(self, commands: list[Queued], response: Any) -> None:
        """Raises the first error of the results, if there is one."""
        for at, result in enumerate(response):
            if isinstance(result, Exception):
                if isinstance(result, ResponseError):
                    annotate: Any = self.annotate_exception  # type: ignore[attr-defined]
                    annotate(result, at + 1, commands[at][0])
                raise result
