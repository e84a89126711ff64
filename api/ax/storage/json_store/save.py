"""The names of `ax.storage.json_store.save`."""

from armwright.persistence import save as save_experiment

__all__ = ["save_experiment"]
