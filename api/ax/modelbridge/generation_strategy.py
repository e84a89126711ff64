"""The names of `ax.modelbridge.generation_strategy`."""

from armwright.generation import (
    GenerationStep,
    GenerationStrategy,
    MaxParallelismReachedException,
)

__all__ = ["GenerationStep", "GenerationStrategy", "MaxParallelismReachedException"]
