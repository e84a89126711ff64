"""The names of `ax.modelbridge.generation_strategy`."""

from armwright.generation import GenerationStep, GenerationStrategy

__all__ = ["GenerationStep", "GenerationStrategy"]
