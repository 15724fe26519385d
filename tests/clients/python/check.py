"""What the programs for Python have in common: their arguments, and how they say what they found."""

import json
import sys
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MANY = [f"key:{number}" for number in range(100)]
BYTES = bytes(range(256))
LARGE = b"keyhome " * (1 << 17)
SCRIPT = "return redis.call('incrby', KEYS[1], ARGV[1])"


@dataclass(frozen=True)
class Proxy:
    """The ports of the proxy: of the pool for all, and of the one with a password; the protocol, if not the default."""

    face: str
    port: int
    locked: int
    password: str
    protocol: int | None

    @staticmethod
    def of_arguments() -> "Proxy":
        face, port, locked, password, protocol = sys.argv[1:]
        return Proxy(face, int(port), int(locked), password, None if protocol == "default" else int(protocol))


def say(**line: object) -> None:
    print(json.dumps(line), flush=True)


async def run(checks: dict[str, Callable[[], Awaitable[None]]]) -> None:
    """Does all checks, one after the other."""
    for check, does in checks.items():
        try:
            await does()
        except Exception:
            say(check=check, error=traceback.format_exc())
        else:
            say(check=check, error=None)
