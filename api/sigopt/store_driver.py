"""The driver: what answers the core API, and the official client, from our store."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any, Final, final

from armwright.sigopt.config import config
from armwright.sigopt.exception import SigOptException

__all__ = ["DEFAULT_API_URL", "DEFAULT_HTTP_TIMEOUT", "ClientDriver", "StoreDriver"]

DEFAULT_API_URL: Final = "https://api.sigopt.com"
_SKIP: Final = {"X-Response-Content": "skip"}
DEFAULT_HTTP_TIMEOUT = 150  # seconds; the store waits for no server


@final
class StoreDriver:
    """Answers requests from the store that `set_store` or `ARMWRIGHT_STORE` names.

    Args:
        client_token: No token is needed. This and the rest are kept for code that reads them.
        headers: Not used.
        proxies: Not used.
        timeout: Not used.
        client_ssl_certs: Not used.
        session: Not used.
        api_url: Not used.
        compute_mode: Not used; what sigoptlite takes.
    """

    def __init__(
        self,
        client_token: str | None = None,
        headers: Any = None,
        proxies: Any = None,
        timeout: float = DEFAULT_HTTP_TIMEOUT,
        client_ssl_certs: Any = None,
        session: Any = None,
        api_url: str | None = None,
        *,
        compute_mode: str | None = None,
    ) -> None:
        self.api_url = api_url or os.environ.get("SIGOPT_API_URL") or DEFAULT_API_URL
        self.timeout = timeout
        self.default_headers, self.proxies, self.session = headers or {}, proxies, session
        self.client_ssl_certs, self.verify_ssl_certs = client_ssl_certs, None
        self.compute_mode = compute_mode
        said = client_token or os.environ.get("SIGOPT_API_TOKEN") or config.api_token
        self.set_client_token(said or "")

    def set_client_token(self, client_token: str) -> None:
        """Keeps the token."""
        self.auth = SimpleNamespace(username=client_token, password="")

    def set_api_url(self, api_url: str) -> None:
        """Keeps the address."""
        self.api_url = api_url

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
            headers: With `X-Response-Content: skip` the answer is not needed, and may be None.

        Raises:
            ApiException: It is refused, or there is no such thing.
            ConnectionException: The store cannot be read or written.
        """
        from armwright.sigopt.routes.answer import answer

        wanted = not (headers and _SKIP.items() <= headers.items())
        return answer(method, path, data, wanted=wanted)


@final
class ClientDriver:
    """The same for the client from PyPI: `sigopt.Connection(driver=armwright.sigopt.driver)`.

    For that client's own calls, such as `sigopt.create_experiment`, put the connection into
    `sigopt.interface._global_connection`. Errors are of its classes too, where it is imported.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._driver = StoreDriver(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)

    def request(
        self,
        method: str,
        path: list[Any],
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """See `StoreDriver.request`."""
        try:
            return self._driver.request(method, path, data, headers)
        except SigOptException as error:
            theirs = sys.modules.get("sigopt.exception")
            if theirs is None or isinstance(error, theirs.SigOptException):
                raise
            kind = getattr(theirs, type(error).__name__, theirs.SigOptException)
            raise _also(error, kind) from error


def _also(error: SigOptException, kind: type[Exception]) -> Exception:
    """The error as one that is of a class of theirs too."""
    both = type(kind.__name__, (kind, type(error)), {"__init__": Exception.__init__})
    found: Exception = both(*error.args)
    vars(found).update(vars(error))
    return found
