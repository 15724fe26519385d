"""One command to one server, over a connection of its own and without any client: what is tested is not what tests."""

from __future__ import annotations

import socket
from typing import Any, BinaryIO


class ReplyError(Exception):
    """The server replied with an error."""


def ask(port: int, *words: str | bytes | int) -> Any:
    """The reply to a command: a text, a number, `None`, or a list of such. What is not UTF-8 stays `bytes`.

    Args:
        port: On 127.0.0.1.
        words: The command's name and arguments.

    Raises:
        ReplyError: Where the reply is an error.
        OSError: Where nobody listens, or nothing comes within five seconds.
    """
    encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    request = b"".join([b"*%d\r\n" % len(encoded), *(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as replies:
            return _reply(replies)


def _reply(replies: BinaryIO) -> Any:
    line = replies.readline()
    if not line.endswith(b"\r\n"):
        raise ConnectionResetError("the connection was closed before the reply was there")
    kind, rest = line[:1], line[1:-2]
    match kind:
        case b"+":
            return rest.decode()
        case b"-":
            raise ReplyError(rest.decode())
        case b":":
            return int(rest)
        case b"$" if int(rest) < 0:
            return None
        case b"$":
            return _text(replies.read(int(rest) + 2)[:-2])
        case b"*":
            return None if int(rest) < 0 else [_reply(replies) for _ in range(int(rest))]
        case _:
            raise ValueError(f"a reply that is none: {line!r}")


def _text(reply: bytes) -> str | bytes:
    try:
        return reply.decode()
    except UnicodeDecodeError:
        return reply
