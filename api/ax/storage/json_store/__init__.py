"""The modules of `ax.storage.json_store`."""

from armwright.ax.storage.json_store import decoder, encoder, load, save

__all__ = ["decoder", "encoder", "load", "save"]
