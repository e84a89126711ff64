"""A request as the routes see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from armwright.sigopt.exception import refused

__all__ = ["Handler", "Request"]

Json = dict[str, Any]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked.

    Attributes:
        method: GET, POST, PUT, MERGE or DELETE.
        ids: What stands for the parts of a route that vary, in their order.
        body: The fields, plain JSON.
        wanted: Whether the answer is needed; else None will do.
    """

    method: str
    ids: tuple[str, ...]
    body: Json
    wanted: bool = True

    def word(self, name: str, default: str | None = None) -> str | None:
        """A field that is a word, as it came in an address too."""
        value = self.body.get(name)
        return default if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A field that is true or false, as a word too."""
        return str(self.body.get(name)).lower() == "true"

    def parsed(self, name: str) -> Any:
        """A field that is an object or a list, as the text of one too.

        Raises:
            ApiException: The text is no JSON. Status 400.
        """
        value = self.body.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise refused(f"{name} should be JSON, got {value!r}") from error


Handler = Callable[[Request], Json | None]
