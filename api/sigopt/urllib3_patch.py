"""Pools of connections that hand out no connection which has idled for long.

Servers, and what lies between, close such connections without a word; a request that is sent on
one is lost.
"""

from __future__ import annotations

import time
from typing import Any

from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["ExpiringHTTPConnectionPool", "ExpiringHTTPSConnectionPool"]

_IDLE_S = 30.0


class ExpiringHTTPConnectionPool(HTTPConnectionPool):  # type: ignore[misc] # it has no types
    """A pool for HTTP.

    Args:
        *args: As for the pool of urllib3.
        expiration_seconds: For how long a connection may idle.
        **kwargs: As for the pool of urllib3.
    """

    def __init__(self, *args: Any, expiration_seconds: float = _IDLE_S, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expiration_seconds = expiration_seconds

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = time.monotonic()
        super()._put_conn(conn)

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout=timeout)
        since = getattr(conn, "idle_since", None)
        if since is None or time.monotonic() - since < self.expiration_seconds:
            return conn
        conn.close()
        return self._new_conn()


class ExpiringHTTPSConnectionPool(
    ExpiringHTTPConnectionPool,
    HTTPSConnectionPool,  # type: ignore[misc] # likewise
):
    """A pool for HTTPS."""
