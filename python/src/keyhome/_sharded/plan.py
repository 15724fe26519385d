"""From what a client is made of, a config or a list of nodes, to the router and settings of its pool."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NotRequired, TypedDict

from .. import Router, pool_settings
from .._errors import KeyhomeError, KeyhomeTypeError
from .._shapes import PoolSettings

_POOL = "nodes"
_ADVICE = "connect with `keyhome.redis.cluster(config)`, or with `keyhome.redis.asyncio.cluster(config)`"


class ReplicaAddress(TypedDict):
    """A copy of a node that may serve reads."""

    host: str
    port: NotRequired[int]
    zone: NotRequired[str]


class NodeAddress(TypedDict):
    """A server of a pool, for clients that are made without a config.

    `host` is a host name or address, or the path of a unix socket; `port` is 6379 unless said; `name` is what the ring
    hashes, `host:port` unless said; `weight` is at least 1, which it is unless said; `zone` is where it stands.
    """

    host: str
    port: NotRequired[int]
    name: NotRequired[str]
    weight: NotRequired[int]
    zone: NotRequired[str]
    replicas: NotRequired[Sequence[ReplicaAddress]]


Nodes = Sequence[str | NodeAddress]
"""The servers of a pool: as in a config (`host:port:weight name`), or as dictionaries."""


class Plan(NamedTuple):
    """A pool that a client can serve."""

    router: Router
    settings: PoolSettings


def plan_of(source: str | bytes | Nodes, pool: str | None, pool_options: Mapping[str, Any] | None) -> Plan:
    """The pool of a config, or of nodes.

    Raises:
        KeyhomeError: Those of `Router.from_config`; `client.cluster` for a Redis Cluster; `placement.random`;
            `argument.type`.
    """
    text, name = (source, pool) if isinstance(source, str | bytes) else (_config_of(source, pool_options), _POOL)
    settings = pool_settings(text, name)
    if settings["dialect"] == "redis-cluster":
        message = f"the pool `{settings['name']}` is a Redis Cluster, whose servers say themselves where slots live"
        raise KeyhomeError("client.cluster", f"{message}; {_ADVICE}")
    router = Router.from_config(text, name)
    # `distribution: random` gives no key a home; better said here than with every command.
    router.index("")
    return Plan(router, settings)


def _config_of(nodes: Nodes, pool_options: Mapping[str, Any] | None) -> str:
    try:
        servers = [node if isinstance(node, str) else _server_of(node) for node in nodes]
        return json.dumps({_POOL: {**(pool_options or {}), "servers": servers}})
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        message = (
            "a client is made of nodes: texts as in a config (`host:port:weight name`), or dictionaries with a `host`"
        )
        raise KeyhomeTypeError("argument.type", f"{message} ({type(error).__name__}: {error})") from error


def _server_of(node: NodeAddress) -> dict[str, Any]:
    server: dict[str, Any] = {key: value for key, value in node.items() if key in ("name", "weight", "zone")}
    server["address"] = _address_of(node)
    if replicas := node.get("replicas"):
        server["replicas"] = [_replica_of(replica) for replica in replicas]
    return server


def _replica_of(replica: ReplicaAddress) -> dict[str, str]:
    zone = {"zone": replica["zone"]} if "zone" in replica else {}
    return {"address": _address_of(replica), **zone}


def _address_of(node: NodeAddress | ReplicaAddress) -> str:
    host = node["host"]
    return host if host.startswith("/") else f"{host}:{node.get('port', 6379)}"


def host_and_port(address: str) -> dict[str, Any]:
    """An address of a node, as redis-py's options."""
    if address.startswith("/"):
        return {"unix_socket_path": address}
    host, _, port = address.rpartition(":")
    return {"host": host.removeprefix("[").removesuffix("]"), "port": int(port)}


def redis_options(settings: PoolSettings) -> dict[str, Any]:
    """What a config says of the connections to its servers, as redis-py's options."""
    options: dict[str, Any] = {}
    if (timeout := settings.get("timeout", -1)) > 0:
        options["socket_timeout"] = options["socket_connect_timeout"] = timeout / 1000
    if "redis_auth" in settings:
        options["password"] = settings["redis_auth"]
    if "redis_db" in settings:
        options["db"] = settings["redis_db"]
    if settings.get("tcpkeepalive"):
        options["socket_keepalive"] = True
    return options
