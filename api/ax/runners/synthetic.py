"""The names of `ax.runners.synthetic`."""

from armwright.experiment import SyntheticRunner

__all__ = ["SyntheticRunner"]
