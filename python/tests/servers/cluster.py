"""A Redis Cluster on loopback: the primary of all slots, and replicas of it."""

from __future__ import annotations

from .redis_server import RedisServer
from .scratch import Scratch
from .wait import wait_until


def start_cluster(scratch: Scratch, replicas: int) -> list[RedisServer]:
    """Starts one, and waits until all of its nodes know of each other.

    Returns:
        The primary, then the replicas.
    """

    def start(number: int) -> RedisServer:
        # They share a folder. A replica is told of when it has been sent something, and be it a sign of life.
        options = ["--cluster-config-file", f"nodes-{number}.conf", "--repl-ping-replica-period", "1"]
        return RedisServer.start(scratch, "--cluster-enabled", "yes", *options)

    def wait_for(server: RedisServer, text: str, *words: str) -> None:
        wait_until(lambda: text in str(server.ask(*words)), f"{server.address} says {text}")

    servers = [start(number) for number in range(replicas + 1)]
    primary, *copies = servers
    primary.ask("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    own = str(primary.ask("CLUSTER", "MYID"))
    for replica in copies:
        primary.ask("CLUSTER", "MEET", "127.0.0.1", replica.port)
    for replica in copies:
        wait_for(replica, own, "CLUSTER", "NODES")
        replica.ask("CLUSTER", "REPLICATE", own)
    for server in servers:
        wait_for(server, "cluster_state:ok", "CLUSTER", "INFO")
        for replica in copies:
            wait_for(server, str(replica.port), "CLUSTER", "SLOTS")
    for replica in copies:
        wait_for(replica, "master_link_status:up", "INFO", "replication")
    return servers
