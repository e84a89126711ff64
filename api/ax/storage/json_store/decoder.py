"""The names of `ax.storage.json_store.decoder`."""

from armwright.persistence import JSONDecodeError, object_from_json

__all__ = ["JSONDecodeError", "object_from_json"]
