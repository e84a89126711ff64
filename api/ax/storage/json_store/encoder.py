"""The names of `ax.storage.json_store.encoder`."""

from armwright.persistence import JSONEncodeError, object_to_json

__all__ = ["JSONEncodeError", "object_to_json"]
