"""The names of `ax.models.discrete.full_factorial`: what `Models.FACTORIAL(...).model` is."""

from armwright.generation.factorial_generator import FactorialGenerator as FullFactorialGenerator

__all__ = ["FullFactorialGenerator"]
