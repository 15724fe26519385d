"""Queues: RQ and Dramatiq have keys that belong together, so a queue lives on one node; Celery's broker too."""

from __future__ import annotations

import dramatiq
import pytest
from dramatiq.brokers.redis import RedisBroker
from rq import Queue, SimpleWorker
from servers import RedisServer

from keyhome import KeyhomeError
from keyhome.redis import ShardedRedis


def total(*numbers: int) -> int:
    """A job."""
    return sum(numbers)


def test_rq_on_the_node_of_its_queue(servers: list[RedisServer], config: str) -> None:
    with ShardedRedis.from_config(config) as redis:
        # Who puts jobs and who does them name the same queue, and so ask the same node.
        node = redis.node_of("queue:mails")
        queue = Queue("mails", connection=node)
        jobs = [queue.enqueue(total, number, 1) for number in range(10)]
        assert SimpleWorker([queue], connection=node).work(burst=True)
        assert [job.return_value() for job in jobs] == list(range(1, 11))
        assert [server.ask("DBSIZE") > 0 for server in servers].count(True) == 1


def test_rq_over_several_nodes_is_refused(servers: list[RedisServer], config: str) -> None:
    with ShardedRedis.from_config(config) as redis:
        queue = Queue("mails", connection=redis)
        with pytest.raises(KeyhomeError) as refused:
            for number in range(10):
                queue.enqueue(total, number, 1)
        assert refused.value.code in ("client.nodes", "client.unsupported")


def test_dramatiq_in_a_namespace_that_is_a_hash_tag(servers: list[RedisServer], config: str) -> None:
    with ShardedRedis.from_config(config) as redis:
        broker = RedisBroker(client=redis, namespace="{dramatiq}")
        done: list[int] = []
        actor = dramatiq.actor(broker=broker, actor_name="note")(done.append)
        worker = dramatiq.Worker(broker, worker_threads=2, worker_timeout=50)
        worker.start()
        for number in range(20):
            actor.send(number)
        broker.join("default", timeout=60_000)
        worker.stop()
        assert sorted(done) == list(range(20))
        broker.close()
