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
_expected: dict[str, Callable[[bytes], None]] = {}
_servers: list[ThreadingHTTPServer] = []


def expect(keep: Callable[[bytes], None]) -> str:
    """The address to which a file may be sent once.

    Args:
        keep: Called with the file; raises ValueError to refuse it.
    """
    with _lock:
        if not _servers:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, name="sigopt-files", daemon=True).start()
            _servers.append(server)
        word = secrets.token_urlsafe(24)
        _expected[f"/{word}"] = keep
        return f"http://127.0.0.1:{_servers[0].server_address[1]}/{word}"


@final
class _Receiver(BaseHTTPRequestHandler):
    def do_PUT(self) -> None:
        with _lock:
            keep = _expected.pop(self.path, None)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status = 404
        if keep is not None:
            try:
                keep(content)
                status = 200
            except ValueError:
                status = 400
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""
