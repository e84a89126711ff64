"""The driver: what answers the core API, and the official client, from our store."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any, Final, final

from armwright.sigopt.config import config
from armwright.sigopt.driver_base import DriverBase
from armwright.sigopt.exception import SigOptException

__all__ = ["ClientDriver", "StoreDriver"]

_SKIP: Final = {"X-Response-Content": "skip"}


@final
class StoreDriver(DriverBase):
    """Answers requests from the store that `set_store` or `ARMWRIGHT_STORE` names.

    No token is needed. What a driver takes is kept for code that reads it, and not used.

    Args:
        *args: See `DriverBase`.
        compute_mode: Not used; what sigoptlite takes.
        **kwargs: See `DriverBase`.
    """

    def __init__(self, *args: Any, compute_mode: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.compute_mode = compute_mode

    def set_client_token(self, client_token: str | None) -> None:
        """Keeps the token."""
        said = client_token or os.environ.get("SIGOPT_API_TOKEN") or config.api_token
        self.auth = SimpleNamespace(username=said or "", password="")

    def request(
        self, method: str, path: list[Any], data: Any = None, headers: Any = None
    ) -> dict[str, Any] | None:
        """See `DriverBase.request`."""
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

    def request(self, *asked: Any, **more: Any) -> dict[str, Any] | None:
        """See `DriverBase.request`."""
        try:
            return self._driver.request(*asked, **more)
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
