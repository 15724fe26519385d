"""Which server owns a Redis key, exactly as the system that put it there decides it.

A `Router` is made from a nutcracker.yml, or from what a Redis Cluster says of itself, and answers for each key which
node is its home. It never changes, does no I/O, and agrees with the same router in Rust, in Node.js, in a browser and
in the `keyhome` command on every key.

Example:
    >>> import keyhome
    >>> router = keyhome.Router.from_config('''
    ... sessions:
    ...   hash_tag: "{}"
    ...   servers:
    ...    - 10.0.0.1:6379:1 redis-1
    ...    - 10.0.0.2:6379:2 redis-2
    ...    - 10.0.0.3:6379:1 redis-3
    ... ''')
    >>> router.node("user:{1000}:name").address
    '10.0.0.1:6379'
    >>> keyhome.slot("user:1001")
    5712
"""

from ._errors import ConfigError, KeyhomeError, KeyhomeTypeError
from ._keyhome import Router, __version__, slot, slots, slots_packed
from ._nodes import Node, Replica
from ._shapes import (
    AddressChange,
    Balance,
    Diff,
    Explanation,
    HashStep,
    Move,
    NodeShare,
    PlaceStep,
)
from ._words import Dialect, ErrorCode, Hash, Key

__all__ = [
    "AddressChange",
    "Balance",
    "ConfigError",
    "Dialect",
    "Diff",
    "ErrorCode",
    "Explanation",
    "Hash",
    "HashStep",
    "Key",
    "KeyhomeError",
    "KeyhomeTypeError",
    "Move",
    "Node",
    "NodeShare",
    "PlaceStep",
    "Replica",
    "Router",
    "__version__",
    "slot",
    "slots",
    "slots_packed",
]
