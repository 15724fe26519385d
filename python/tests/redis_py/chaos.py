"""What a run of many operations on failing servers knows of what it did."""

from __future__ import annotations

import os
import threading
from collections import Counter
from typing import Any

import redis as redis_py

from keyhome import KeyhomeError
from keyhome.redis import SplitError

# Of each of four runs.
OPERATIONS = int(os.environ.get("KEYHOME_OPERATIONS", "25000"))
COUNTERS = 50


def is_expected(error: Any) -> bool:
    """Whether a user may be told this; all else is a defect."""
    if isinstance(error, SplitError):
        return all(is_expected(part.error) for part in error.failures)
    if isinstance(error, KeyhomeError):
        return error.code in ("node.ejected", "pool.ejected", "client.queue")
    # BusyLoadingError is one of these, too.
    return isinstance(error, redis_py.ConnectionError | redis_py.TimeoutError | OSError)


class Ledger:
    """What was asked, what was answered, and what was acknowledged.

    Attributes:
        settled: How many operations came to an end.
        failed: Those of them that failed.
        wrong: Replies that are another's, and errors that are none a user may see.
        written: The values of SETs that were acknowledged.
        attempted: How often each counter may have been incremented.
        acknowledged: How often at least.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0
        self.settled = 0
        self.failed = 0
        self.wrong: list[str] = []
        self.written: dict[str, str] = {}
        self.attempted: Counter[str] = Counter()
        self.acknowledged: Counter[str] = Counter()

    @property
    def progress(self) -> float:
        """The share of operations that are done."""
        return self.settled / OPERATIONS

    def take(self) -> int | None:
        """The number of the next operation; `None` at the end."""
        with self._lock:
            if self._next == OPERATIONS:
                return None
            self._next += 1
            return self._next - 1

    def attempt(self, counter: str, count: int) -> None:
        """A counter is about to be incremented."""
        with self._lock:
            self.attempted[counter] += count

    def settle(self, check: list[str], error: BaseException | None) -> None:
        """An operation came to an end."""
        with self._lock:
            self.settled += 1
            self.wrong += check
            if error is not None:
                self.failed += 1
                if not is_expected(error):
                    self.wrong.append(f"{type(error).__name__}: {error}")

    # What each kind of operation asks, and what its reply must be: an iterator that is sent the reply. So sync and asyncio
    # ask the same.

    def operation(self, number: int) -> Operation:
        """The operation of a number."""
        return (Set, Increment, Pipeline, SetMany, GetMany, Echo)[number % 6](self, number)


class Operation:
    """An operation: what is asked of a client, and what becomes of its reply."""

    def __init__(self, ledger: Ledger, number: int) -> None:
        self.ledger = ledger
        self.number = number

    def ask(self, client: Any) -> Any:
        """Asks; the reply, or something to be awaited."""
        raise NotImplementedError

    def check(self, reply: Any) -> list[str]:
        """What is wrong with the reply."""
        raise NotImplementedError

    def fail(self, error: BaseException) -> None:
        """It failed; some of it may be done."""


class Set(Operation):
    """SET."""

    def ask(self, client: Any) -> Any:
        return client.set(f"set:{self.number}", self.number)

    def check(self, reply: Any) -> list[str]:
        self.ledger.written[f"set:{self.number}"] = str(self.number)
        return [] if reply is True else [f"SET gave {reply}"]


class Increment(Operation):
    """INCR, which would count what is sent twice."""

    def ask(self, client: Any) -> Any:
        self.counter = f"counter:{self.number % COUNTERS}"
        self.ledger.attempt(self.counter, 1)
        return client.incr(self.counter)

    def check(self, reply: Any) -> list[str]:
        with self.ledger._lock:
            self.ledger.acknowledged[self.counter] += 1
        return [] if isinstance(reply, int) else [f"INCR gave {reply}"]


class Pipeline(Operation):
    """A pipeline over several nodes, whose results must be each its own."""

    def ask(self, client: Any) -> Any:
        self.counter = f"counter:{self.number % COUNTERS}"
        self.ledger.attempt(self.counter, 2)
        pipeline = client.pipeline()
        pipeline.echo(f"a{self.number}")
        pipeline.incr(self.counter)
        pipeline.set(f"pipe:{self.number}", self.number)
        pipeline.incr(self.counter)
        pipeline.echo(f"b{self.number}")
        return pipeline.execute(raise_on_error=False)

    def check(self, reply: Any) -> list[str]:
        a, first, done, second, b = reply
        wrong = [
            f"in a pipeline: {result}" for result in reply if isinstance(result, Exception) and not is_expected(result)
        ]
        failed = [isinstance(result, Exception) for result in reply]
        with self.ledger._lock:
            self.ledger.acknowledged[self.counter] += (not failed[1]) + (not failed[3])
        if not failed[2]:
            self.ledger.written[f"pipe:{self.number}"] = str(self.number)
            wrong += [] if done is True else [f"SET gave {done}"]
        if (not failed[0] and a != b"a%d" % self.number) or (not failed[4] and b != b"b%d" % self.number):
            wrong.append(f"ECHO gave {a} and {b} for {self.number}")
        if not failed[1] and not failed[3] and not second > first:
            wrong.append(f"INCR gave {first}, then {second}")
        return wrong


class SetMany(Operation):
    """MSET, split over the nodes."""

    def ask(self, client: Any) -> Any:
        self.keys = [f"mset:{self.number}:{at}" for at in range(8)]
        return client.mset({key: key for key in self.keys})

    def check(self, reply: Any) -> list[str]:
        self.ledger.written.update((key, key) for key in self.keys)
        return [] if reply is True else [f"MSET gave {reply}"]

    def fail(self, error: BaseException) -> None:
        if isinstance(error, SplitError):
            self.ledger.written.update((key, key) for part in error.successes for key in part.keys)


class GetMany(Operation):
    """MGET: each key holds its own name, or nothing."""

    def ask(self, client: Any) -> Any:
        self.keys = [f"mset:{self.number - 1}:{at}" for at in range(8)]
        return client.mget(self.keys)

    def check(self, reply: Any) -> list[str]:
        pairs = zip(self.keys, reply, strict=True)
        return [f"MGET {key} gave {value}" for key, value in pairs if value not in (key.encode(), None)]


class Echo(Operation):
    """ECHO, whose reply is nobody else's."""

    def ask(self, client: Any) -> Any:
        return client.echo(f"c{self.number}")

    def check(self, reply: Any) -> list[str]:
        return [] if reply == b"c%d" % self.number else [f"ECHO gave {reply} instead of c{self.number}"]
