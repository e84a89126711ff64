"""A file of a run, and where it is to be sent or can be had."""

from __future__ import annotations

from typing import ClassVar, final

from armwright.sigopt.api_object import ApiObject, Fields, as_is

__all__ = ["File", "Transfer"]


@final
class Transfer(ApiObject):
    """An HTTP request that moves a file."""

    FIELDS: ClassVar[Fields] = {"url": as_is, "method": as_is, "headers": as_is}


@final
class File(ApiObject):
    """A file of a run."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "filename": as_is,
        "content_type": as_is,
        "content_length": as_is,
        "content_md5": as_is,
        "upload": Transfer,
        "download": Transfer,
    }
