"""The LAPACK that JAX borrows from SciPy on a CPU.

JAX asks two extension modules of SciPy for their addresses. Importing these the usual way imports
`scipy.linalg` first, and with it NumPy's f2py and testing packages: a quarter of a cold process's
time for nothing that is used. So they are loaded from their files alone where that works, and the
usual way where it does not. Nothing of it stays in `sys.modules`, so that whoever imports
`scipy.linalg` later finds everything in its place.
"""

import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import numpy as np

__all__ = ["lapack_is_loaded", "load_lapack"]

_PACKAGE = "scipy.linalg"
_MODULES = (f"{_PACKAGE}.cython_blas", f"{_PACKAGE}.cython_lapack")

_loaded = False
_loading = threading.Lock()  # else one thread takes away what another one has put there for JAX


def lapack_is_loaded() -> bool:
    """Whether SciPy's LAPACK is in this process, by us or by anybody else."""
    return _loaded or _MODULES[-1] in sys.modules


def load_lapack() -> bool:
    """Has JAX find LAPACK, without which programs from disk crash that call it (jax issue 28908).

    JAX does so itself when it lowers any such call, which takes 60 ms; so it is asked directly.

    Returns:
        Whether it is done; False where JAX has to lower a call for it.
    """
    global _loaded
    try:
        from jaxlib.lapack import prepare_lapack_call
    except ImportError:
        return False
    with _loading:
        alone = _PACKAGE not in sys.modules and _load_alone()
        try:
            prepare_lapack_call("potrf_ffi", np.dtype(np.float64))  # type: ignore[no-untyped-call]
        except (AttributeError, ImportError, LookupError, NotImplementedError, TypeError):
            return False
        finally:
            if alone:
                for name in _MODULES:
                    sys.modules.pop(name, None)
        _loaded = _loaded or alone
        return lapack_is_loaded()


def _load_alone() -> bool:
    """Puts the two modules where JAX looks for them; whether it did."""
    scipy = PathFinder.find_spec("scipy")
    places = scipy.submodule_search_locations if scipy else None
    if not places:
        return False
    folders = [str(Path(place, "linalg")) for place in places]
    for name in _MODULES:
        spec = PathFinder.find_spec(name, folders)
        try:
            if spec is None or spec.loader is None:
                raise ImportError(f"no {name}")
            module = module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        except (ImportError, AttributeError):
            for done in _MODULES:
                sys.modules.pop(done, None)
            return False
    return True
