"""What the proxy tells Prometheus, as Prometheus's own parser reads it."""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from urllib.request import urlopen

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from servers import RedisServer, Scratch, ask, wait_until
from servers.ports import lease

# All that the format, or JSON, or a label could trip over.
POOL = 'po"ol\\n{x="1"}'
SERVER = 'a\\b"c,d}=é'


def scrape(port: int) -> dict[str, Metric]:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = response.read().decode()
    families = list(text_string_to_metric_families(text))
    # The parser makes a family of every sample that it cannot tell.
    assert all(family.type != "unknown" and family.documentation for family in families), text
    by_name = {family.name: family for family in families}
    assert len(by_name) == len(families), "a family is there once"
    return by_name


def test_prometheus_reads_the_metrics(scratch: Scratch) -> None:
    servers = [RedisServer.start(scratch), RedisServer.start(scratch)]
    listen, metrics, stats = lease(), lease(), lease()
    folder = scratch.folder("proxy")
    quoted = POOL.replace("'", "''")
    lines = [f"{server.address}:1 {name}" for server, name in zip(servers, (SERVER, "two"), strict=True)]
    (folder / "nutcracker.yml").write_text(
        f"'{quoted}':\n  listen: 127.0.0.1:{listen}\n  redis: true\n  servers:\n"
        + "".join(f"  - '{line}'\n" for line in lines),
        encoding="utf-8",
    )
    arguments = ["proxy", "-c", "nutcracker.yml", "-a", "127.0.0.1", "-s", str(stats), "--metrics-port", str(metrics)]
    proxy = scratch.start(os.environ["KEYHOME_BIN"], arguments, folder)

    def is_ready() -> bool:
        try:
            return bool(ask(listen, "PING") == "PONG" and scrape(metrics))
        except OSError:
            return False

    proxy.wait_until(is_ready)
    before = scrape(metrics)
    for number in range(200):
        ask(listen, "SET", f"key:{number}", "value")
    wait_until(lambda: clients(metrics) == 0, "the clients are seen to be gone")
    after = scrape(metrics)
    assert before.keys() == after.keys()

    for family in after.values():
        labels = [frozenset(sample.labels.items()) | {("", sample.name)} for sample in family.samples]
        assert len(set(labels)) == len(labels), f"{family.name}: a sample is there once"
        for sample in family.samples:
            if family.name.startswith("keyhome_pool_"):
                assert sample.labels["pool"] == POOL
            if family.name.startswith("keyhome_server_"):
                assert (sample.labels["pool"], sample.labels["server"] in (SERVER, "two")) == (POOL, True)

    def rise(name: str) -> float:
        sums = [sum(sample.value for sample in of[name].samples) for of in (before, after)]
        return sums[1] - sums[0]

    assert rise("keyhome_pool_requests") == 200
    assert rise("keyhome_server_requests") == rise("keyhome_server_responses") == 200
    latencies = after["keyhome_server_latency_seconds"]
    assert latencies.type == "histogram"
    buckets: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for sample in latencies.samples:
        if sample.name.endswith("_bucket"):
            buckets[sample.labels["server"]].append((float(sample.labels["le"]), sample.value))
    assert buckets.keys() == {SERVER, "two"}
    for of_server in buckets.values():
        assert of_server == sorted(of_server), "bounds rise, and what is below them does"
        assert [count for _, count in of_server] == sorted(count for _, count in of_server)
        assert of_server[-1][0] == float("inf") and of_server[-1][1] > 50

    # Whoever does not ask as he should is told, and the port goes on.
    with socket.create_connection(("127.0.0.1", metrics), timeout=10) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
    assert scrape(metrics).keys() == after.keys()


def clients(port: int) -> float:
    return sum(sample.value for sample in scrape(port)["keyhome_pool_clients"].samples)
