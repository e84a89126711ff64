"""The names of `ax.storage.json_store.load`."""

from armwright.persistence import load as load_experiment

__all__ = ["load_experiment"]
