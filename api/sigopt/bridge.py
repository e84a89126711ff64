"""The routes over HTTP, for programs that can reach the core API in no other way.

    python -m armwright.sigopt.bridge sigopt optimize -e experiment.yml python train.py

runs a command, and all that it starts, with the official client on the store: its variables
`SIGOPT_API_URL` and `SIGOPT_API_TOKEN` lead to this process, on this machine only and with a token
that nobody else knows, for as long as the command runs.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, final
from urllib.parse import parse_qsl, unquote, urlsplit

from armwright.sigopt.exception import ApiException, SigOptException, refused
from armwright.sigopt.store_driver import StoreDriver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

__all__ = ["Bridge", "main", "serving"]

_HOST = "127.0.0.1"
_VERSION = "v1"
_POLL_S = 0.05  # until it is noticed that serving is over
_MOST_BYTES = 100_000_000  # of a request


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Where the routes are served.

    Attributes:
        url: What paths are below, with their version.
        token: What every request has to have, as the user of basic authentication.
    """

    url: str
    token: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the official client finds it, also past a proxy."""
        past = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
        around = f"{past},{_HOST}" if past else _HOST
        return {
            "SIGOPT_API_URL": self.url,
            "SIGOPT_API_TOKEN": self.token,
            "NO_PROXY": around,
            "no_proxy": around,
        }


@contextmanager
def serving() -> Iterator[Bridge]:
    """Serves the routes as long as the block lasts."""
    server = _Server((_HOST, 0), _Handler)
    server.daemon_threads = True
    bridge = Bridge(
        url=f"http://{_HOST}:{server.server_address[1]}", token=secrets.token_urlsafe(24)
    )
    server.token = bridge.token  # type: ignore[attr-defined] # for the handlers
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_S,), name="sigopt-bridge", daemon=True
    )
    thread.start()
    try:
        yield bridge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@final
class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that went away before its answer; it may have been killed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@final
class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        """Answers a request of any method."""
        try:
            status, body = 200, self._asked()
        except ApiException as error:
            status, body = error.status_code, error.to_json()
        except SigOptException as error:  # the store cannot be reached
            status, body = 503, {"message": str(error)}
        except Exception as error:  # noqa: BLE001 - the boundary of this process
            status, body = 500, {"message": f"{type(error).__name__}: {error}"}
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(204 if body is None else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_MERGE = do_DELETE = _answer

    def _asked(self) -> dict[str, Any] | None:
        if not secrets.compare_digest(self._user(), self.server.token.encode()):  # type: ignore[attr-defined]
            self.close_connection = True  # what a stranger sends more is not read
            raise refused("this address is for the command that it was made for", 401)
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit() and int(length) <= _MOST_BYTES):
            self.close_connection = True  # it is not read
            raise refused(f"a request has at most {_MOST_BYTES} bytes, got {length}", 413)
        content = self.rfile.read(int(length))
        parts = urlsplit(self.path)
        names = [unquote(name) for name in parts.path.split("/")[1:]]
        if names[:1] != [_VERSION]:
            raise refused(f"paths begin with {_VERSION}, got {parts.path}", 404)
        data: Any = dict(parse_qsl(parts.query, keep_blank_values=True))
        if content:
            try:
                data |= json.loads(content) or {}
            except (TypeError, ValueError) as error:
                raise refused(f"a request should be a JSON object: {error}") from error
        return StoreDriver().request(self.command, names[1:], data, None)

    def _user(self) -> bytes:
        """The user's name of basic authentication; empty if there is none."""
        word = (self.headers.get("Authorization") or "").removeprefix("Basic ")
        try:
            return base64.b64decode(word, validate=True).partition(b":")[0]
        except ValueError:  # no base64, or no ASCII
            return b""

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""


def _run(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Runs the command to its end; what asks this process to end is passed on to it."""
    begun: list[subprocess.Popen[bytes]] = []
    asked: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        del frame
        asked.append(number)
        for command in begun:
            command.terminate()

    before = signal.signal(signal.SIGTERM, pass_on)
    try:
        with subprocess.Popen(list(words), env=environment) as command:  # noqa: S603 - the user's
            begun.append(command)
            try:
                if asked:  # before it was there
                    command.terminate()
                return command.wait()
            except BaseException:
                command.terminate()
                raise
    finally:
        signal.signal(signal.SIGTERM, before)


def main(words: Sequence[str]) -> int:
    """Runs a command with the official client on the store; returns its exit code, as a shell does.

    127 where there is no such command, 126 where it cannot be started, and 128 and more where a
    signal ended it.
    """
    if not words:
        sys.stderr.write("usage: python -m armwright.sigopt.bridge COMMAND [ARGUMENT...]\n")
        return 2
    with serving() as bridge:
        environment = {**os.environ, **bridge.environment}
        try:
            code = _run(words, environment)
        except FileNotFoundError:
            sys.stderr.write(f"error: there is no command {words[0]!r}\n")
            return 127
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            sys.stderr.write(f"error: cannot start {words[0]!r}: {reason}\n")
            return 126
        except KeyboardInterrupt:
            return 130
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
