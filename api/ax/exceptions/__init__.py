"""The modules of `ax.exceptions`."""

from armwright.ax.exceptions import core, data_provider, generation_strategy, storage

__all__ = ["core", "data_provider", "generation_strategy", "storage"]
