"""A server that accepts and never answers, as a machine does whose disk hangs."""

from __future__ import annotations

import selectors
import socket
import threading

from .scratch import Scratch


class SilentServer:
    """A server that accepts and never answers.

    Attributes:
        port: The port it listens on.
        received: How many bytes it has been sent.
    """

    port: int
    received: int

    def __init__(self, scratch: Scratch) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector.register(self._listener, selectors.EVENT_READ)
        # Written to, it ends.
        self._waker, self._wakened = socket.socketpair()
        self._selector.register(self._wakened, selectors.EVENT_READ)
        self.port = self._listener.getsockname()[1]
        self.received = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        scratch.at_end(self.end)

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`"""
        return f"127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._selector.get_map()) - 2

    def end(self) -> None:
        """Closes all. Again is nothing."""
        if self._thread.is_alive():
            self._waker.send(b"!")
            self._thread.join()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._wakened:
                    return self._close()
                if key.fileobj is self._listener:
                    self._selector.register(self._listener.accept()[0], selectors.EVENT_READ)
                else:
                    self._read(key.fileobj)  # type: ignore[arg-type]

    def _read(self, connection: socket.socket) -> None:
        try:
            received = len(connection.recv(65536))
        except ConnectionResetError:
            received = 0
        self.received += received
        if received == 0:
            self._selector.unregister(connection)
            connection.close()

    def _close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._waker.close()
        self._selector.close()
