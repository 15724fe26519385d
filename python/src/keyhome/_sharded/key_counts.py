"""Which keys are asked for most."""

from __future__ import annotations

from typing import Any, Literal

from .. import HotKeys
from .._errors import KeyhomeError, KeyhomeTypeError
from .._shapes import HotKey, HotKeysOptions
from .kinds import Kind
from .placement import now


class KeyCounts:
    """Counts the keys of commands.

    Args:
        options: How, or `True` for the usual way.

    Raises:
        KeyhomeError: `argument.range`, `argument.type`.
    """

    def __init__(self, options: Literal[True] | HotKeysOptions) -> None:
        try:
            self._counts = HotKeys() if options is True else HotKeys(**options)
        except KeyhomeError:
            raise
        except TypeError as error:
            message = f"`hot_keys` is True, or a dictionary of `capacity` and `window`, and not {options!r}"
            raise KeyhomeTypeError("argument.type", message) from error

    def count(self, args: tuple[Any, ...], kind: Kind) -> None:
        """Counts the keys of a command."""
        at = now()
        for place in kind.key_places(args):
            key = args[place]
            self._counts.record(str(key) if isinstance(key, int | float) else key, at)

    def top(self, n: int) -> list[HotKey]:
        """The keys that were asked for most."""
        self._counts.advance(now())
        return self._counts.top(n)
