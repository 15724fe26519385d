"""A writer in Python: `ShardedRedis` with the option `fingerprint`. The only argument is JSON, as `tests/src/fingerprint.rs` writes
it, and so are the lines of stdin and stdout. It ends when its stdin does."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable

from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis

GIVEN = json.loads(sys.argv[1])


def say(line: dict[str, object]) -> None:
    """Tells who has started this."""
    print(json.dumps(line), flush=True)


class Warnings(logging.Handler):
    """Tells of what is logged."""

    def emit(self, record: logging.LogRecord) -> None:
        """Called with each message."""
        say({"warning": record.getMessage()})


def tried(what: Callable[[], object]) -> None:
    """Tells what became of it."""
    try:
        what()
    except KeyhomeError as error:
        say({"refused": error.code, "message": error.message})
    else:
        say({"done": True})


def begin() -> ShardedRedis:
    """A client that has written."""
    client = ShardedRedis.from_config(GIVEN["config"], fingerprint=GIVEN["fingerprint"])
    client.set("written by python", "1")
    return client


def main() -> None:
    """Writes, and reloads the configs that are given."""
    logging.getLogger("keyhome").addHandler(Warnings())
    made: list[ShardedRedis] = []
    tried(lambda: made.append(begin()))
    for line in sys.stdin:
        config = line.rstrip("\n").replace("\\n", "\n")
        tried(lambda config=config: made[0].reload(config))  # type: ignore[misc]
    for client in made:
        client.close()


main()
