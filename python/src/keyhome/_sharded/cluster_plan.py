"""From a config with a Redis Cluster, or addresses of one, to what redis-py's client of it is made with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, get_args

from .. import Router, pool_settings
from .._errors import KeyhomeError, KeyhomeTypeError
from .._words import ReadFrom
from .plan import host_and_port, redis_options

_UNKNOWABLE: tuple[ReadFrom, ...] = ("nearest", "least-latency")


class ClusterPlan(NamedTuple):
    """What a client of a Redis Cluster is made with.

    Attributes:
        addresses: `host` and `port` of some of its nodes.
        read_from: Which endpoint of a slot serves a read.
        options: redis-py's options, as the config says.
    """

    addresses: list[dict[str, Any]]
    read_from: ReadFrom
    options: dict[str, Any]


def cluster_plan(source: str | bytes | list[str], pool: str | None, read_from: ReadFrom | None) -> ClusterPlan:
    """The cluster of a config, or of addresses.

    Raises:
        KeyhomeError: Those of `Router.from_config`; `client.unsupported`; `argument.type`.
    """
    options: dict[str, Any] = {}
    said = read_from
    if isinstance(source, str | bytes):
        settings = pool_settings(source, pool)
        if settings["dialect"] != "redis-cluster":
            message = f"the pool `{settings['name']}` is no Redis Cluster; `ShardedRedis` is the client for it"
            raise KeyhomeError("client.unsupported", message)
        addresses = [node.address for node in Router.from_config(source, pool).nodes]
        options = redis_options(settings)
        # A cluster has database 0 only, and redis-py does not want to hear of it.
        options.pop("db", None)
        said = read_from or settings.get("read_from")
    else:
        addresses = list(source) if isinstance(source, Iterable) else [source]
    policy: ReadFrom = said or "primary"
    if policy not in get_args(ReadFrom):
        raise KeyhomeTypeError("argument.type", f"`{policy}` is none of the policies {', '.join(get_args(ReadFrom))}")
    if policy in _UNKNOWABLE:
        message = f"redis-py's cluster client does not say how long a node takes or where it is, as `{policy}` needs"
        raise KeyhomeError("client.unsupported", message)
    return ClusterPlan([_seed(address) for address in addresses], policy, options)


def _seed(address: Any) -> dict[str, Any]:
    host, _, port = address.rpartition(":") if isinstance(address, str) else ("", "", "")
    if not host or host.startswith("/") or not port.isdecimal():
        message = f"the nodes of a cluster are addresses such as `10.0.0.1:6379`, and {address!r} is none"
        raise KeyhomeTypeError("argument.type", message)
    return host_and_port(address)
