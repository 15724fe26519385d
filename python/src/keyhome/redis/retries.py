"""redis-py's retries, watched: each attempt that fails is one failure, and a node that is taken out is not tried again."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from redis.asyncio.retry import Retry as AsyncRetry
from redis.retry import Retry

Told = Callable[[BaseException], None]
"""Called with the error of an attempt that is to be followed by another one; may raise another error."""


class WatchedRetry(Retry):
    """A policy of redis-py, whose failed attempts are told of."""

    def __init__(self, inner: Retry, told: Told) -> None:
        self._inner = inner
        self._told = told

    def call_with_retry(self, do: Any, fail: Any, *args: Any, **kwargs: Any) -> Any:
        failures = 0

        def failed(error: Exception, *count: Any) -> Any:
            nonlocal failures
            failures += 1
            fail(error, *count)
            if failures <= self._inner.get_retries() or self._inner.get_retries() < 0:
                self._told(error)

        return self._inner.call_with_retry(do, failed, *args, **kwargs)

    def get_retries(self) -> int:
        return self._inner.get_retries()

    def update_retries(self, value: int) -> None:
        self._inner.update_retries(value)

    def update_supported_errors(self, specified_errors: Iterable[Any]) -> None:
        self._inner.update_supported_errors(specified_errors)

    def __deepcopy__(self, memo: dict[int, Any]) -> WatchedRetry:
        # Each connection gets a copy of the policy; the watcher stays one.
        return WatchedRetry(copy.deepcopy(self._inner, memo), self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WatchedRetry) and self._inner == other._inner

    def __hash__(self) -> int:
        return hash(self._inner)


class AsyncWatchedRetry(AsyncRetry):
    """As `WatchedRetry`, of redis-py's asyncio client."""

    def __init__(self, inner: AsyncRetry, told: Told) -> None:
        self._inner = inner
        self._told = told

    def call_with_retry(self, do: Any, fail: Any, *args: Any, **kwargs: Any) -> Any:
        failures = 0

        async def failed(error: Exception, *count: Any) -> Any:
            nonlocal failures
            failures += 1
            answer: Awaitable[Any] | None = fail(error, *count)
            if answer is not None:
                await answer
            if failures <= self._inner.get_retries() or self._inner.get_retries() < 0:
                self._told(error)

        return self._inner.call_with_retry(do, failed, *args, **kwargs)

    def get_retries(self) -> int:
        return self._inner.get_retries()

    def update_retries(self, value: int) -> None:
        self._inner.update_retries(value)

    def update_supported_errors(self, specified_errors: Iterable[Any]) -> None:
        self._inner.update_supported_errors(specified_errors)

    def __deepcopy__(self, memo: dict[int, Any]) -> AsyncWatchedRetry:
        return AsyncWatchedRetry(copy.deepcopy(self._inner, memo), self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AsyncWatchedRetry) and self._inner == other._inner

    def __hash__(self) -> int:
        return hash(self._inner)
