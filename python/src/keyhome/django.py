"""Django's cache on many Redis servers: `pip install keyhome[redis] django`.

In the settings:

```python
CACHES = {
    "default": {
        "BACKEND": "keyhome.django.ShardedCache",
        "LOCATION": "/etc/nutcracker.yml",
        "OPTIONS": {"pool": "cache"},
    }
}
```
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import ConnectionError, TimeoutError

from .redis import ShardedRedis, SplitError

_lock = threading.Lock()
# Django makes a cache for each thread; connections, and what is known of dead nodes, are one for the process.
_clients: dict[str, ShardedRedis] = {}


class ShardedCache(RedisCache):
    """Django's own Redis cache, on the servers of a pool: each key lives where the pool's config says.

    `LOCATION` is the path of a config, a nutcracker.yml as it stands; or a list of servers, as `ShardedRedis` takes it.
    `OPTIONS` are those of `ShardedRedis` (`pool`, `pool_options`, `read_from`, ..., and redis-py's), Django's `serializer`,
    and `ignore_unavailable`: whether what lives on a node that does not answer is taken for absent, and what should be
    written there is not, instead of raising an error.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        # Django would split it where it has a comma.
        self._servers = server
        self._class = ShardedCacheClient

    @property
    def redis(self) -> ShardedRedis:
        """The client, for what Django's cache does not have: locks, counters, `stats`."""
        cache: Any = self._cache
        client: ShardedRedis = cache.get_client()
        return client


class ShardedCacheClient(RedisCacheClient):
    """What Django's cache does with the servers."""

    def __init__(self, servers: Any, serializer: Any = None, ignore_unavailable: bool = False, **options: Any) -> None:
        super().__init__([], serializer)
        self._serializer: Any
        self._ignores = ignore_unavailable
        key = repr((servers, sorted(options.items())))
        with _lock:
            if key not in _clients:
                source = Path(servers).read_bytes() if isinstance(servers, str | Path) else servers
                _clients[key] = ShardedRedis(source, **options)
            self._redis = _clients[key]

    def get_client(self, key: Any = None, *, write: bool = False) -> ShardedRedis:
        """The client: it knows itself where each key lives."""
        return self._redis

    def _or_absent(self, absent: Any, call: Callable[..., Any], *args: Any) -> Any:
        try:
            return call(*args)
        except (ConnectionError, TimeoutError, SplitError):
            if self._ignores:
                return absent
            raise

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        return bool(self._or_absent(False, super().add, key, value, timeout))

    def get(self, key: Any, default: Any) -> Any:
        return self._or_absent(default, super().get, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._or_absent(None, super().set, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> bool:
        return bool(self._or_absent(False, super().touch, key, timeout))

    def delete(self, key: Any) -> bool:
        return bool(self._or_absent(False, super().delete, key))

    def get_many(self, keys: Any) -> dict[Any, Any]:
        keys = list(keys)
        try:
            found = dict(zip(keys, self._redis.mget(keys), strict=True))
        except SplitError as error:
            if not self._ignores:
                raise
            found = {key: value for part in error.successes for key, value in zip(part.keys, part.reply, strict=True)}
        except (ConnectionError, TimeoutError):
            if not self._ignores:
                raise
            found = {}
        return {key: self._serializer.loads(value) for key, value in found.items() if value is not None}

    def has_key(self, key: Any) -> bool:
        return bool(self._or_absent(False, super().has_key, key))

    def set_many(self, data: dict[Any, Any], timeout: Any) -> None:
        pipeline = self._redis.pipeline()
        for key, value in data.items():
            if timeout == 0:
                pipeline.delete(key)
            else:
                pipeline.set(key, self._serializer.dumps(value), ex=timeout)
        self._or_absent(None, pipeline.execute)

    def delete_many(self, keys: Any) -> None:
        self._or_absent(None, super().delete_many, keys)

    def clear(self) -> bool:
        return bool(self._or_absent(False, super().clear))
