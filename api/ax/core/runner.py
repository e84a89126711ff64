"""The names of `ax.core.runner`."""

from armwright.experiment import Runner

__all__ = ["Runner"]
