"""The names of `ax.modelbridge.dispatch_utils`."""

from armwright.generation import choose_generation_strategy

__all__ = ["choose_generation_strategy"]
