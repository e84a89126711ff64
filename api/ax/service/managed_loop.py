"""The names of `ax.service.managed_loop`."""

from armwright.ax.managed_loop import OptimizationLoop, optimize

__all__ = ["OptimizationLoop", "optimize"]
