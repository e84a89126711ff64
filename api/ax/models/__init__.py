"""The modules of `ax.models`."""

from armwright.ax.models import discrete, random

__all__ = ["discrete", "random"]
