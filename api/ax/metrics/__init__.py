"""The modules of `ax.metrics`."""

from armwright.ax.metrics import branin, hartmann6, noisy_function

__all__ = ["branin", "hartmann6", "noisy_function"]
