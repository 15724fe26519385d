"""A client among those who write to the servers of a pool: it says how it places keys, and hears who does otherwise."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Generator, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from .. import _keyhome
from .._errors import KeyhomeError, KeyhomeTypeError
from .._nodes import Node
from .plan import Plan

OnDifference: TypeAlias = Literal["warn", "refuse"]
"""What is done where another writer places keys differently."""

Commands: TypeAlias = list[list[str]]

_log = logging.getLogger("keyhome")


class Apart(NamedTuple):
    """A writer that places keys differently."""

    id: str
    fingerprint: str
    message: str


class Registration:
    """What a client says of itself as long as it places keys alike, and what it makes of what others say. It sends nothing:
    its conversations yield commands, and are sent the replies.

    Args:
        plan: How keys are placed.
        group: The name under which writers are compared; the pool's unless said.
        program: What the client is.
        before: The registration of the same client whose place it takes.
    """

    def __init__(self, plan: Plan, group: str | None, program: str, before: Registration | None = None) -> None:
        pool, fingerprint = group or plan.settings["name"], plan.router.fingerprint
        identity = secrets.token_hex(6) if before is None else before._identity[2]
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if before is not None and before._identity[:2] == [pool, fingerprint]:
            since = before._identity[-1]
        name = f"keyhome/{program} {_keyhome.__version__}"
        # What each question to the core begins with.
        self._identity: list[str] = [pool, fingerprint, identity, name, socket.gethostname(), str(os.getpid()), since]
        [[self.connection_name, seconds]] = self._ask("about")
        self.interval = float(seconds)
        self._told: set[str] = set()

    def _ask(self, question: str, *words: str) -> Commands:
        return _keyhome._writers([*self._identity, question, *words])

    def announcement(self) -> Generator[Commands, list[Any], list[Apart]]:
        """Says to a server how keys are placed, and asks it who else has. Returns who places them differently."""
        [time_of_server] = yield [["TIME"]]
        now = _text(time_of_server[0])
        replies = yield self._ask("announce", now)
        if not (questions := self._ask("ask", now, *map(_text, replies[-1]))):
            return []
        others = yield questions
        return [Apart(*other) for other in self._ask("apart", *(_text(other) for list_ in others for other in list_))]

    def naming(self) -> Generator[Commands, list[Any], None]:
        """Gives a connection its name, for CLIENT LIST."""
        yield [["CLIENT", "SETNAME", self.connection_name]]

    def withdrawal(self) -> Generator[Commands, list[Any], None]:
        """Takes back what was said."""
        yield self._ask("withdraw")

    def says_as(self, other: Registration | None) -> bool:
        """Whether another says the same of the client."""
        return other is not None and other._identity == self._identity

    def warn(self, found: Sequence[Apart]) -> None:
        """Logs each writer that places keys differently once."""
        for identity, fingerprint, message in found:
            if self._is_news(f"{identity} {fingerprint}"):
                _log.warning("%s", message)

    def trouble(self, node: Node, error: Exception) -> None:
        """Logs of each server once that it cannot be told."""
        if self._is_news(node.address):
            _log.warning("%s (%s) was not told how keys are placed: %s", node.name, node.address, error)

    def _is_news(self, subject: str) -> bool:
        if subject in self._told:
            return False
        self._told.add(subject)
        return True


def refuse(found: Sequence[Apart]) -> None:
    """Refuses to go on where somebody places keys differently.

    Raises:
        KeyhomeError: `fingerprint.differs`.
    """
    messages = list({(each.id, each.fingerprint): each.message for each in found}.values())
    if messages:
        more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
        raise KeyhomeError("fingerprint.differs", f"{messages[0]}{more}")


def checked(on_difference: OnDifference | None) -> OnDifference | None:
    """The same word.

    Raises:
        KeyhomeError: `argument.type` where it is none.
    """
    if on_difference not in (None, "warn", "refuse"):
        raise KeyhomeTypeError(
            "argument.type", f'`fingerprint` is "warn" or "refuse", and {on_difference!r} is neither'
        )
    return on_difference


def _text(reply: Any) -> str:
    # What is no UTF-8 is nothing that the core has said.
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
