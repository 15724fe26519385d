"""A nutcracker (twemproxy) that serves one pool."""

from __future__ import annotations

import time
from typing import Any

from .ask import ask
from .ports import lease, with_fresh_ports
from .scratch import Scratch


def yaml(servers: list[str], **settings: object) -> str:
    """A pool named `pool` as nutcracker.yml describes it.

    Args:
        servers: Lines of `servers`, such as `127.0.0.1:6379:1 redis-1`.
        settings: All else, values as they are to stand in the file.
    """
    lines = [f"  {name}: {value}\n" for name, value in {"redis": "true", **settings}.items()]
    return f"pool:\n{''.join(lines)}  servers:\n" + "".join(f"   - {server}\n" for server in servers)


class Nutcracker:
    """A nutcracker.

    Attributes:
        port: The port on which it serves its pool.
    """

    port: int

    def __init__(self, port: int) -> None:
        self.port = port

    @staticmethod
    def start(scratch: Scratch, config: str) -> Nutcracker:
        """Starts one on a free port, with a config as `yaml` makes it."""

        def attempt() -> Nutcracker:
            folder = scratch.folder("nutcracker")
            file = folder / "nutcracker.yml"
            port, stats = lease(), lease()
            file.write_text(config.replace("pool:\n", f"pool:\n  listen: 127.0.0.1:{port}\n"), encoding="utf-8")
            arguments = ["-c", str(file), "-a", "127.0.0.1", "-s", str(stats), "-p", str(folder / "pid")]
            process = scratch.start("nutcracker", arguments, folder)
            process.wait_until(lambda: ask(port, "PING") == "PONG")
            # If another program had taken one of the ports, it was that program that answered; ours ends at once.
            time.sleep(0.02)
            if not process.is_running:
                raise ChildProcessError(f"nutcracker does not start\n{process.log_end()}")
            return Nutcracker(port)

        return with_fresh_ports(attempt)

    def ask(self, *words: str | bytes | int) -> Any:
        """The reply to a command, over a connection of its own."""
        return ask(self.port, *words)
