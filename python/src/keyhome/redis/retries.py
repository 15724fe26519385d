"""redis-py's retries, watched: each attempt that fails is one failure, and a node that is taken out is not tried again."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Self

from redis.asyncio.retry import Retry as AsyncRetry
from redis.retry import Retry

Told = Callable[[BaseException], None]
"""Called with the error of an attempt that is to be followed by another one; may raise another error."""


class _Watched:
    """A policy of redis-py, whose failed attempts are told of."""

    def __init__(self, inner: Any, told: Told) -> None:
        self._inner = inner
        self._told = told

    def _attempts(self) -> Callable[[BaseException], None]:
        """Called with the error of each attempt of a command that fails; tells of those that are followed by another."""
        failures = 0

        def failed(error: BaseException) -> None:
            nonlocal failures
            failures += 1
            most = self.get_retries()
            if failures <= most or most < 0:
                self._told(error)

        return failed

    def get_retries(self) -> int:
        retries: int = self._inner.get_retries()
        return retries

    def update_retries(self, value: int) -> None:
        self._inner.update_retries(value)

    def update_supported_errors(self, specified_errors: Iterable[Any]) -> None:
        self._inner.update_supported_errors(specified_errors)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # Each connection gets a copy of the policy; the watcher stays one.
        return type(self)(copy.deepcopy(self._inner, memo), self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._inner == other._inner

    def __hash__(self) -> int:
        return hash(self._inner)


class WatchedRetry(_Watched, Retry):
    """As redis-py's, watched."""

    def call_with_retry(self, do: Any, fail: Any, *args: Any, **kwargs: Any) -> Any:
        attempt_failed = self._attempts()

        def failed(error: Exception, *count: Any) -> Any:
            fail(error, *count)
            attempt_failed(error)

        return self._inner.call_with_retry(do, failed, *args, **kwargs)


class AsyncWatchedRetry(_Watched, AsyncRetry):
    """As that of redis-py's asyncio client, watched."""

    def call_with_retry(self, do: Any, fail: Any, *args: Any, **kwargs: Any) -> Any:
        attempt_failed = self._attempts()

        async def failed(error: Exception, *count: Any) -> Any:
            answer: Awaitable[Any] | None = fail(error, *count)
            if answer is not None:
                await answer
            attempt_failed(error)

        return self._inner.call_with_retry(do, failed, *args, **kwargs)
