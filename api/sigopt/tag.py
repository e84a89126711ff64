"""A mark that runs can have."""

from __future__ import annotations

from typing import ClassVar, final

from armwright.sigopt.api_object import ApiObject, Fields, as_is

__all__ = ["Tag"]


@final
class Tag(ApiObject):
    """A mark that runs can have: a name, and a colour as #RRGGBB."""

    FIELDS: ClassVar[Fields] = {"id": as_is, "name": as_is, "color": as_is}
