"""Real servers on loopback, for the tests, examples and benchmarks of the clients.

As in crates/keyhome-live, none of them outlives the program that started them.
"""

from .ask import ReplyError, ask
from .cluster import start_cluster
from .nutcracker import Nutcracker, yaml
from .redis_server import RedisServer
from .scratch import Scratch
from .silent_server import SilentServer
from .wait import wait_until

__all__ = [
    "Nutcracker",
    "RedisServer",
    "ReplyError",
    "Scratch",
    "SilentServer",
    "ask",
    "start_cluster",
    "wait_until",
    "yaml",
]
