"""What SELECT, AUTH and CLIENT SETNAME say of a connection, as redis-py's options: a client of many connections takes them for
all that are, and all that will be."""

from __future__ import annotations

from typing import Any

from .._errors import KeyhomeError
from .kinds import Kind

# How many words each takes.
_WORDS = {"select": (1, 1), "auth": (1, 2), "client setname": (1, 1)}


def is_for_all_connections(kind: Kind) -> bool:
    """Whether redis-py has options that say the same as this command."""
    return kind.command in _WORDS


def connection_options(args: tuple[Any, ...], kind: Kind) -> dict[str, Any]:
    """The options that say the same as a command.

    Args:
        args: As redis-py's `execute_command` takes them.
        kind: Their kind, one that is `is_for_all_connections`.

    Raises:
        KeyhomeError: `command.arguments`.
    """
    # The name may be one argument or two: `CLIENT SETNAME`.
    words = args[1 + len(kind.command.split()) - len(kind.words) :]
    least, most = _WORDS[kind.command]
    if not least <= len(words) <= most:
        takes = f"{least}" if least == most else f"{least} or {most}"
        raise KeyhomeError("command.arguments", f"`{kind.command}` takes {takes} words, and there are {len(words)}")
    match kind.command:
        case "select":
            try:
                return {"db": int(words[0])}
            except (TypeError, ValueError):
                message = f"`select` takes the number of a database, and {words[0]!r} is none"
                raise KeyhomeError("command.arguments", message) from None
        case "auth":
            return {"username": words[0] if len(words) == 2 else None, "password": words[-1]}
        case _:
            return {"client_name": words[0]}
