"""A temporary folder and the processes that live in it. Neither outlives its owner."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import TracebackType

from .wait import wait_until

# It reads a pipe that only the owner holds open: it ends when the owner does, in whatever way. Every process that is still
# to be ended has a file of its number in `running`.
_GUARD = """
read -r _
for marker in "$1"/running/*; do
  if [ -e "$marker" ]; then kill -KILL "${marker##*/}"; fi
done
rm -rf -- "$1"
"""


class Scratch:
    """A temporary folder in which servers run. At its end, or when its owner ends in whatever way, its processes are
    killed and the folder is removed.

    Attributes:
        path: The folder.
    """

    path: Path

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="keyhome-"))
        (self.path / "running").mkdir()
        self._numbers = count()
        self._ends: list[Callable[[], None]] = []
        self._processes: list[Process] = []
        # A session of its own: Ctrl-C in a terminal goes to a whole group, and must not end the guard before its work is
        # done.
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def folder(self, name: str) -> Path:
        """Makes a new folder in it, named `name-0`, `name-1` ..."""
        path = self.path / f"{name}-{next(self._numbers)}"
        path.mkdir()
        return path

    def start(self, program: str, arguments: list[str], folder: Path) -> Process:
        """Starts a program in a folder of it; what it prints goes to `log` there."""
        log = folder / "log"
        with log.open("ab") as output:
            try:
                child = subprocess.Popen(
                    [program, *arguments],
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            except FileNotFoundError as error:
                raise FileNotFoundError(f"{program} is not installed: run `make setup`") from error
        marker = self.path / "running" / str(child.pid)
        marker.touch()
        process = Process(child, program, log, marker)
        self._processes.append(process)
        return process

    def at_end(self, end: Callable[[], None]) -> None:
        """Has this called at the end, before the processes are killed."""
        self._ends.append(end)

    def end(self) -> None:
        """Kills what still runs, and removes the folder."""
        for end in self._ends:
            end()
        for process in self._processes:
            process.kill()
        # Its pipe is closed, and with it the guard is told.
        self._guard.communicate()


class Process:
    """A running program."""

    def __init__(self, child: subprocess.Popen[bytes], program: str, log: Path, marker: Path) -> None:
        self._child = child
        self._program = program
        self._log = log
        self._marker = marker

    @property
    def id(self) -> int:
        """Its process number."""
        return self._child.pid

    @property
    def is_running(self) -> bool:
        """Whether it has not ended by itself or been killed."""
        return self._child.poll() is None

    def wait_until(self, ready: Callable[[], object]) -> None:
        """Waits until it is ready. A program that ends before is an error with the end of its log."""

        def ready_or_ended() -> bool:
            return not self.is_running or bool(ready())

        try:
            wait_until(ready_or_ended, f"{self._program} is ready")
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log_end()}") from error
        if not self.is_running:
            raise ChildProcessError(f"{self._program} ended with {self._child.returncode}\n{self.log_end()}")

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self._child.send_signal(number)

    def kill(self) -> None:
        """Kills it, as a crash of its machine would, and waits until it is gone."""
        self._marker.unlink(missing_ok=True)
        self._child.kill()
        self._child.wait()

    def log_end(self) -> str:
        """The last lines that it has printed or logged."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "".join(f"  | {line}\n" for line in lines[-15:])
