"""What goes wrong in a client of many servers, as exceptions of keyhome and of redis-py at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis import exceptions

from .. import is_failure
from .._errors import KeyhomeError
from .._nodes import Node

# redis-py cuts these words off, of which the core's rule is made.
_CUT_OFF: dict[type[BaseException], str] = {
    exceptions.BusyLoadingError: "LOADING",
    exceptions.OutOfMemoryError: "OOM",
}
# They are connection errors of redis-py, and say nothing of the server's health.
_NOT_OF_SERVERS = (
    KeyhomeError,
    exceptions.AuthenticationError,
    exceptions.AuthorizationError,
    exceptions.MaxConnectionsError,
)


class UnavailableError(KeyhomeError, exceptions.ConnectionError):
    """No server is asked, because the one that would be is left alone for now: the codes `node.ejected`,
    `pool.ejected`, `replica.unavailable`. It is a `ConnectionError` of redis-py too, for what catches those.
    """


@dataclass(frozen=True, slots=True)
class FailedPart:
    """A part of a command that failed.

    Attributes:
        node: The node that was asked.
        keys: The keys of the part; none of a command without keys.
        error: What redis-py, or keyhome, raised.
    """

    node: Node
    keys: tuple[Any, ...]
    error: Exception


@dataclass(frozen=True, slots=True)
class DonePart:
    """A part of a command that succeeded.

    Attributes:
        node: The node that was asked.
        keys: The keys of the part; none of a command without keys.
        reply: What it replied, before redis-py makes the result of the whole command of it.
    """

    node: Node
    keys: tuple[Any, ...]
    reply: Any


class SplitError(KeyhomeError, exceptions.RedisError):
    """A command went to several nodes, and some of them failed: its `code` is `client.split`.

    Attributes:
        failures: What is not done, or not known to be done, and why.
        successes: What is done.
    """

    failures: tuple[FailedPart, ...]
    successes: tuple[DonePart, ...]

    def __init__(self, name: str, failures: tuple[FailedPart, ...], successes: tuple[DonePart, ...]) -> None:
        each = "; ".join(f"{part.node.name}{_about(part.keys)}: {part.error}" for part in failures)
        message = f"{name} failed on {len(failures)} of {len(failures) + len(successes)} nodes: {each}"
        super().__init__("client.split", message)
        # So that it survives pickling.
        self.args = (name, failures, successes)
        self.failures = failures
        self.successes = successes


class SeparateRepliesError(KeyhomeError, KeyError):
    """What one server would say was looked for in what several say: its `code` is `client.nodes`."""

    def __init__(self, name: str, nodes: list[str]) -> None:
        message = f"`{name}` is no node; each of {', '.join(nodes)} has a reply of its own, and `nodes()` can be asked"
        super().__init__("client.nodes", message)
        # So that it survives pickling.
        self.args = (name, nodes)


def _about(keys: tuple[Any, ...]) -> str:
    return f" ({len(keys)} {'key' if len(keys) == 1 else 'keys'})" if keys else ""


def ejected(node: Node) -> UnavailableError:
    """The error of what would go to a node that is out."""
    return UnavailableError("node.ejected", f"{node.name} ({node.address}) failed too often and is left alone for now")


def all_gone(count: int) -> UnavailableError:
    """The error of what would go anywhere while all nodes are out."""
    return UnavailableError("pool.ejected", f"all {count} nodes have failed and are left alone for now")


def unsupported(what: str, instead: str) -> KeyhomeError:
    """Told to people who call what a client of many servers cannot do."""
    return KeyhomeError("client.unsupported", f"{what} has no meaning over several nodes; {instead}")


def several_nodes(what: str, nodes: Iterable[Node]) -> KeyhomeError:
    """The error of keys that would have to live together, and live on these nodes."""
    names = ", ".join(node.name for node in nodes)
    message = f"the keys of {what} live on different nodes ({names}); a hash tag keeps keys together"
    return KeyhomeError("client.nodes", message)


def is_failed_server(error: BaseException) -> bool:
    """Whether an error says that the server, or the way to it, failed."""
    if isinstance(error, _NOT_OF_SERVERS):
        return False
    if isinstance(error, exceptions.ResponseError) or type(error) in _CUT_OFF:
        return is_failure(f"{_CUT_OFF.get(type(error), '')} {error}".lstrip())
    return _is_lost(error)


def may_be_asked_elsewhere(outcome: object) -> bool:
    """Whether what came of a read is that its connection was refused, closed or too slow, or its server left alone."""
    return isinstance(outcome, UnavailableError) or (isinstance(outcome, Exception) and _is_lost(outcome))


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, _NOT_OF_SERVERS):
        return False
    return isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | OSError)
