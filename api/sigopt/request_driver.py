"""The driver over HTTP: asks a server that has SigOpt's routes, such as our own bridge.

`sigopt.Connection(driver="http", client_token=..., api_url=...)`; a connection that is not asked to
go over HTTP stays with the store.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from http import HTTPStatus
from typing import Any, Final, final

import armwright.sigopt.config as settings
from armwright.sigopt.driver_base import DEFAULT_API_URL, DEFAULT_HTTP_TIMEOUT, DriverBase
from armwright.sigopt.exception import ApiException, ConnectionException
from armwright.sigopt.fields import plain_json
from armwright.sigopt.http_library import requests
from armwright.sigopt.ratelimit import failed_status_rate_limit
from armwright.sigopt.version import VERSION

__all__ = ["DEFAULT_API_URL", "DEFAULT_HTTP_TIMEOUT", "RequestDriver", "get_expiring_session"]

Json = dict[str, Any]

_IN_ADDRESS: Final = ("GET", "DELETE")  # their fields are in the address
_LONGEST_WAIT_S: Final = 30.0
_CREDENTIALS: Final = re.compile(r"//[^/\s]*@")  # of an address; no message shows them


def get_expiring_session() -> Any:
    """A session of `requests` that sends nothing on a connection that has idled for long."""
    from armwright.sigopt.urllib3_patch import (
        ExpiringHTTPConnectionPool,
        ExpiringHTTPSConnectionPool,
    )

    session, adapter = requests.Session(), requests.adapters.HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {
        "http": ExpiringHTTPConnectionPool,
        "https": ExpiringHTTPSConnectionPool,
    }
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


@final
class RequestDriver(DriverBase):
    """Asks a server, and asks again for a while where it says that it is too busy.

    Args:
        client_token: Says who asks; `SIGOPT_API_TOKEN`, else that of `sigopt config`, where None.
        *args: See `DriverBase`.
        **kwargs: See `DriverBase`; a session is made where there is none.

    Raises:
        ValueError: There is no token.
        ImportError: `requests` is not installed.
    """

    api_version = "v1"

    def __init__(self, client_token: str | None = None, *args: Any, **kwargs: Any) -> None:
        if client_token is None:
            client_token = os.environ.get("SIGOPT_API_TOKEN", settings.config.api_token)
        if not client_token:
            raise ValueError(
                "a connection over HTTP needs a client_token, or SIGOPT_API_TOKEN; "
                "one to a store needs neither: leave out driver and api_url"
            )
        super().__init__(client_token, *args, **kwargs)
        self.verify_ssl_certs = os.environ.get("SIGOPT_API_VERIFY_SSL_CERTS")
        if os.environ.get("SIGOPT_API_NO_VERIFY_SSL_CERTS"):
            self.verify_ssl_certs = False
        self.session = self.session or get_expiring_session()
        self.default_headers = {
            "Content-Type": "application/json",
            "X-SigOpt-Python-Version": VERSION,
            **self.default_headers,
        }

    def set_client_token(self, client_token: str | None) -> None:
        """Says who asks from now on; nobody where None."""
        self.auth = None
        if client_token is not None:
            self.auth = requests.auth.HTTPBasicAuth(client_token, "")

    def request(
        self, method: str, path: list[Any], data: Any = None, headers: Any = None
    ) -> Json | None:
        """See `DriverBase.request`."""
        method = method.upper()
        url = "/".join([self.api_url, self.api_version, *map(str, path)])
        in_address = method in _IN_ADDRESS
        asked = {
            "method": method,
            "url": url,
            "params": _fields_of_address(data) if in_address else None,
            "json": None if in_address else plain_json(data),
            "auth": self.auth,
            "headers": self._headers(headers),
            "verify": self.verify_ssl_certs,
            "proxies": self.proxies,
            "timeout": self.timeout,
            "cert": self.client_ssl_certs,
        }
        until = time.monotonic() + self.timeout
        longest = 1.0
        while True:
            response = self._sent(asked)
            busy = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
            pause = random.uniform(0, longest)  # noqa: S311 - no secret
            if not busy or time.monotonic() + pause > until:
                return _answer(response)
            time.sleep(pause)
            longest = min(2 * longest, _LONGEST_WAIT_S)

    def _sent(self, asked: Json) -> Any:
        try:
            return self.session.request(**asked)
        except requests.exceptions.RequestException as error:
            said = f"cannot reach {asked['url']}: {error}"
            raise ConnectionException(_CREDENTIALS.sub("//", said)) from None  # it shows them

    def _headers(self, headers: dict[str, str] | None) -> dict[str, str]:
        about = settings.get_user_agent_info()
        agent = f"sigopt-python/{VERSION}"
        if about:
            agent += f" ({'; '.join(about)})"
        return {"User-Agent": agent, **(headers or {}), **self.default_headers}


def _fields_of_address(data: Any) -> dict[str, str]:
    """Fields as an address has them: lists and objects as JSON; None is left out."""
    fields = {name: plain_json(item) for name, item in (data or {}).items() if item is not None}
    return {
        name: json.dumps(item, separators=(",", ":"))
        if isinstance(item, dict | list)
        else str(item)
        for name, item in fields.items()
    }


def _answer(response: Any) -> Json | None:
    """What was answered.

    Raises:
        ApiException: It is a refusal, or no JSON.
    """
    status = response.status_code
    well = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    body: Any = None
    if status != HTTPStatus.NO_CONTENT:
        try:
            body = json.loads(response.text)
        except ValueError:
            body = {"message": response.text}
            status, well = (HTTPStatus.INTERNAL_SERVER_ERROR if well else status), False
    if well:
        failed_status_rate_limit.clear()
        found: Json | None = body
        return found
    failed_status_rate_limit.increment_and_check()
    raise ApiException(body, int(status))
