"""A client in Python under chaos: `ShardedRedis`, with threads or with asyncio, or redis-py itself through the proxy.

The only argument is JSON, as `tests/src/chaos/programs.rs` writes it; the history it leaves is what
`tests/src/chaos/history.rs` reads. It ends soon after its stdin does.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import redis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis, SplitError
from keyhome.redis.asyncio import ShardedRedis as AsyncShardedRedis

GIVEN = json.loads(sys.argv[1])
# A reply must come within the time that the proxy gives servers. This is only so that a proxy that hangs is noticed.
PROXY_HANGS = 15.0
STUCK = 30.0

Outcome = dict[str, Any]
Operation = dict[str, Any]


def now() -> int:
    """Microseconds of CLOCK_MONOTONIC, which all processes of a machine share."""
    return time.monotonic_ns() // 1000


class History:
    """The file of what was done."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - it is open as long as the program runs
        self._lock = threading.Lock()
        self._under_way: dict[int, tuple[str, list[Operation], int]] = {}

    def say(self, *lines: dict[str, Any]) -> None:
        """Adds lines."""
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        with self._lock:
            self._file.write(text)

    def note(self, via: str, operations: list[Operation], run: Callable[[], list[Outcome]]) -> None:
        """Does operations that are one for the client, and notes what became of each.

        `run` gives a reply or an error for each of them, or raises what became of all.
        """
        begin = now()
        thread = threading.get_ident()
        self._under_way[thread] = (via, operations, begin)
        try:
            outcomes = run()
        except Exception as error:
            outcomes = [outcome_of(error, operation["key"]) for operation in operations]
        end = now()
        del self._under_way[thread]
        pairs = zip(operations, outcomes, strict=True)
        self.say(*({"via": via, **done, **outcome, "begin": begin, "end": end} for done, outcome in pairs))

    def close(self) -> None:
        """Says what has no end."""
        for via, operations, begin in list(self._under_way.values()):
            self.say(*({"via": via, **operation, "begin": begin, "end": None} for operation in operations))
        self.say({"event": "done", "at": now()})
        with self._lock:
            self._file.close()


def code(error: BaseException) -> str:
    """What an error is called in the history. What has no name is a fault."""
    if isinstance(error, KeyhomeError):
        return error.code
    if isinstance(error, redis.BusyLoadingError):
        return "reply: LOADING"
    if isinstance(error, redis.TimeoutError):
        return "timeout"
    if isinstance(error, redis.ConnectionError):
        return "closed"
    if isinstance(error, redis.ResponseError):
        return f"reply: ERR {str(error).removeprefix('ERR ')}"
    if isinstance(error, OSError):
        return "closed"
    return f"unknown: {type(error).__name__}: {error}"


def outcome_of(error: BaseException, key: str) -> Outcome:
    """Of a command that was split, each key has its own."""
    if not isinstance(error, SplitError):
        return {"error": code(error)}
    for done in error.successes:
        keys = [text(one) for one in done.keys]
        if key in keys:
            reply = done.reply
            return {"reply": text(reply[keys.index(key)] if isinstance(reply, list) else reply)}
    for failed in error.failures:
        if key in [text(one) for one in failed.keys]:
            return {"error": code(failed.error)}
    return {"error": "unknown: a key that no part of the error names"}


def text(reply: Any) -> str | None:
    """A reply as the history has it."""
    if reply is None:
        return None
    if reply is True:
        return "OK"
    return reply.decode() if isinstance(reply, bytes) else str(reply)


class Dice:
    """SplitMix64: the seed says it all."""

    def __init__(self, state: int) -> None:
        self._state = state

    def below(self, limit: int) -> int:
        """A number."""
        mask = (1 << 64) - 1
        self._state = (self._state + 0x9E3779B97F4A7C15) & mask
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        return (mixed ^ (mixed >> 31)) % limit


class Worker:
    """Does one operation after the other. Some keys are its own, and nobody else writes them."""

    def __init__(self, client: Any, history: History, number: int) -> None:
        self.client = client
        self.history = history
        self.number = number
        self.dice = Dice(GIVEN["seed"] * 1000 + number)
        # By key, how often it was written, or counted.
        self.times: Counter[str] = Counter()

    def own(self, kind: str) -> str:
        """A key of its own."""
        return f"{kind}:{GIVEN['name']}:{self.number}:{self.dice.below(GIVEN['slots'])}"

    def any(self, kind: str) -> str:
        """A key of anybody."""
        writers = GIVEN["writers"]
        writer = writers[self.dice.below(len(writers))]
        return f"{kind}:{writer}:{self.dice.below(GIVEN['workers'])}:{self.dice.below(GIVEN['slots'])}"

    def numbered(self, kind: str, key: str) -> Operation:
        """A write, the next of its key."""
        self.times[key] += 1
        return {"kind": kind, "key": key, "number": self.times[key]}

    def get(self) -> None:
        """GET of a value."""
        key = self.any("value")
        self.history.note("get", [{"kind": "get", "key": key}], lambda: [{"reply": text(self.client.get(key))}])

    def set(self) -> None:
        """SET."""
        write = self.numbered("set", self.own("value"))
        self.history.note("set", [write], lambda: [{"reply": text(self.client.set(write["key"], value(write)))}])

    def incr(self) -> None:
        """INCR, which would count what is sent twice."""
        count = self.numbered("incr", self.own("count"))
        self.history.note("incr", [count], lambda: [{"reply": text(self.client.incr(count["key"]))}])

    def count(self) -> None:
        """GET of a count."""
        key = self.any("count")
        self.history.note("get", [{"kind": "count", "key": key}], lambda: [{"reply": text(self.client.get(key))}])

    def mget(self) -> None:
        """MGET, split over the nodes."""
        keys = list(dict.fromkeys(self.any("value") for _ in range(5)))
        reads = [{"kind": "get", "key": key} for key in keys]
        self.history.note("mget", reads, lambda: [{"reply": text(reply)} for reply in self.client.mget(keys)])

    def mset(self) -> None:
        """MSET, split over the nodes."""
        writes = [self.numbered("set", key) for key in dict.fromkeys(self.own("value") for _ in range(3))]

        def run() -> list[Outcome]:
            reply = text(self.client.mset({write["key"]: value(write) for write in writes}))
            return [{"reply": reply} for _ in writes]

        self.history.note("mset", writes, run)

    def pipeline(self) -> None:
        """A pipeline over several nodes."""
        write = self.numbered("set", self.own("value"))
        read = self.any("value")
        count = self.numbered("incr", self.own("count"))

        def run() -> list[Outcome]:
            pipeline = self.client.pipeline(transaction=False)
            pipeline.set(write["key"], value(write)).get(read).incr(count["key"])
            results = pipeline.execute(raise_on_error=False)
            return [
                {"error": code(result)} if isinstance(result, BaseException) else {"reply": text(result)}
                for result in results
            ]

        self.history.note("pipeline", [write, {"kind": "get", "key": read}, count], run)

    def work(self, ending: threading.Event) -> None:
        """Until the end."""
        shares = [(35, self.get), (25, self.set), (15, self.incr), (5, self.count)]
        shares += [(8, self.mget), (7, self.mset), (5, self.pipeline)]
        runs = [run for share, run in shares for _ in range(share)]
        while not ending.is_set():
            runs[self.dice.below(len(runs))]()
            time.sleep((1 + self.dice.below(25)) / 1000)


def value(write: Operation) -> str:
    """What is written: it says whose and which it is."""
    return f"{write['key']}|{write['number']}"


def watch_stalls(history: History) -> None:
    """Tells when this process was not run, though it wanted to be: what takes longer for that is not the client's doing."""
    every = 20_000
    before, used = now(), time.process_time_ns()
    while True:
        time.sleep(every / 1_000_000)
        at, spent = now(), time.process_time_ns()
        starved = at - before - every - (spent - used) // 1000
        if starved > every:
            history.say({"event": "starved", "begin": before, "end": at, "micros": starved})
        before, used = at, spent


def opened(history: History) -> Any:
    """The client. Nothing is sent twice."""
    retry = Retry(NoBackoff(), 0)
    if GIVEN["config"] is None:
        return redis.Redis(
            port=GIVEN["port"], socket_timeout=PROXY_HANGS, socket_connect_timeout=PROXY_HANGS, retry=retry
        )

    def told(node: Any, event: Any) -> None:
        history.say({"event": event["event"], "server": node.name, "at": now()})

    if GIVEN["library"] == "asyncio":
        return Blocking.opened(told)
    return ShardedRedis.from_config(GIVEN["config"], retry=retry, on_ejected=told, on_returned=told)


class Blocking:
    """A client, or a pipeline, of an event loop in a thread of its own: whoever asks waits for the reply."""

    def __init__(self, asked: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._asked = asked
        self._loop = loop

    @classmethod
    def opened(cls, told: Callable[[Any, Any], None]) -> Blocking:
        """A client."""
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()

        async def made() -> Any:
            retry = AsyncRetry(NoBackoff(), 0)
            return AsyncShardedRedis.from_config(GIVEN["config"], retry=retry, on_ejected=told, on_returned=told)

        return cls(asyncio.run_coroutine_threadsafe(made(), loop).result(), loop)

    def __getattr__(self, name: str) -> Any:
        async def called(*words: Any, **options: Any) -> Any:
            reply = getattr(self._asked, name)(*words, **options)
            if hasattr(reply, "execute"):
                # Commands are added to it, and nobody waits for that.
                return Blocking(reply, self._loop)
            return await reply if inspect.isawaitable(reply) else reply

        return lambda *words, **options: asyncio.run_coroutine_threadsafe(
            called(*words, **options), self._loop
        ).result()


def give_up(failed: threading.ExceptHookArgs) -> None:
    """What nobody has foreseen ends the program: a worker that is missing would only be asked less."""
    sys.excepthook(failed.exc_type, failed.exc_value or failed.exc_type(), failed.exc_traceback)
    sys.stderr.flush()
    os._exit(1)


def main() -> None:
    """Works until stdin ends."""
    threading.excepthook = give_up
    history = History(GIVEN["history"])
    client = opened(history)
    ending = threading.Event()
    threading.Thread(target=watch_stalls, args=[history], daemon=True).start()
    workers = [Worker(client, history, number) for number in range(GIVEN["workers"])]
    threads = [threading.Thread(target=worker.work, args=[ending], daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ending.set()
    until = time.monotonic() + STUCK
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    history.close()
    # Threads that are stuck keep nobody.
    os._exit(0)


main()
