"""The names of `ax.exceptions.storage`."""

from armwright.persistence import JSONDecodeError, JSONEncodeError

__all__ = ["JSONDecodeError", "JSONEncodeError"]
