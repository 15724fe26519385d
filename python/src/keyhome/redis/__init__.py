"""redis-py on many servers, as if it were one: `pip install keyhome[redis]`.

Example:
    >>> from keyhome.redis import ShardedRedis
    >>> redis = ShardedRedis.from_config("pool: {servers: [10.0.0.1:6379:1 redis-1, 10.0.0.2:6379:1 redis-2]}")
    >>> redis.router.node("user:1001").name
    'redis-2'
"""

try:
    import redis as _redis  # noqa: F401
except ModuleNotFoundError as error:
    message = 'keyhome.redis needs redis-py: pip install "keyhome[redis]"'
    raise ModuleNotFoundError(message, name=error.name) from error

from .._sharded.errors import DonePart, FailedPart, SplitError, UnavailableError
from .._sharded.options import EventHook
from .._sharded.plan import NodeAddress, Nodes, ReplicaAddress
from .._sharded.replies import NodeReplies
from .._sharded.stats import EndpointStats, NodeStats
from .client import ShardedRedis
from .cluster import cluster
from .pipeline import ShardedPipeline
from .pubsub import ShardedPubSub

__all__ = [
    "DonePart",
    "EndpointStats",
    "EventHook",
    "FailedPart",
    "NodeAddress",
    "NodeReplies",
    "NodeStats",
    "Nodes",
    "ReplicaAddress",
    "ShardedPipeline",
    "ShardedPubSub",
    "ShardedRedis",
    "SplitError",
    "UnavailableError",
    "cluster",
]
