"""The names of `ax.modelbridge.registry`."""

from armwright.generation import Models

__all__ = ["Models"]
