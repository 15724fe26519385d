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
from ._keyhome import (
    Health,
    HotKeys,
    ReplicaSet,
    Router,
    __version__,
    command_keys,
    command_kind,
    command_route,
    is_failure,
    pool_names,
    pool_settings,
    scan_next,
    scan_target,
    slot,
    slots,
    slots_packed,
)
from ._nodes import Node, Replica, ScanTarget
from ._shapes import (
    AddressChange,
    Arcs,
    Balance,
    CommandKind,
    CommandRoute,
    Diff,
    EndpointState,
    Estimate,
    Explanation,
    HashStep,
    HealthEvent,
    HealthRules,
    HealthSnapshot,
    HotKey,
    HotKeysOptions,
    KeyCopy,
    Move,
    NodeHealth,
    NodeShare,
    PlaceStep,
    PoolSettings,
    ReplicaOptions,
    ReplicaSetSnapshot,
)
from ._words import (
    Access,
    Dialect,
    ErrorCode,
    FanOut,
    Hash,
    Key,
    LiveSet,
    Merge,
    OnFailure,
    Outcome,
    Positions,
    ReadFrom,
    Word,
)

__all__ = [
    "Access",
    "AddressChange",
    "Arcs",
    "Balance",
    "CommandKind",
    "CommandRoute",
    "ConfigError",
    "Dialect",
    "Diff",
    "EndpointState",
    "ErrorCode",
    "Estimate",
    "Explanation",
    "FanOut",
    "Hash",
    "HashStep",
    "Health",
    "HealthEvent",
    "HealthRules",
    "HealthSnapshot",
    "HotKey",
    "HotKeys",
    "HotKeysOptions",
    "Key",
    "KeyCopy",
    "KeyhomeError",
    "KeyhomeTypeError",
    "LiveSet",
    "Merge",
    "Move",
    "Node",
    "NodeHealth",
    "NodeShare",
    "OnFailure",
    "Outcome",
    "PlaceStep",
    "PoolSettings",
    "Positions",
    "ReadFrom",
    "Replica",
    "ReplicaOptions",
    "ReplicaSet",
    "ReplicaSetSnapshot",
    "Router",
    "ScanTarget",
    "Word",
    "__version__",
    "command_keys",
    "command_kind",
    "command_route",
    "is_failure",
    "pool_names",
    "pool_settings",
    "scan_next",
    "scan_target",
    "slot",
    "slots",
    "slots_packed",
]
