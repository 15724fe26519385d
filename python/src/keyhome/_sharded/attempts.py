"""Who is asked, and who next where that fails: a read may go to any endpoint of its node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .._words import ReadFrom
from .batches import Sending
from .errors import UnavailableError, may_be_asked_elsewhere
from .kinds import Kind
from .pool import Pool
from .settle import Target
from .shard import Endpoint, Shard

Client = TypeVar("Client")


class Attempts(Generic[Client]):
    """A command for a node that has replicas.

    Args:
        pool: The servers.
        shard: The node.
        kind: The kind of the command.
        policy: Which endpoint serves a read.
    """

    def __init__(self, pool: Pool[Client], shard: Shard[Client], kind: Kind, policy: ReadFrom) -> None:
        self._pool = pool
        self._shard = shard
        self._kind = kind
        self._policy: ReadFrom = policy
        self._left = len(shard.endpoints) if kind.reads else 1
        self._endpoint = shard.primary
        self._started = 0.0
        self._sent: int | None = None

    def begin(self) -> Endpoint[Client]:
        """Who is asked now.

        Raises:
            KeyhomeError: `node.ejected`, `replica.unavailable`, `client.queue`, `client.closed`.
        """
        shard = self._shard
        endpoint = self._pool.endpoint(shard, self._kind.reads, self._policy)
        self._started = self._pool.begin(shard, endpoint)
        self._sent = shard.sent(endpoint)
        self._left -= 1
        self._endpoint = endpoint
        return endpoint

    def failed(self, error: BaseException) -> bool:
        """What was asked failed; says whether somebody else is to be asked."""
        self._shard.released(self._endpoint, error)
        self._pool.failed(self._shard, self._endpoint, error)
        return self._left > 0 and may_be_asked_elsewhere(error)

    def replied(self) -> None:
        """What was asked has replied."""
        shard, endpoint, is_blocking = self._shard, self._endpoint, self._kind.blocking
        if self._kind.reads and not is_blocking:
            shard.done(endpoint, self._sent)
        else:
            shard.released(endpoint, None)
        self._pool.replied(shard, endpoint, 0 if is_blocking else self._started)


def sendings_to(targets: Sequence[Target[Client]], options: Mapping[str, Any], kind: Kind) -> list[Sending[Client]]:
    """What those are sent who are asked for the parts of a command."""
    return [
        Sending(target.shard, target.endpoint, [(target.part.args, options, True)], kind.reads)
        for target in targets
        if target.refusal is None
    ]


def outcomes_of(targets: Sequence[Target[Client]], replies: Sequence[list[Any] | Exception]) -> list[Any]:
    """For each part its reply as the server sent it, or the error.

    Args:
        targets: Who was to be asked.
        replies: Those of the servers that were.
    """
    following = iter(replies)
    outcomes = [next(following) if target.refusal is None else target.refusal for target in targets]
    return [outcome if isinstance(outcome, Exception) else outcome[0] for outcome in outcomes]


def asked_elsewhere(
    pool: Pool[Client], sendings: Sequence[Sending[Client]], outcomes: Sequence[list[Any] | Exception], policy: ReadFrom
) -> Iterator[tuple[int, Sending[Client]]]:
    """What only reads, and whose server went away, for another endpoint of its node: the place among the outcomes, and what
    to send. The new outcome is to be put there before the next one is asked for."""
    for at, sending in enumerate(sendings):
        shard = sending.shard
        tries = len(shard.endpoints) if sending.reads else 0
        while tries > 1 and may_be_asked_elsewhere(outcomes[at]):
            tries -= 1
            try:
                other = pool.endpoint(shard, True, policy)
            except UnavailableError:
                break
            yield at, sending._replace(endpoint=other)
