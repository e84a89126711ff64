"""The names of `ax.modelbridge.random`."""

from armwright.generation.design_bridge import DesignBridge as RandomModelBridge

__all__ = ["RandomModelBridge"]
