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
from armwright.sigopt.exception import ApiException, ConnectionException
from armwright.sigopt.fields import plain_json
from armwright.sigopt.http_library import requests
from armwright.sigopt.ratelimit import failed_status_rate_limit
from armwright.sigopt.store_driver import DEFAULT_API_URL, DEFAULT_HTTP_TIMEOUT
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
class RequestDriver:
    """Asks a server.

    Args:
        client_token: Says who asks; `SIGOPT_API_TOKEN`, else that of `sigopt config`, where None.
        headers: Sent with each request.
        proxies: As `requests` takes them.
        timeout: For an answer, in seconds; as long is asked again where the server is busy.
        client_ssl_certs: As `requests` takes them, as `cert`.
        session: What sends; a session of `requests` where None.
        api_url: Where the routes are; `SIGOPT_API_URL` where None.

    Raises:
        ValueError: There is no token.
        ImportError: `requests` is not installed.
    """

    api_version = "v1"

    def __init__(
        self,
        client_token: str | None = None,
        headers: dict[str, str] | None = None,
        proxies: Any = None,
        timeout: float = DEFAULT_HTTP_TIMEOUT,
        client_ssl_certs: Any = None,
        session: Any = None,
        api_url: str | None = None,
    ) -> None:
        if client_token is None:
            client_token = os.environ.get("SIGOPT_API_TOKEN", settings.config.api_token)
        if not client_token:
            raise ValueError(
                "a connection over HTTP needs a client_token, or SIGOPT_API_TOKEN; "
                "one to a store needs neither: leave out driver and api_url"
            )
        self.auth: Any = None
        self.set_client_token(client_token)
        self.verify_ssl_certs: Any = os.environ.get("SIGOPT_API_VERIFY_SSL_CERTS")
        if os.environ.get("SIGOPT_API_NO_VERIFY_SSL_CERTS"):
            self.verify_ssl_certs = False
        self.proxies, self.timeout, self.client_ssl_certs = proxies, timeout, client_ssl_certs
        self.session = session or get_expiring_session()
        self.api_url = api_url or os.environ.get("SIGOPT_API_URL") or DEFAULT_API_URL
        self.default_headers = {
            "Content-Type": "application/json",
            "X-SigOpt-Python-Version": VERSION,
            **(headers or {}),
        }

    def set_client_token(self, client_token: str | None) -> None:
        """Says who asks from now on; nobody where None."""
        self.auth = None
        if client_token is not None:
            self.auth = requests.auth.HTTPBasicAuth(client_token, "")

    def set_api_url(self, api_url: str) -> None:
        """Says where the routes are from now on."""
        self.api_url = api_url

    def request(
        self,
        method: str,
        path: list[Any],
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Json | None:
        """Asks, and asks again for a while where the server says that it is too busy.

        Args:
            method: GET, POST, PUT, MERGE or DELETE.
            path: Names and ids, such as `["experiments", "7", "observations"]`.
            data: Fields; may hold objects and arrays.
            headers: Sent with this request.

        Raises:
            ApiException: It is refused, or the answer is no JSON.
            ConnectionException: The server cannot be reached.
        """
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
