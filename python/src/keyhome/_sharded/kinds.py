"""What the core's table says of a command, asked once a name."""

from __future__ import annotations

from typing import Any

from .. import command_keys, command_kind
from .._words import Access, FanOut, Merge

# Letters of either case make many names of one: what programs really write is few.
_MOST = 4096


class Kind:
    """The kind of a command of redis-py, whose first argument may be several words: `CLIENT LIST`.

    Attributes:
        command: Its name as the table has it.
        place: The argument that is its only key, where that is the same whatever the others are; else 0.
        is_direct: Whether it goes to the node of that key, and nothing else has to be looked at.
        is_everywhere: Whether it goes to all nodes.
        reads: Whether a replica may serve it.
        words: The words of the first argument.
    """

    __slots__ = (
        "access",
        "blocking",
        "command",
        "fan_out",
        "is_direct",
        "is_everywhere",
        "key_step",
        "merge",
        "place",
        "reads",
        "words",
    )

    access: Access
    fan_out: FanOut
    merge: Merge

    def __init__(self, words: list[Any], subcommand: Any) -> None:
        kind = command_kind(words[0], words[1] if len(words) > 1 else subcommand)
        self.command = kind["command"].replace("|", " ")
        self.access = kind["access"]
        self.blocking = kind["blocking"]
        self.fan_out = kind["fan_out"]
        self.merge = kind["merge"]
        self.key_step = kind["key_step"]
        only_key = kind["only_key"]
        self.words = words
        self.place = 0 if only_key is None else only_key - len(words) + 1
        self.is_everywhere = self.fan_out in ("all_primaries", "all_nodes")
        self.is_direct = self.place > 0 and self.fan_out == "home"
        self.reads = self.access == "read"

    def key_places(self, args: tuple[Any, ...]) -> list[int]:
        """Which arguments are keys.

        Raises:
            KeyhomeError: Those of `command_keys`.
        """
        if 0 < self.place < len(args):
            return [self.place]
        if len(args) == 1:
            # The server says what is missing, and redis-py may have an answer to that: `mget([])` is `[]`.
            return []
        shift = len(self.words) - 1
        return [position - shift for position in command_keys([*self.words, *args[1:]])]


kinds: dict[Any, Kind] = {}
"""What is known already, by the first argument; of what is not, `kind_of` asks."""

# Of containers (OBJECT, XGROUP), by the name and the subcommand.
_subcommands: dict[tuple[Any, Any], Kind] = {}


def kind_of(args: tuple[Any, ...]) -> Kind:
    """The kind of a command.

    Args:
        args: As redis-py's `execute_command` takes them.

    Raises:
        KeyhomeError: `command.unknown`.
    """
    kind = kinds.get(args[0])
    return _ask(args) if kind is None else kind


def _ask(args: tuple[Any, ...]) -> Kind:
    name = args[0]
    words = name.split() if isinstance(name, str | bytes) else [name]
    subcommand = args[1] if len(args) > 1 and isinstance(args[1], str | bytes) else None
    if (kind := _subcommands.get((name, subcommand))) is not None:
        return kind
    is_container = len(words) == 1 and command_kind(name)["container"]
    kind = Kind(words or [name], subcommand if is_container else None)
    if len(kinds) + len(_subcommands) < _MOST:
        if is_container:
            _subcommands[name, subcommand] = kind
        else:
            kinds[name] = kind
    return kind
