"""Where keys live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Replica:
    """A copy of a node that may serve reads.

    Attributes:
        address: `host:port`, or the path of a unix socket.
        zone: Where it stands, if the config says so.
    """

    address: str
    zone: str | None = None


class ScanTarget(NamedTuple):
    """Whom to ask next in a SCAN over several nodes.

    Attributes:
        node: The index of the node.
        cursor: The cursor to give it.
    """

    node: int
    cursor: int


@dataclass(frozen=True, slots=True)
class Node:
    """A place where keys live: a server of a pool, or a primary of a cluster.

    A router makes each of its nodes once: `router.node(key) is router.nodes[router.index(key)]`.

    Attributes:
        name: What the ring hashes and what people call it. Unique in its pool.
        address: `host:port`, or the path of a unix socket.
        weight: At least 1.
        zone: Where it stands, if the config says so.
        replicas: Copies that may serve reads.
    """

    name: str
    address: str
    weight: int = 1
    zone: str | None = None
    replicas: tuple[Replica, ...] = ()
