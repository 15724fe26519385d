"""Runs the Python examples of READMEs and documentation, with the package that is installed and on real servers.

    python tests/examples.py [--without-redis-py] FILE...

The servers that examples name are started on loopback, and their addresses put in place of those in the examples: 10.0.0.N
are servers of their own, 10.0.1.N nodes of a Redis Cluster. With --without-redis-py what is about `keyhome.redis` is left to
another run.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers import RedisServer, Scratch, start_cluster

ROOT = Path(__file__).resolve().parents[2]
# What the examples read lies beside the transcripts of the command.
CONFIG = ROOT / "tests" / "command" / "nutcracker.yml"

_ADDRESS = re.compile(r"10\.0\.([01])\.([1-9]):6379")


class Examples:
    """Runs examples, on servers that are started when the first of them names one.

    Args:
        scratch: Where the servers run, and the examples.
    """

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._folder = scratch.folder("examples")
        self._servers: list[RedisServer] = []
        self._cluster: list[RedisServer] = []

    def run(self, file: Path, with_redis_py: bool = True) -> int:
        """Runs the examples of a file, one after the other in one scope, as its readers would.

        Returns:
            How many they are.
        """
        blocks = re.findall(r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
        blocks = [block for block in blocks if with_redis_py or "keyhome.redis" not in block]
        (self._folder / CONFIG.name).write_text(self._placed(CONFIG.read_text(encoding="utf-8")), encoding="utf-8")
        scope: dict[str, Any] = {"__name__": "__main__"}
        with _inside(self._folder):
            for block in blocks:
                exec(compile(self._placed(block), str(file), "exec"), scope)
        return len(blocks)

    def keys(self) -> int:
        """How many keys the examples have written to the servers."""
        return sum(server.ask("DBSIZE") for server in self._servers)

    def _placed(self, text: str) -> str:
        return _ADDRESS.sub(lambda found: self._address(found[1] == "1", int(found[2]) - 1), text)

    def _address(self, is_of_cluster: bool, number: int) -> str:
        if is_of_cluster:
            self._cluster = self._cluster or start_cluster(self._scratch, 1)
            return self._cluster[number].address
        while len(self._servers) <= number:
            self._servers.append(RedisServer.start(self._scratch))
        return self._servers[number].address


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def main(words: list[str]) -> None:
    with_redis_py = "--without-redis-py" not in words
    with Scratch() as scratch:
        examples = Examples(scratch)
        for file in (Path(word) for word in words if not word.startswith("--")):
            print(f"{file.parent.name}/{file.name}")
            assert examples.run(file, with_redis_py) > 0, f"{file} has no example"
        if with_redis_py:
            keys = examples.keys()
            assert keys > 0, "the examples have written nothing"
            print(f"{keys} keys written")


if __name__ == "__main__":
    main(sys.argv[1:])
