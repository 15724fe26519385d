"""The ordinary client and the one for asyncio behind one face, so that every test is asked of both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from servers import RedisServer, yaml

import keyhome.redis
import keyhome.redis.asyncio


def config_of(servers: list[RedisServer], **settings: object) -> str:
    """The config of a pool of servers: md5 spreads short keys evenly over few servers."""
    lines = [f"{server.address}:1 node-{number}" for number, server in enumerate(servers)]
    return yaml(lines, **{"hash": "md5", "hash_tag": '"{}"', **settings})


class Face:
    """Makes clients, and closes them at the end."""

    def __init__(self, is_asyncio: bool, asked: Asked) -> None:
        self.is_asyncio = is_asyncio
        self.asked = asked
        self._made: list[Any] = []

    def sharded(self, servers: list[RedisServer], *, settings: dict[str, object] | None = None, **options: Any) -> Any:
        """A client of a pool of servers.

        Args:
            servers: The servers, named `node-0` and so on.
            settings: More of the pool in the config.
            options: Of `ShardedRedis`.
        """
        return self.of(config_of(servers, **(settings or {})), **options)

    def of(self, source: Any, **options: Any) -> Any:
        """A client of a config, or of nodes."""
        kind: Any = keyhome.redis.asyncio.ShardedRedis if self.is_asyncio else keyhome.redis.ShardedRedis
        made = kind.from_config(source, **options) if isinstance(source, str) else kind(source, **options)
        self._made.append(made)
        return self.asked(made)

    def end(self) -> None:
        """Closes all clients."""
        for made in self._made:
            self.asked(made.aclose() if self.is_asyncio else made.close())
        self.asked.end()


class Asked:
    """Of an object: what is called on it has its answer when the call returns, whether it is awaitable or not."""

    def __call__(self, answer: Any) -> Any:
        return answer

    def end(self) -> None:
        """Nothing is used any more."""


class AskedAsyncio(Asked):
    """Of objects of asyncio."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def __call__(self, answer: Any) -> Any:
        if inspect.isawaitable(answer) and not _has_commands(answer):
            answer = self._runner.run(_awaited(answer))
        if inspect.isasyncgen(answer):
            return self._iterated(answer)
        return Waiting(answer, self) if _has_commands(answer) else answer

    def _iterated(self, items: Any) -> Iterator[Any]:
        end = object()
        while (item := self._runner.run(_awaited(anext(items, end)))) is not end:
            yield item

    def end(self) -> None:
        self._runner.close()


class Waiting:
    """An object of asyncio, each of whose methods is waited for."""

    def __init__(self, inner: Any, asked: AskedAsyncio) -> None:
        self.inner = inner
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.inner, name)
        if not callable(attribute):
            return attribute
        return lambda *args, **options: self._asked(attribute(*map(_inner, args), **options))

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._asked(self.inner(*map(_inner, args), **{name: _inner(option) for name, option in options.items()}))

    def __len__(self) -> int:
        return len(self.inner)

    def __enter__(self) -> Any:
        self._asked(self.inner.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        return self._asked(self.inner.__aexit__(kind, error, trace))


def _inner(argument: Any) -> Any:
    return argument.inner if isinstance(argument, Waiting) else argument


def _has_commands(answer: Any) -> bool:
    """Whether it is a client, a pipeline, a subscription, a script or a lock."""
    module = type(answer).__module__
    return module.startswith(("keyhome.redis", "redis.")) and not isinstance(answer, BaseException | dict | list | str)


async def _awaited(answer: Any) -> Any:
    return await answer


def asked_sync() -> Face:
    """The face of the ordinary client."""
    return Face(False, Asked())


def asked_asyncio() -> Face:
    """The face of the client for asyncio."""
    return Face(True, AskedAsyncio())
