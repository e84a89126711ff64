"""The error of a body that is refused by its shape."""

from __future__ import annotations

from typing import final

__all__ = ["ValidationError"]


@final
class ValidationError(TypeError):
    """A body of the wrong shape."""
