"""The names of `ax.core.optimization_config`."""

from armwright.experiment import OptimizationConfig

__all__ = ["OptimizationConfig"]
