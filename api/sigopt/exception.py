"""The errors of SigOpt code, under their own names, classes and statuses.

SigOptException
    ApiException                     .status_code: 400 a value, 403 not now, 404 no such id,
        ProjectNotFoundException     409 there is one already
        ConflictingProjectException
    ConnectionException              the store cannot be reached
    RunException
"""

from __future__ import annotations

import copy
from typing import Any, final

__all__ = [
    "ApiException",
    "ConflictingProjectException",
    "ConnectionException",
    "ProjectNotFoundException",
    "RunException",
    "SigOptException",
    "refused",
]


class SigOptException(Exception):
    """Base of what goes wrong once a call is understood."""


@final
class ConnectionException(SigOptException):
    """The store cannot be reached.

    Attributes:
        message: Why.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"{type(self).__name__}: {self.message}"


class ApiException(SigOptException):
    """A call that is refused.

    Args:
        body: An object with "message", or the message; None where nothing was answered.
        status_code: As of HTTP.

    Attributes:
        message: What is wrong.
        status_code: As given.
    """

    def __init__(self, body: Any, status_code: int) -> None:
        if body is not None and not isinstance(body, dict):
            body = {"message": str(body)}
        self._body: dict[str, Any] | None = copy.deepcopy(body)
        self.message: str | None = (body or {}).get("message")
        self.status_code = status_code
        super().__init__(*(() if self.message is None else (self.message,)))

    def __str__(self) -> str:
        return f"{type(self).__name__} ({self.status_code}): {self.message or ''}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, {self.status_code})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._body, self.status_code)

    def to_json(self) -> dict[str, Any] | None:
        """A copy of the body."""
        return copy.deepcopy(self._body)


@final
class RunException(SigOptException):
    """Something about a run; here for code that catches it."""


@final
class ConflictingProjectException(SigOptException):
    """There is a project of this id already."""

    def __init__(self, project_id: str) -> None:
        super().__init__(f"the project {project_id!r} exists already")


@final
class ProjectNotFoundException(SigOptException):
    """There is no project of this id."""

    def __init__(self, project_id: str) -> None:
        super().__init__(f"there is no project {project_id!r}")


def refused(message: str, status: int = 400) -> ApiException:
    """The error of a call that cannot be followed, to be raised."""
    return ApiException({"message": message}, status)
