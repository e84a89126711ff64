"""A wire that loses answers: passes each request on to a server and may drop what comes back.

    with CuttingProxy("127.0.0.1", 7480) as proxy:
        fs = s3fs.S3FileSystem(endpoint_url=proxy.url, ...)
        proxy.cut(1, "PUT")  # the server does it, the client hears nothing

The hardest case for an exclusive create, and one that no mock of a client library shows.
"""

import random
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self, final

__all__ = ["CuttingProxy"]

_CHUNK = 1 << 16


@final
class CuttingProxy:
    """Listens on a port of 127.0.0.1 and passes on to one server, until it is left.

    Attributes:
        url: Where it listens.
        dropped: How many answers were dropped.
    """

    def __init__(self, host: str, port: int) -> None:
        self.dropped = 0
        self._upstream = (host, port)
        self._left, self._method = 0, b""
        self._share, self._random = 0.0, random.Random(0)  # noqa: S311 not for secrets
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            left = list(self._open)
        for one in left:
            _close(one)

    def cut(self, count: int, method: str = "") -> None:
        """Drops the answers to the next `count` requests of this method, or of any."""
        with self._lock:
            self._left, self._method, self._share = count, method.encode(), 0.0

    def cut_at_random(self, share: float, seed: int = 0) -> None:
        """Drops this share of all answers from now on."""
        with self._lock:
            self._left, self._share, self._random = 0, share, random.Random(seed)  # noqa: S311

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._upstream)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            doomed = threading.Event()
            for target in (self._forth, self._back):
                threading.Thread(target=target, args=(client, server, doomed), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(_CHUNK):
                if self._strikes(data):
                    doomed.set()
                server.sendall(data)
        self._end(client, server)

    def _back(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(_CHUNK):
                if doomed.is_set() and not data.startswith(b"HTTP/1.1 100"):
                    with self._lock:
                        self.dropped += 1
                    break
                client.sendall(data)
        self._end(client, server)

    def _strikes(self, data: bytes) -> bool:
        """Says whether the answer to what begins here is to be dropped."""
        head = data.partition(b"\r\n")[0]
        if not head.endswith((b" HTTP/1.1", b" HTTP/1.0")):
            return False  # the rest of a request
        with self._lock:
            if self._share:
                return self._random.random() < self._share
            if self._left and head.startswith(self._method):
                self._left -= 1
                return True
        return False

    def _end(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            self._open -= {client, server}
        _close(client)
        _close(server)


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        one.close()
