"""The names of `ax.exceptions.generation_strategy`."""

from armwright.generation import MaxParallelismReachedException

__all__ = ["MaxParallelismReachedException"]
