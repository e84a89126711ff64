"""Receives files from clients that can only send them over HTTP, from this machine only.

It listens once the first file is announced, as long as the process lives. An address is good for
one file and cannot be guessed.
"""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["expect"]

_lock = threading.Lock()
_expected: dict[str, tuple[int, Callable[[bytes], None]]] = {}
_servers: list[ThreadingHTTPServer] = []


def expect(length: int, keep: Callable[[bytes], None]) -> str:
    """The address to which a file may be sent once.

    Args:
        length: Of the file; of another one nothing is read.
        keep: Called with the file; raises ValueError to refuse it.
    """
    with _lock:
        if not _servers:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, name="sigopt-files", daemon=True).start()
            _servers.append(server)
        word = secrets.token_urlsafe(24)
        _expected[f"/{word}"] = length, keep
        return f"http://127.0.0.1:{_servers[0].server_address[1]}/{word}"


@final
class _Receiver(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        with _lock:
            length, keep = _expected.pop(self.path, (0, None))
        status = 404
        if keep is not None and self.headers.get("Content-Length") != str(length):
            status = 400
        elif keep is not None:
            try:
                keep(self.rfile.read(length))
                status = 200
            except ValueError:
                status = 400
        self.close_connection = True  # what else was sent is not read
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""
