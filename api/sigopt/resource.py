"""A path of the core API: `experiments(7).observations()`, with the calls that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, final

from armwright.sigopt.endpoint import ApiEndpoint, BoundApiEndpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ApiResource", "BoundApiResource", "PartiallyBoundApiResource"]

_NO_ID: Final = object()


@final
class ApiResource:
    """A resource; called with an id, or without one for all of them, it has calls.

    Args:
        connection: Whom to ask.
        name: In the path.
        endpoints: Its calls.
        resources: What each of them has below it.
    """

    def __init__(
        self,
        connection: Any,
        name: str,
        endpoints: Sequence[ApiEndpoint] = (),
        resources: Sequence[ApiResource] = (),
    ) -> None:
        self.connection = connection
        self.name = name
        self.endpoints = {endpoint.attribute_name: endpoint for endpoint in endpoints}
        self.resources = {resource.name: resource for resource in resources}

    def __call__(self, id_: Any = _NO_ID) -> BoundApiResource:
        """The resource of an id; without one all of them."""
        return BoundApiResource(self, id_, [self.name])


@final
class PartiallyBoundApiResource:
    """A resource below another one."""

    def __init__(self, resource: ApiResource, parent: BoundApiResource) -> None:
        self._resource = resource
        self._parent = parent

    def __call__(self, id_: Any = _NO_ID) -> BoundApiResource:
        """The resource of an id; without one all of them."""
        return BoundApiResource(self._resource, id_, [*self._parent.path, self._resource.name])


@final
class BoundApiResource:
    """A resource with its path; its calls and what is below it are its attributes."""

    def __init__(self, resource: ApiResource, id_: Any, path: Sequence[Any]) -> None:
        self._resource = resource
        self.path = [*path] if id_ is _NO_ID else [*path, id_]
        self.connection = resource.connection

    def get_bound_entity(self, name: str) -> BoundApiEndpoint | PartiallyBoundApiResource | None:
        """The call or the resource of a name; None if there is none."""
        if name in self._resource.endpoints:
            return BoundApiEndpoint(self, self._resource.endpoints[name])
        if name in self._resource.resources:
            return PartiallyBoundApiResource(self._resource.resources[name], self)
        return None

    def __getattr__(self, name: str) -> Any:
        found = None if name.startswith("_") else self.get_bound_entity(name)
        if found is None:
            known = [*self._resource.endpoints, *self._resource.resources]
            path = "/".join(str(part) for part in self.path)
            raise AttributeError(f"{path} has no {name!r}; it has {', '.join(map(str, known))}")
        return found
