"""The names of `ax.models.random.uniform`: what `Models.UNIFORM(...).model` is."""

from armwright.generation.uniform_generator import UniformGenerator

__all__ = ["UniformGenerator"]
