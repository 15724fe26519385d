"""Celery's results on the servers of a pool: what a project that wants it writes."""

from __future__ import annotations

import time
from typing import Any

from celery.backends.redis import RedisBackend
from celery.backends.redis import ResultConsumer as OneConnection
from redis.exceptions import ConnectionError, TimeoutError

from keyhome.redis import ShardedRedis


class ResultConsumer(OneConnection):
    """Celery's own waits at the socket of its one connection. Here there are several, and they are looked at in turn."""

    def drain_events(self, timeout: float | None = None) -> None:
        with self._locked():
            try:
                message = self._pubsub.get_message() if self._pubsub else None
            except (ConnectionError, TimeoutError):
                # With the next look it is subscribed to again.
                message = None
            if message:
                self.on_state_change(self._decode_result(message["data"]), message)
                return
        time.sleep(0.01 if timeout is None else min(timeout, 0.01))


class ShardedBackend(RedisBackend):
    """Celery's Redis backend with a client of many servers; `result_backend_transport_options` has the config."""

    ResultConsumer = ResultConsumer

    def get_key_for_group(self, group_id: str, key: str = "") -> bytes:
        # A script counts the parts of a chord that are done, so all keys of a group have to live together.
        grouped: bytes = super().get_key_for_group(f"{{{group_id}}}", key)
        return grouped

    def _create_client(self, **params: Any) -> ShardedRedis:
        config: str = self.app.conf.result_backend_transport_options["config"]
        return ShardedRedis.from_config(config)
