"""Replacing a map by another one, where writes are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["replaced"]


def replaced(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What, merged into `before`, makes it `after`: null removes a key."""
    return {**dict.fromkeys(before), **after}
