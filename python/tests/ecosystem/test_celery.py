"""Celery's result backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery, chord, group
from celery.contrib.testing.worker import start_worker
from servers import RedisServer

# How many seconds a busy machine may take.
PATIENCE = 60
# redis-py deprecates SETEX, which Celery uses.
pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


@pytest.fixture
def app(config: str, servers: list[RedisServer]) -> Iterator[Any]:
    """An application, and a worker in a thread."""
    app = Celery("app", broker="memory://", backend="ecosystem.celery_backend:ShardedBackend")
    app.conf.update(result_backend_transport_options={"config": config}, worker_hijack_root_logger=False)

    @app.task(name="add")
    def add(a: int, b: int) -> int:
        return a + b

    @app.task(name="total")
    def total(numbers: list[int]) -> int:
        return sum(numbers)

    @app.task(name="fail")
    def fail() -> None:
        raise ValueError("as it should")

    start: Any = start_worker
    with start(app, pool="solo", perform_ping_check=False):
        yield app


def test_results(app: Any, servers: list[RedisServer]) -> None:
    add, total, fail = (app.tasks[name] for name in ("add", "total", "fail"))
    results = [add.delay(number, number) for number in range(20)]
    assert [result.get(timeout=PATIENCE) for result in results] == [number * 2 for number in range(20)]
    assert all(server.ask("DBSIZE") > 0 for server in servers)
    together: Any = group(add.s(number, 1) for number in range(10))()
    assert together.get(timeout=PATIENCE) == list(range(1, 11))
    counted: Any = chord((add.s(number, 1) for number in range(10)), total.s())()
    assert counted.get(timeout=PATIENCE) == 55
    with pytest.raises(ValueError, match="as it should"):
        fail.delay().get(timeout=PATIENCE)
    results[0].forget()
    assert app.AsyncResult(results[0].id).state == "PENDING"
    assert app.AsyncResult(results[1].id).state == "SUCCESS"
