"""Runs redis-py's own tests, of the very version that is installed, against `ShardedRedis` over three servers.

They are in redis-py's sdist, which pip downloads once and whose hash is checked. `left_out.py` says which of them make no
sense over several servers, or fail with redis-py itself too, and why; all others must pass.

    python tests/redis_py/suite/run.py FOLDER [--plain] [pytest's options]

FOLDER keeps what was downloaded. With --plain they run against redis-py itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[1]
# It is run as a program, with its own folder on the path.
sys.path.insert(0, str(TESTS))

import redis  # noqa: E402
from servers import RedisServer, Scratch  # noqa: E402

# Sync and asyncio run at the same time, for they mostly wait. An asterisk stands for either.
FILES = ("commands", "encoding", "lock", "pipeline", "scripting")
SIDES = {"sync": "tests", "asyncio": "tests/test_asyncio"}
SERVERS = 3


def sources(keep: Path) -> Path:
    """The folder of redis-py's tests."""
    folder = keep / f"redis-{redis.__version__}"
    if not (folder / "tests").exists():
        wanted = (line for line in (HERE / "sources.txt").read_text(encoding="utf-8").splitlines(keepends=True))
        [line] = [line for line in wanted if line.startswith(f"redis=={redis.__version__} ")]
        with tempfile.TemporaryDirectory() as downloads:
            requirements = Path(downloads) / "requirements.txt"
            requirements.write_text(line, encoding="utf-8")
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
            options = [
                "--no-binary",
                "redis",
                "--require-hashes",
                "--requirement",
                str(requirements),
                "--dest",
                downloads,
            ]
            subprocess.run([*pip, *options], check=True)
            with tarfile.open(next(Path(downloads).glob("*.tar.gz"))) as archive:
                # Not the package itself: what is installed is tested.
                names = [
                    name for name in archive.getmembers() if name.name.split("/")[1] in ("tests", "pyproject.toml")
                ]
                archive.extractall(keep, names, filter="data")
    return folder


def main(keep: Path, options: list[str]) -> int:
    folder = sources(keep)
    is_plain = "--plain" in options
    with Scratch() as scratch:
        running = []
        for side, below in SIDES.items():
            servers = [RedisServer.start(scratch) for _ in range(SERVERS)]
            files = [f"{below}/test_{name}.py" for name in FILES]
            if side == "asyncio":
                # The rest of it is about the parser.
                files.remove(f"{below}/test_encoding.py")
            command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "-p", "no:warnings"]
            command += ["-p", "redis_py.suite.plugin", "--redis-url", f"redis://127.0.0.1:{servers[0].port}/0", *files]
            command += ["--tb=line", *(option for option in options if option != "--plain")]
            told = {"KEYHOME_SUITE": json.dumps({"servers": [server.address for server in servers], "plain": is_plain})}
            paths = filter(None, [os.environ.get("PYTHONPATH")])
            environment = {**os.environ, **told, "PYTHONPATH": os.pathsep.join([str(TESTS), *paths])}
            output = (scratch.path / side).open("w+", encoding="utf-8")
            child = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
            running.append((side, child, output))
        failed = False
        for side, child, output in running:
            failed |= child.wait() != 0
            output.seek(0)
            text = output.read()
            output.close()
            summary = [line for line in text.splitlines() if line.startswith("suite: ")]
            print(f"redis-py {redis.__version__}, its own tests, {side}: {' '.join(summary).removeprefix('suite: ')}")
            if child.returncode != 0:
                print(text)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
