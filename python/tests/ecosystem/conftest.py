"""A config for each application, and what it stands on."""

from __future__ import annotations

import pytest
from servers import RedisServer, yaml


@pytest.fixture(scope="module")
def config(own_servers: list[RedisServer]) -> str:
    """Their config: a server that dies is left out soon."""
    lines = [f"{server.address}:1 node-{number}" for number, server in enumerate(own_servers)]
    rules: dict[str, object] = {
        "auto_eject_hosts": "true",
        "server_failure_limit": 1,
        "server_retry_timeout": 500,
        # Servers that die close their connections. A timer alone also runs out where the machine is so busy that the
        # test itself gets no time: with 500 that took a server out that was well.
        "timeout": 5000,
    }
    # Nobody pays for finding out whether it is back.
    rules["on_failure"] = "probe"
    return yaml(lines, hash="md5", hash_tag='"{}"', **rules)
