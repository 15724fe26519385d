"""The words of keyhome, as types. A test compares them with the lists of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import Buffer

Key: TypeAlias = "str | Buffer"
"""What is taken as a key: a text, which is its UTF-8 bytes, or `bytes`, `bytearray`, `memoryview`, any buffer of bytes."""

Word: TypeAlias = "str | Buffer | int | float"
"""A word of a command: a key, or a number, which is its digits."""

ErrorCode: TypeAlias = Literal[
    "config.syntax",
    "config.field",
    "config.type",
    "config.value",
    "config.number",
    "config.weight",
    "config.server",
    "config.name",
    "config.option",
    "config.empty",
    "config.slots",
    "config.points",
    "config.nodes",
    "config.memcached",
    "pool.unknown",
    "pool.required",
    "pool.empty",
    "node.unknown",
    "node.ejected",
    "pool.ejected",
    "replica.unavailable",
    "slot.uncovered",
    "key.encoding",
    "key.type",
    "placement.random",
    "command.unknown",
    "command.arguments",
    "cluster.reply",
    "batch.offsets",
    "argument.type",
    "argument.range",
    "hotkeys.merge",
    "hotkeys.bytes",
    "client.cluster",
    "client.split",
    "client.nodes",
    "client.queue",
    "client.unsupported",
    "client.closed",
    "fingerprint.differs",
    "engine.unavailable",
    "engine.failure",
]

Dialect: TypeAlias = Literal[
    "twemproxy",
    "redis-cluster",
    "vnodes",
    "charsum",
    "libketama",
    "npm-hashring",
    "uhashring",
    "hash_ring",
    "libmemcached",
]

Hash: TypeAlias = Literal[
    "one_at_a_time",
    "md5",
    "crc16",
    "crc32",
    "crc32a",
    "fnv1_64",
    "fnv1a_64",
    "fnv1_32",
    "fnv1a_32",
    "hsieh",
    "murmur",
    "jenkins",
    "murmur3",
    "sha1",
    "md5_hex8",
    "md5_128",
    "crc16_slot",
    "charsum",
]

OnFailure: TypeAlias = Literal[
    "remap",
    "fail",
    "probe",
]
"""What becomes of the keys of a node that is out."""

ReadFrom: TypeAlias = Literal[
    "primary",
    "replica",
    "prefer-replica",
    "nearest",
    "round-robin",
    "random",
    "least-latency",
]
"""Which endpoint of a node is read from."""

Outcome: TypeAlias = Literal[
    "reply",
    "failure",
    "check_passed",
    "check_failed",
]
"""What became of a request, or of a check."""

LiveSet: TypeAlias = Literal[
    "same",
    "changed",
    "empty",
]
"""What `Health.update` says of the nodes that take part."""

Positions: TypeAlias = Literal[
    "ring",
    "list",
    "slots",
    "sum",
    "only_node",
]
"""What the positions of `Router.arcs` are."""

Access: TypeAlias = Literal[
    "read",
    "write",
    "neither",
]
"""Whether a command changes data."""

FanOut: TypeAlias = Literal[
    "home",
    "split",
    "channel",
    "any",
    "all_primaries",
    "all_nodes",
    "cursor",
    "connection",
    "one_server",
]
"""Where a command goes in a pool of several nodes."""

Merge: TypeAlias = Literal[
    "none",
    "sum",
    "min",
    "and",
    "all_ok",
    "one_ok",
    "first",
    "union",
    "by_key",
    "cursor",
    "per_node",
]
"""How the replies of several nodes become one."""
