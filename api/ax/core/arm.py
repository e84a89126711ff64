"""The names of `ax.core.arm`."""

from armwright.experiment import Arm

__all__ = ["Arm"]
