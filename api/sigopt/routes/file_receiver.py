"""Moves files for clients that can only do so over HTTP, to and from this machine only.

It listens once the first file is announced or asked for, as long as the process lives. An address
cannot be guessed; one to send a file to is good for that file alone.
"""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.exception import SigOptException

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["expect", "offer"]

_lock = threading.Lock()
_expected: dict[str, tuple[int, Callable[[bytes], None]]] = {}
_offered: dict[str, tuple[str, Callable[[], bytes]]] = {}
_addresses: dict[str, str] = {}  # of what is offered
_servers: list[ThreadingHTTPServer] = []


def expect(length: int, keep: Callable[[bytes], None]) -> str:
    """The address to which a file may be sent once.

    Args:
        length: Of the file; of another one nothing is read.
        keep: Called with the file; raises ValueError to refuse it.
    """
    with _lock:
        path = _path()
        _expected[path] = length, keep
        return _origin() + path


def offer(place: str, kind: str, read: Callable[[], bytes]) -> str:
    """The address from which a file can be had; the same for the same file.

    Args:
        place: Says which file it is.
        kind: Its content type.
        read: Reads it.
    """
    with _lock:
        path = _addresses.setdefault(place, _path())
        _offered[path] = kind, read
        return _origin() + path


def _path() -> str:
    return f"/{secrets.token_urlsafe(24)}"


def _origin() -> str:
    if not _servers:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Mover)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, name="sigopt-files", daemon=True).start()
        _servers.append(server)
    return f"http://127.0.0.1:{_servers[0].server_address[1]}"


@final
class _Mover(BaseHTTPRequestHandler):
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
        self._say(status)

    def do_GET(self) -> None:
        with _lock:
            kind, read = _offered.get(self.path, ("", None))
        if read is None:
            self._say(404)
            return
        try:
            content = read()
        except SigOptException:  # the store cannot be reached, or the file has gone
            self._say(503)
            return
        self._say(200, content, kind)

    def _say(self, status: int, content: bytes = b"", kind: str | None = None) -> None:
        self.send_response(status)
        if kind is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""
