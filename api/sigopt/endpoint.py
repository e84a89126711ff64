"""A call of the core API: a method on a path, and what its answer is wrapped in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, final

__all__ = ["ApiEndpoint", "BoundApiEndpoint"]

Wrap = Callable[[dict[str, Any], Any, Mapping[str, Any]], Any]


@final
class ApiEndpoint:
    """A call that a resource has.

    Args:
        name: What its path ends in after the resource's own; nothing where None.
        response_cls: What wraps the answer; without it the call returns None.
        method: GET, POST, PUT, MERGE or DELETE.
        attribute_name: What users call it; `name` where None.
    """

    def __init__(
        self,
        name: str | None,
        response_cls: Wrap | None,
        method: str,
        attribute_name: str | None = None,
    ) -> None:
        self.name = name
        self.response_cls = response_cls
        self.method = method
        self.attribute_name = attribute_name or name


@final
class BoundApiEndpoint:
    """A call on one resource; calling it asks the driver.

    Args:
        bound_resource: The resource.
        endpoint: The call.
    """

    def __init__(self, bound_resource: Any, endpoint: ApiEndpoint) -> None:
        self._bound_resource = bound_resource
        self._endpoint = endpoint

    def __call__(self, **params: Any) -> Any:
        """Asks, with these fields."""
        return self.call_with_params(params)

    def call_with_json(self, text: str) -> Any:
        """Asks, with the fields of a JSON object."""
        return self.call_with_params(json.loads(text))

    def call_with_params(self, params: dict[str, Any]) -> Any:
        """Asks, with the fields of a dict."""
        path, endpoint = list(self._bound_resource.path), self._endpoint
        if endpoint.name:
            path.append(endpoint.name)
        answer = self._bound_resource.connection.request(endpoint.method, path, params, None)
        if answer is None or endpoint.response_cls is None:
            return None
        return endpoint.response_cls(answer, self, params)
