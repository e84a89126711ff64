"""The `requests` package, which is an extra: loaded when a connection first goes over HTTP."""

from __future__ import annotations

from typing import Any, final

__all__ = ["requests"]


@final
class _Requests:
    """The package; each name of it is loaded when it is asked for.

    Raises:
        ImportError: It is not installed.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            import requests
        except ImportError as error:
            raise ImportError(
                "a connection over HTTP needs requests: pip install 'armwright[http]'"
            ) from error
        return getattr(requests, name)


requests: Any = _Requests()
