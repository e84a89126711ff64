"""One BLAS thread while we compute.

Two OpenBLAS threads that wait for each other on a busy machine made a 256 x 256 Cholesky 500 times
slower than one thread; the matrices here are too small to gain from more.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["one_blas_thread"]

# JAX takes its LAPACK from SciPy when it first needs it; a controller knows only the libraries
# that were loaded when it was made, so it is made anew when this module has appeared.
_LAPACK = "scipy.linalg.cython_lapack"
_controllers: dict[bool, Any] = {}


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limits every loaded BLAS to one thread within the block, then restores what was set."""
    loaded = _LAPACK in sys.modules
    if loaded not in _controllers:
        from threadpoolctl import ThreadpoolController

        _controllers[loaded] = ThreadpoolController()
    with _controllers[loaded].limit(limits=1, user_api="blas"):
        yield
