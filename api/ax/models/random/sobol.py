"""The names of `ax.models.random.sobol`: what `Models.SOBOL(...).model` is."""

from armwright.generation.sobol_generator import SobolGenerator

__all__ = ["SobolGenerator"]
