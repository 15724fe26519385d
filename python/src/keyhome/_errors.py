"""What goes wrong, as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._words import ErrorCode


class KeyhomeError(Exception):
    """What every call of keyhome raises, whatever it is given.

    Programs compare `code`; people read `message`, which `str(error)` gives.

    Attributes:
        code: What is wrong, the same word in every language that keyhome speaks.
        message: What was found and what is accepted, on one line, place included.
        line: The line of the config or reply, from 1, where the error is about one.
        column: The column in that line, from 1, in characters.
        position: The position of the key or name in the list that was given, from 0.

    Example:
        >>> try:
        ...     keyhome.Router.from_config("sessions:\\n  hosh: md5\\n")
        ... except keyhome.KeyhomeError as error:
        ...     print(error.code, error.line, error.column)
        config.field 2 3
    """

    code: ErrorCode
    message: str
    line: int | None
    column: int | None
    position: int | None

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        line: int | None = None,
        column: int | None = None,
        position: int | None = None,
    ) -> None:
        # All of them are `args`, so that an error survives pickling.
        super().__init__(code, message, line, column, position)
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.position = position

    def __str__(self) -> str:
        return self.message


class ConfigError(KeyhomeError, ValueError):
    """A config or a cluster's reply that makes no router: the codes `config.*`, `pool.*` and `cluster.reply`."""


class KeyhomeTypeError(KeyhomeError, TypeError):
    """A key or another argument of the wrong type: `key.type`, `argument.type`."""


def error_of(code: ErrorCode, message: str, line: int | None, column: int | None, position: int | None) -> KeyhomeError:
    """The error of the extension module, of the class that fits its code."""
    if code in ("key.type", "argument.type"):
        return KeyhomeTypeError(code, message, line, column, position)
    if code.startswith(("config.", "pool.", "cluster.")):
        return ConfigError(code, message, line, column, position)
    return KeyhomeError(code, message, line, column, position)
