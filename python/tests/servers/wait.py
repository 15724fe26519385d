"""Waiting for what other programs do."""

from __future__ import annotations

import time
from collections.abc import Callable

from .ask import ReplyError


def wait_until(ready: Callable[[], object], what: str, limit: float = 20) -> None:
    """Asks until the answer is yes. An error of a server, or of the way to it, means no: nobody may be listening yet.

    Args:
        ready: Asked again and again.
        what: What is waited for, as the error names it.
        limit: In seconds.
    """
    start = time.monotonic()
    last = ""
    while time.monotonic() - start < limit:
        try:
            if ready():
                return
            last = ""
        except (OSError, ReplyError) as error:
            last = f" ({error})"
        time.sleep(0.005)
    raise TimeoutError(f"{what}: not after {limit} s{last}")
