"""Free loopback ports.

redis-server and nutcracker cannot bind port 0 and say which port they got, so one is chosen for them, below Linux's
ephemeral ports: no outgoing connection can take it before its server binds it. Another program that chooses in the same
way still can, so whoever starts a server tries again with a new lease.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from itertools import count
from typing import TypeVar

_FIRST = 20_000
_COUNT = 12_000
_ATTEMPTS = 5

Started = TypeVar("Started")

# Processes that run at the same time start at different places of the range.
_numbers = count(os.getpid() * 101)


def lease() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    for _ in range(_COUNT):
        port = _FIRST + next(_numbers) % _COUNT
        with socket.socket() as attempt:
            # As servers do: what is closing is no hindrance.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port on 127.0.0.1 from {_FIRST} to {_FIRST + _COUNT - 1}")


def with_fresh_ports(start: Callable[[], Started]) -> Started:
    """Tries a start a few times, each time with fresh ports."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return start()
        except FileNotFoundError:
            # What is not installed will not be there the next time either.
            raise
        except OSError:
            continue
    return start()
