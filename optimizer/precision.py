"""float64 inside our calls, whatever the user's JAX is set to, and without changing it.

The context is thread-local, so every public entry enters it; JAX arrays never leave it (outside,
a float64 array is half broken), so public functions take and return NumPy.
"""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["double_precision"]


@contextmanager
def double_precision() -> Iterator[None]:
    """A context within which JAX computes in float64, in this thread only."""
    import jax

    with jax.enable_x64(True):  # noqa: FBT003 (its only parameter)
        yield
