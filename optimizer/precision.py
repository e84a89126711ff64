"""float64 inside our calls, whatever the user's JAX is set to, and without changing it.

The context is thread-local, so every public entry enters it; JAX arrays never leave it (outside,
a float64 array is half broken), so public functions take and return NumPy.
"""

from contextlib import AbstractContextManager

__all__ = ["double_precision"]


def double_precision() -> AbstractContextManager[None]:
    """A context within which JAX computes in float64, in this thread only."""
    import jax

    return jax.enable_x64(True)
