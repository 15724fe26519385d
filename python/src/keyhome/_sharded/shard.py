"""A node of the pool: its primary, its replicas, which of them is asked, and what is counted about each."""

from __future__ import annotations

import random
from typing import Any, Generic, TypeVar

from redis.exceptions import ResponseError

from .. import ReplicaSet, Router
from .._errors import KeyhomeError
from .._nodes import Node
from .._shapes import ReplicaOptions
from .._words import ReadFrom
from .errors import UnavailableError, is_failed_server, may_be_asked_elsewhere
from .placement import Placement, now

Client = TypeVar("Client")

# For how long an endpoint is not read from whose connection was lost, in microseconds: redis-py connects when it is asked,
# so a read has to find out.
_RECONNECT = 1_000_000
# Set on an error that was reported, so that who sees it next does not report it again.
_REPORTED = "_keyhome_reported"


class Endpoint(Generic[Client]):
    """One address, the redis-py client of it, and what is counted about it.

    Numbers are added to without a lock: what one thread of CPython adds is not lost, and a count is all they are.

    Attributes:
        address: `host:port`, or the path of a unix socket.
        options: What its client was made with.
        client: redis-py's client of this one server.
        shard: The node that it belongs to.
        requests: Commands that were sent.
        errors: Those that failed, for whatever reason.
        latency: The moving average of the time to a reply, in seconds; 0 while nothing is known.
        queue: Commands that wait for a reply, or for a connection.
        retired: Whether a reload has taken it out.
    """

    __slots__ = ("address", "client", "errors", "latency", "options", "queue", "requests", "retired", "shard")

    def __init__(self, address: str, options: dict[str, Any]) -> None:
        self.address = address
        self.options = options
        self.client: Client
        self.shard: Shard[Client]
        self.requests = 0
        self.errors = 0
        self.latency = 0.0
        self.queue = 0
        self.retired = False


class Shard(Generic[Client]):
    """A node of the pool.

    Attributes:
        node: The node.
        index: Its place in the pool; -1 once a reload has taken it out.
        primary: Its primary.
        endpoints: The primary, then the replicas.
        replicas: Which of them serves a read; `None` where there is the primary only.
        lost: Endpoints whose connection was lost, and when they may be read from again.
        options: What `replicas` was made with.
    """

    __slots__ = ("endpoints", "index", "lost", "node", "options", "primary", "replicas")

    def __init__(
        self, router: Router, index: int, endpoints: tuple[Endpoint[Client], ...], options: ReplicaOptions
    ) -> None:
        self.options = options
        self.node: Node = router.nodes[index]
        self.index = index
        self.endpoints = endpoints
        self.primary = endpoints[0]
        self.replicas = ReplicaSet(router, index, options) if len(endpoints) > 1 else None
        self.lost: dict[int, int] = {}

    def choose(self, read_from: ReadFrom) -> int:
        """The endpoint that serves a read.

        Raises:
            KeyhomeError: `replica.unavailable`.
        """
        if self.replicas is None or read_from == "primary":
            return 0
        for at, until in list(self.lost.items()) if self.lost else ():
            if until <= now() and self.lost.pop(at, None) is not None:
                self.replicas.set_up(at, True)
        try:
            return self.replicas.choose(random.getrandbits(64), now(), read_from)
        except KeyhomeError as error:
            raise UnavailableError(error.code, f"{self.node.name}: {error.message}") from None

    def sent(self, endpoint: Endpoint[Client]) -> int | None:
        """Tells the replica set that an endpoint is asked.

        Returns:
            The time; `None` where there are no replicas.
        """
        if self.replicas is None:
            return None
        started = now()
        self.replicas.sent(self.endpoints.index(endpoint), started)
        return started

    def done(self, endpoint: Endpoint[Client], started: int | None) -> None:
        """Tells the replica set how long a read took."""
        if self.replicas is not None and started is not None:
            ended = now()
            self.replicas.done(self.endpoints.index(endpoint), ended - started, ended)

    def released(self, endpoint: Endpoint[Client], error: BaseException | None) -> None:
        """Tells the replica set that an endpoint is not asked any more, and whether it failed."""
        if self.replicas is None:
            return
        at = self.endpoints.index(endpoint)
        if error is not None and is_failed_server(error):
            self.replicas.failed(at, now())
            if may_be_asked_elsewhere(error):
                self.lost[at] = now() + _RECONNECT
                self.replicas.set_up(at, False)
        else:
            self.replicas.released(at, now())

    def failed(self, endpoint: Endpoint[Client], error: BaseException, placement: Placement[Any]) -> None:
        """Reports an error to health, once."""
        if not _is_news(error):
            return
        error.__dict__[_REPORTED] = True
        if endpoint is not self.primary or self.index < 0:
            return
        if is_failed_server(error):
            placement.report(self.index, "failure")
        elif placement.alert and isinstance(error, ResponseError):
            placement.report(self.index, "reply")


def _is_news(error: BaseException) -> bool:
    """Whether an error was not reported yet. redis-py makes a new one of a time that is over while it connects, of which
    its retries have told."""
    cause = error.__context__
    return not (_REPORTED in error.__dict__ or (isinstance(cause, OSError) and _REPORTED in cause.__dict__))
