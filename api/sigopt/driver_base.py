"""What drivers have in common: the settings that code reads and changes, and how they are asked."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import Any, Final

__all__ = ["DEFAULT_API_URL", "DEFAULT_HTTP_TIMEOUT", "DriverBase"]

DEFAULT_API_URL: Final = "https://api.sigopt.com"
DEFAULT_HTTP_TIMEOUT = 150  # seconds; the store waits for no server


class DriverBase(ABC):
    """Answers the requests of a connection.

    Args:
        client_token: Says who asks.
        headers: Sent with each request.
        proxies: As `requests` takes them.
        timeout: For an answer, in seconds.
        client_ssl_certs: As `requests` takes them, as `cert`.
        session: What sends; a session of `requests`.
        api_url: Where the routes are; `SIGOPT_API_URL` where None.
    """

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
        self.auth: Any = None
        self.verify_ssl_certs: Any = None
        self.proxies, self.timeout, self.client_ssl_certs = proxies, timeout, client_ssl_certs
        self.session, self.default_headers = session, headers or {}
        self.set_api_url(api_url or os.environ.get("SIGOPT_API_URL") or DEFAULT_API_URL)
        self.set_client_token(client_token)

    def set_api_url(self, api_url: str) -> None:
        """Says where the routes are from now on."""
        self.api_url = api_url

    @abstractmethod
    def set_client_token(self, client_token: str | None) -> None:
        """Says who asks from now on; nobody where None."""

    @abstractmethod
    def request(
        self,
        method: str,
        path: list[Any],
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """Does what is asked.

        Args:
            method: GET, POST, PUT, MERGE or DELETE.
            path: Names and ids, such as `["experiments", "7", "observations"]`.
            data: Fields; may hold objects and arrays.
            headers: With this request; with `X-Response-Content: skip` the answer is not needed,
                and may be None.

        Raises:
            ApiException: It is refused, or there is no such thing.
            ConnectionException: The store, or the server, cannot be reached.
        """
