"""Answers with a shape: the same members as the JSON of the `keyhome` command and of every other language.

A count of hash values is an `int` up to 2**53 and beyond it a `str` of hexadecimal digits, as in that JSON: a ring of
128-bit points has larger ones than every reader of JSON can hold. `int(text, 16)` reads it.
"""

from __future__ import annotations

from array import array
from typing import Literal, NotRequired, TypedDict

from ._words import Access, Dialect, FanOut, Merge, OnFailure, Positions, ReadFrom


class HashStep(TypedDict):
    """A hash function and the value that it gave."""

    algorithm: str
    value: int | str


class OnlyNodeStep(TypedDict):
    """The pool has one node: nothing is hashed."""

    by: Literal["only_node"]


class PointStep(TypedDict):
    """The ring point that the hash meets."""

    by: Literal["point"]
    point: int | str
    label: str
    position: int
    points: int


class ListStep(TypedDict):
    """The place in modula's list: the hash modulo its length."""

    by: Literal["list"]
    position: int
    length: int


class SlotStep(TypedDict):
    """The slot of Redis Cluster."""

    by: Literal["slot"]
    slot: int


class SumStep(TypedDict):
    """The sum of UTF-16 code units, modulo the number of live nodes."""

    by: Literal["sum"]
    sum: int
    nodes: int


PlaceStep = OnlyNodeStep | PointStep | ListStep | SlotStep | SumStep
"""How a node follows from a hash; `by` says which step it is."""


class Explanation(TypedDict):
    """Each step from a key to its home.

    `key`, `tag` and `hashed` are texts; where one is not UTF-8, `key_hex`, `tag_hex` or `hashed_hex` has its bytes in
    hexadecimal digits instead.
    """

    key: NotRequired[str]
    key_hex: NotRequired[str]
    dialect: Dialect
    tag: NotRequired[str | None]
    tag_hex: NotRequired[str]
    hashed: NotRequired[str | None]
    hashed_hex: NotRequired[str]
    hash: HashStep | None
    place: PlaceStep
    node: str
    index: int
    address: str
    next: str | None


class Arcs(TypedDict):
    """Which stretch of positions is whose, in order: entry `i` ends with `ends[i]` and is that of the node `owners[i]`.

    `by` says what positions are: hash values, an entry a point (`ring`); places in modula's list, which are hashes
    modulo its length (`list`); slots of Redis Cluster; sums of UTF-16 code units modulo the number of live nodes
    (`sum`); or one, where there is one node and nothing is hashed.
    """

    by: Positions
    size: int
    ends: array[int]
    owners: array[int]


class NodeShare(TypedDict):
    """How many values of the key hash a node owns; `None` where there are no exact shares."""

    node: str
    share: int | str | None


class Balance(TypedDict):
    """How much each node owns, of `range` values that the key hash can give."""

    range: int | str | None
    shares: list[NodeShare]
    uncovered: NotRequired[int]


# `from` is a word of Python.
Move = TypedDict("Move", {"from": str | None, "to": str | None, "share": int | str})
"""Values that change hands; `None`: nobody had, or has, the slot."""


class AddressChange(TypedDict):
    """A node that both sides have, at different addresses."""

    node: str
    old: str
    new: str


class Diff(TypedDict):
    """What a change of routers moves. `range`, `moves` and `stays` are there where `exact` is true."""

    exact: bool
    range: NotRequired[int | str]
    moves: NotRequired[list[Move]]
    stays: NotRequired[int | str]
    addresses: list[AddressChange]


class CommandRoute(TypedDict):
    """Where a command goes. Positions are those of its words, from 0."""

    command: str
    access: Access
    blocking: bool
    keys: list[int]
    channels: list[int]
    fan_out: FanOut
    merge: Merge
    key_step: int


class CommandKind(TypedDict):
    """What the name of a command alone says of it."""

    command: str
    access: Access
    blocking: bool
    fan_out: FanOut
    merge: Merge
    key_step: int
    container: bool
    only_key: int | None


class KeyCopy(TypedDict):
    """A name for a copy of a key, and the index of the node on which it lives."""

    index: int
    key: str | bytes


class HealthRules(TypedDict, total=False):
    """When a node is taken out, for how long, and what becomes of its keys. `server_retry_timeout` is in milliseconds."""

    on_failure: OnFailure
    auto_eject_hosts: bool
    server_failure_limit: int
    server_retry_timeout: int


class ReplicaOptions(TypedDict, total=False):
    """Which endpoints are read from, and where the caller stands."""

    read_from: ReadFrom
    zone: str


class PoolSettings(HealthRules, ReplicaOptions):
    """What a config says of how a pool is served. Times are in milliseconds; a `timeout` of -1 is none."""

    name: str
    dialect: Dialect
    listen: NotRequired[str]
    timeout: NotRequired[int]
    backlog: NotRequired[int]
    client_connections: NotRequired[int]
    redis: NotRequired[bool]
    tcpkeepalive: NotRequired[bool]
    redis_auth: NotRequired[str]
    redis_db: NotRequired[int]
    preconnect: NotRequired[bool]
    server_connections: NotRequired[int]
    hash: NotRequired[str]
    distribution: NotRequired[str]
    hash_tag: NotRequired[str | None]
    signed_char: NotRequired[bool]
    mode: NotRequired[str]
    algorithm: NotRequired[str]
    vnodes: NotRequired[int]
    vnode_count: NotRequired[int]
    points_per_digest: NotRequired[int]
    default_port: NotRequired[int]


class EjectedEvent(TypedDict):
    """A node failed too often and is out, until it is tried or checked again."""

    event: Literal["ejected"]
    index: int
    at: int
    until: int


class PostponedEvent(TypedDict):
    """A node that was out already failed again, or failed its check."""

    event: Literal["postponed"]
    index: int
    at: int
    until: int


class ReturnedEvent(TypedDict):
    """A node is back after `away` microseconds; `keys_elsewhere`: keys were placed elsewhere meanwhile."""

    event: Literal["returned"]
    index: int
    at: int
    away: int
    keys_elsewhere: bool


class AllGoneEvent(TypedDict):
    """The last node that was there is out too."""

    event: Literal["all_gone"]
    at: int
    until: int


HealthEvent = EjectedEvent | PostponedEvent | ReturnedEvent | AllGoneEvent
"""What happened to nodes; `event` says which of these it is. Times are in microseconds."""


class NodeHealth(TypedDict):
    """What is known about one node. Times are in microseconds, `None` where there is none."""

    failure_count: int
    next_retry: int | None
    ejected_at: int | None
    ejections: int
    away_since: int | None
    keys_elsewhere: bool


class HealthSnapshot(TypedDict):
    """All that `Health` knows; `live` is how many nodes are."""

    rules: HealthRules
    live: int
    next_rebuild: int | None
    nodes: list[NodeHealth]


class EndpointState(TypedDict):
    """What is known about one endpoint. `far`: it is in another zone; `failures` are those in a row."""

    address: str
    role: Literal["primary", "replica"]
    zone: str | None
    far: bool
    up: bool
    in_flight: int
    latency: int | None
    failures: int
    left_out_until: int | None


class ReplicaSetSnapshot(TypedDict):
    """All that `ReplicaSet` knows."""

    read_from: ReadFrom
    zone: str | None
    endpoints: list[EndpointState]


class HotKeysOptions(TypedDict):
    """How a summary was made."""

    capacity: int
    window: int


class HotKey(TypedDict):
    """A key that was counted at most `count` times and at least `count - error`. `length` is that of the whole key, of
    which `key` has the first 120 bytes where it has more than 128."""

    key: str | bytes
    length: int
    count: int
    error: int


class Estimate(TypedDict):
    """What is known of the count of one key: it is at most `count`, and at least `count - error`."""

    count: int
    error: int
