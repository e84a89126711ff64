"""The modules of `ax.models.discrete`."""

from armwright.ax.models.discrete import eb_thompson, full_factorial, thompson

__all__ = ["eb_thompson", "full_factorial", "thompson"]
