"""The names of `ax.modelbridge.base`."""

from armwright.generation import ModelBridge

__all__ = ["ModelBridge"]
